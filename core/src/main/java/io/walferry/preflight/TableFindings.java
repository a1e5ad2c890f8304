package io.walferry.preflight;

import io.walferry.change.ReplicaIdentity;
import io.walferry.change.TableId;
import io.walferry.publication.SourceTable;
import io.walferry.publication.TableDirectory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is to say about each table: whether it can be read, and whether its rows can be found. */
final class TableFindings {
  private final TableDirectory directory;
  private final Map<TableId, TableRights> rights;
  private final RoleFacts role;
  private final boolean identityNeeded;

  /**
   * Findings on tables.
   *
   * @param identityNeeded whether updates or deletes are published
   */
  TableFindings(
      TableDirectory directory,
      Map<TableId, TableRights> rights,
      RoleFacts role,
      boolean identityNeeded) {
    this.directory = directory;
    this.rights = rights;
    this.role = role;
    this.identityNeeded = identityNeeded;
  }

  List<Finding> of(Collection<TableId> tables) {
    List<Finding> findings = new ArrayList<>();
    for (TableId id : tables) {
      directory.find(id).ifPresent(table -> add(findings, table));
    }
    return findings;
  }

  private void add(List<Finding> findings, SourceTable table) {
    int before = findings.size();
    addRights(findings, table.table());
    if (identityNeeded) {
      for (SourceTable leaf : directory.leaves(table)) {
        identity(leaf).ifPresent(findings::add);
      }
    }
    if (findings.size() == before) {
      findings.add(Finding.ok(subject(table.table()), "readable, with replica identity", "both"));
    }
  }

  private void addRights(List<Finding> findings, TableId table) {
    Optional<TableRights> found = Optional.ofNullable(rights.get(table));
    if (found.isEmpty()) {
      return;
    }
    String quotedRole = TableId.quote(role.role());
    if (!found.get().schemaUsage()) {
      findings.add(
          Finding.problem(
                  subject(table),
                  "USAGE on schema " + table.schema(),
                  "not granted",
                  "The first load cannot read the table.")
              .mendedBy(
                  "GRANT USAGE ON SCHEMA "
                      + TableId.quote(table.schema())
                      + " TO "
                      + quotedRole
                      + ";"));
    }
    if (!found.get().select()) {
      findings.add(
          Finding.problem(
                  subject(table),
                  "SELECT on the table",
                  "not granted",
                  "The first load cannot read the table.")
              .mendedBy("GRANT SELECT ON " + table.quoted() + " TO " + quotedRole + ";"));
    }
    if (found.get().rowsHidden()) {
      findings.add(
          Finding.problem(
                  subject(table),
                  "every row visible to role " + role.role(),
                  "row security is in force",
                  "The first load would leave out rows that the stream carries changes of.")
              .mendedBy("ALTER ROLE " + quotedRole + " BYPASSRLS;"));
    }
  }

  private static Optional<Finding> identity(SourceTable table) {
    String expected = "a usable replica identity";
    if (table.lacksIdentity()) {
      return Optional.of(
          Finding.problem(
                  subject(table.table()),
                  expected,
                  table.identity() == ReplicaIdentity.INDEX
                      ? "the index of its replica identity is gone"
                      : "no primary key that is not deferrable",
                  "Once it is published, the application's own UPDATE and DELETE fail; a primary"
                      + " key is the better cure, FULL the quicker one.")
              .mendedBy(table.identityStatement()));
    }
    if (table.identity() == ReplicaIdentity.NOTHING) {
      return Optional.of(
          Finding.note(
              subject(table.table()),
              expected,
              "REPLICA IDENTITY NOTHING",
              "It can only be inserted into: once it is published, UPDATE and DELETE fail."));
    }
    return Optional.empty();
  }

  private static String subject(TableId table) {
    return "table " + table;
  }
}
