package io.walferry.publication;

import io.walferry.change.ReplicaIdentity;
import io.walferry.change.TableId;
import io.walferry.postgres.PostgresErrors;
import io.walferry.publication.Publication.Operation;
import io.walferry.publication.SourceIdentity.Generated;
import io.walferry.publication.SourceIdentity.TableColumn;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Tells which tables of a publication the server would refuse UPDATE or DELETE on, or send rows of
 * that nobody can find. The rules are the server's own ({@code CheckCmdReplicaIdentity}): it asks
 * the partition that holds a row, not the table above it. Only as thread-safe as its connection,
 * whose transaction it uses.
 */
public final class IdentityCheck {
  private static final String LISTED =
      """
      select r.prrelid from pg_publication_rel r join pg_publication p on p.oid = r.prpubid
      where p.pubname = ? and r.prattrs is not null
      """;

  private static final int LISTS_SINCE = 15;

  /** From here on publications may carry stored generated columns, and identities have to. */
  private static final int GENERATED_PUBLISHED_SINCE = 18;

  private final Connection connection;
  private final TableDirectory directory;

  public IdentityCheck(Connection connection, TableDirectory directory) {
    this.connection = connection;
    this.directory = directory;
  }

  /**
   * The problems of a publication that is yet to be made, in order of the tables; row filters are
   * not looked at.
   *
   * @param tables that it will carry, with their partitions
   */
  public List<IdentityProblem> planned(Collection<TableId> tables) {
    return problems(notCarried(tables), Optional.empty());
  }

  /**
   * The problems that tables would have which are added to a publication as a whole.
   *
   * @param tables that it does not carry yet, with their partitions
   */
  public List<IdentityProblem> added(Publication publication, Collection<TableId> tables) {
    return problems(notCarried(tables), Optional.of(publication));
  }

  private List<Judged> notCarried(Collection<TableId> tables) {
    return directory.leaves(tables).stream()
        .map(leaf -> new Judged(leaf, Optional.empty(), false, List.of()))
        .toList();
  }

  /**
   * The problems of a publication as it is, in order of the tables.
   *
   * @param carried those of its tables that are asked about
   */
  public List<IdentityProblem> existing(
      Publication publication, Collection<PublishedTable> carried) {
    Set<Integer> listed = listed(publication);
    Map<TableId, List<String>> filtered = FilterColumns.of(connection, publication.name());
    List<Judged> judged = new ArrayList<>();
    for (PublishedTable table : carried) {
      for (SourceTable leaf : directory.leaves(List.of(table.table()))) {
        judged.add(
            new Judged(
                leaf,
                Optional.of(table),
                listed.contains(table.oid()),
                filtered.getOrDefault(leaf.table(), List.of())));
      }
    }
    return problems(judged, Optional.of(publication));
  }

  /**
   * Whether a publication of these tables has to carry generated columns, and can: an identity
   * tells one, or will once the table has the identity that is advised.
   */
  boolean needsGenerated(Collection<TableId> tables) {
    if (directory.serverMajor() < GENERATED_PUBLISHED_SINCE) {
      return false;
    }
    Set<TableId> advised =
        planned(tables).stream().map(IdentityProblem::table).collect(Collectors.toSet());
    Set<Integer> changing =
        directory.leaves(tables).stream()
            .filter(leaf -> advised.contains(leaf.table()))
            .map(SourceTable::oid)
            .collect(Collectors.toSet());
    return SourceIdentities.read(connection, directory.leaves(tables)).entrySet().stream()
        .anyMatch(
            entry ->
                entry.getValue().tells(Generated.STORED)
                    || (changing.contains(entry.getKey())
                        && entry.getValue().has(Generated.STORED)));
  }

  private Set<Integer> listed(Publication publication) {
    if (directory.serverMajor() < LISTS_SINCE) {
      return Set.of();
    }
    try (PreparedStatement query = connection.prepareStatement(LISTED)) {
      query.setString(1, publication.name());
      Set<Integer> oids = new HashSet<>();
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          oids.add((int) rows.getLong(1));
        }
      }
      return oids;
    } catch (SQLException e) {
      throw PostgresErrors.translate(
          e, "read the column lists of publication " + publication.name());
    }
  }

  private List<IdentityProblem> problems(List<Judged> judged, Optional<Publication> publication) {
    if (publication.isPresent()
        && !publication.get().operations().contains(Operation.UPDATE)
        && !publication.get().operations().contains(Operation.DELETE)) {
      return List.of();
    }
    Map<Integer, SourceIdentity> identities =
        SourceIdentities.read(connection, judged.stream().map(Judged::leaf).toList());
    List<IdentityProblem> problems = new ArrayList<>();
    for (Judged one : judged) {
      Optional.ofNullable(identities.get(one.leaf().oid()))
          .flatMap(identity -> new Judgement(one, identity, publication).problem())
          .ifPresent(problems::add);
    }
    return problems;
  }

  /**
   * A table that holds rows.
   *
   * @param carried as what the publication carries it; empty if it does not yet
   * @param listed whether it carries a list of columns of that
   * @param filtered columns that its row filter looks at
   */
  private record Judged(
      SourceTable leaf, Optional<PublishedTable> carried, boolean listed, List<String> filtered) {}

  /** What is to say of one table. */
  private final class Judgement {
    private final TableId table;
    private final Judged judged;
    private final SourceIdentity identity;
    private final Optional<Publication> publication;
    private final boolean newServer = directory.serverMajor() >= GENERATED_PUBLISHED_SINCE;

    Judgement(Judged judged, SourceIdentity identity, Optional<Publication> publication) {
      this.table = judged.leaf().table();
      this.judged = judged;
      this.identity = identity;
      this.publication = publication;
    }

    Optional<IdentityProblem> problem() {
      Optional<List<TableColumn>> identifying = identity.identifying();
      if (identifying.isEmpty()) {
        return problem(IdentityProblem.USABLE, whyNone(), true, another());
      }
      boolean full = identity.declared() == ReplicaIdentity.FULL;
      if (full && judged.listed()) {
        return problem(
            "REPLICA IDENTITY FULL only without a column list in the publication",
            "the publication lists its columns",
            true,
            keyStatement().or(this::withWholeRow));
      }
      // Before 18 a whole row is told without its generated columns, and found without them.
      List<TableColumn> needed = full && !newServer ? List.of() : identifying.get();
      List<TableColumn> generated = needed.stream().filter(it -> !isOffered(it)).toList();
      List<String> untold = full ? List.of() : untold(identifying.get());
      if (!generated.isEmpty()) {
        return problem(
            "a replica identity without generated columns that are not published",
            "generated: " + names(generated),
            newServer || judged.listed() || !untold.isEmpty(),
            untold.isEmpty() ? publishing().or(this::another) : another());
      }
      List<TableColumn> left = needed.stream().filter(it -> !isPublished(it)).toList();
      if (!left.isEmpty()) {
        return problem(
            "a column list in the publication with every column of its replica identity",
            "the list lacks " + names(left),
            true,
            keyStatement().or(() -> untold.isEmpty() ? listed(left) : full()));
      }
      if (!untold.isEmpty()) {
        return problem(
            "a replica identity that has every column of its row filter",
            "it lacks " + String.join(", ", untold),
            true,
            another());
      }
      return Optional.empty();
    }

    /** What the row filter looks at and an identity does not tell. */
    private List<String> untold(List<TableColumn> identifying) {
      List<String> told = identifying.stream().map(TableColumn::name).toList();
      return judged.filtered().stream().filter(column -> !told.contains(column)).toList();
    }

    private Optional<IdentityProblem> problem(
        String expected, String found, boolean refused, Optional<String> sql) {
      return Optional.of(new IdentityProblem(table, expected, found, refused, sql));
    }

    private String whyNone() {
      return switch (identity.declared()) {
        case NOTHING -> "REPLICA IDENTITY NOTHING";
        case INDEX -> "the index of its replica identity is gone";
        case DEFAULT, FULL -> "no primary key that is not deferrable";
      };
    }

    /** Whether the publication carries such a column, if it does not list others. */
    private boolean isOffered(TableColumn column) {
      return switch (column.generated()) {
        case NOT -> true;
        case STORED -> newServer && (judged.listed() || carriesGenerated());
        case VIRTUAL -> false;
      };
    }

    /** One that is made here carries them where it has to. */
    private boolean carriesGenerated() {
      return publication.map(Publication::generatedColumns).orElse(true);
    }

    private boolean isPublished(TableColumn column) {
      return isOffered(column)
          && (!judged.listed()
              || judged.carried().orElseThrow().columnNames().contains(column.name()));
    }

    /** Another identity of the table: a key of it, else the whole row. */
    private Optional<String> another() {
      return keyStatement().or(this::full);
    }

    /** Makes the first key the identity that is published, and that the row filter asks for. */
    private Optional<String> keyStatement() {
      return identity.keys().stream()
          .filter(key -> identity.columnsOf(key).stream().allMatch(this::isPublished))
          .filter(key -> key.columns().containsAll(judged.filtered()))
          .findFirst()
          .map(key -> key.statement(table));
    }

    /** Has the identity tell the whole row, where the server takes that. */
    private Optional<String> full() {
      String full = "ALTER TABLE " + table.quoted() + " REPLICA IDENTITY FULL;";
      return withWholeRow().map(more -> (full + " " + more).strip());
    }

    /** Has the publication carry whole rows; an empty text if it does. */
    private Optional<String> withWholeRow() {
      if (newServer && identity.has(Generated.VIRTUAL)) {
        return Optional.empty();
      }
      List<String> statements = new ArrayList<>();
      if (judged.listed()) {
        statements.add(entry(List.of()));
      }
      if (newServer && identity.has(Generated.STORED) && !carriesGenerated()) {
        statements.add(publishingStatement());
      }
      return Optional.of(String.join(" ", statements));
    }

    /** Has the publication carry stored generated columns, if that is all that its rows lack. */
    private Optional<String> publishing() {
      return newServer && !judged.listed() && !identity.tells(Generated.VIRTUAL)
          ? Optional.of(publishingStatement())
          : Optional.empty();
    }

    private String publishingStatement() {
      return "ALTER PUBLICATION "
          + TableId.quote(publication.orElseThrow().name())
          + " SET (publish_generated_columns = stored);";
    }

    /** Adds these columns to the list that the publication has of the table's columns. */
    private Optional<String> listed(List<TableColumn> more) {
      List<String> columns = new ArrayList<>(judged.carried().orElseThrow().columnNames());
      more.forEach(column -> columns.add(column.name()));
      return Optional.of(entry(columns));
    }

    private String entry(List<String> columns) {
      return Publications.entryStatements(
          publication.orElseThrow().name(), judged.carried().orElseThrow(), columns);
    }

    private static String names(List<TableColumn> columns) {
      return columns.stream().map(TableColumn::name).collect(Collectors.joining(", "));
    }
  }
}
