package io.walferry.publication;

import io.walferry.change.TableId;
import io.walferry.postgres.PostgresErrors;
import io.walferry.publication.IdentityJudgement.Judged;
import io.walferry.publication.Publication.Operation;
import io.walferry.publication.SourceIdentity.Generated;
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
    if (!publishesGenerated()) {
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

  private boolean publishesGenerated() {
    return directory.serverMajor() >= GENERATED_PUBLISHED_SINCE;
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
          .flatMap(
              identity ->
                  new IdentityJudgement(one, identity, publication, publishesGenerated()).problem())
          .ifPresent(problems::add);
    }
    return problems;
  }
}
