package io.walferry.publication;

import io.walferry.change.ReplicaIdentity;
import io.walferry.change.TableId;
import io.walferry.publication.SourceIdentity.Generated;
import io.walferry.publication.SourceIdentity.TableColumn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Judges one table that holds rows: whether its identity fits a publication, and which SQL makes it
 * fit.
 */
final class IdentityJudgement {
  /**
   * A table that holds rows.
   *
   * @param carried as what the publication carries it; empty if it does not yet
   * @param listed whether it carries a list of columns of that
   * @param filtered columns that its row filter looks at
   */
  record Judged(
      SourceTable leaf, Optional<PublishedTable> carried, boolean listed, List<String> filtered) {}

  private final TableId table;
  private final Judged judged;
  private final SourceIdentity identity;
  private final Optional<Publication> publication;
  private final boolean newServer;

  /**
   * Judges a table.
   *
   * @param publication that carries it, or is to; empty if it is yet to be made
   * @param newServer whether publications of the server may carry stored generated columns
   */
  IdentityJudgement(
      Judged judged,
      SourceIdentity identity,
      Optional<Publication> publication,
      boolean newServer) {
    this.table = judged.leaf().table();
    this.judged = judged;
    this.identity = identity;
    this.publication = publication;
    this.newServer = newServer;
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

  /** Returns the columns that the row filter looks at and an identity does not tell. */
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
