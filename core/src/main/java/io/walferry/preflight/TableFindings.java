package io.walferry.preflight;

import io.walferry.change.TableId;
import io.walferry.publication.IdentityProblem;
import io.walferry.publication.SourceTable;
import io.walferry.publication.TableDirectory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is to say about each table: whether it can be read, and whether its rows can be found. */
final class TableFindings {
  private final TableDirectory directory;
  private final Map<TableId, TableRights> rights;
  private final RoleFacts role;
  private final Map<TableId, IdentityProblem> problems = new HashMap<>();

  /**
   * Findings on tables.
   *
   * @param problems of the tables that hold the rows
   */
  TableFindings(
      TableDirectory directory,
      Map<TableId, TableRights> rights,
      RoleFacts role,
      Collection<IdentityProblem> problems) {
    this.directory = directory;
    this.rights = rights;
    this.role = role;
    problems.forEach(problem -> this.problems.put(problem.table(), problem));
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
    for (SourceTable leaf : directory.leaves(table)) {
      Optional.ofNullable(problems.get(leaf.table()))
          .map(TableFindings::identity)
          .ifPresent(findings::add);
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

  private static Finding identity(IdentityProblem problem) {
    String why =
        problem.refused()
            ? "As long as it is published so, the application's own UPDATE and DELETE fail"
            : "Its UPDATE and DELETE come without what their rows are known by, and end the feed";
    String cure =
        problem
            .sql()
            .map(sql -> sql.contains(" FULL;") ? ". A primary key is the better cure." : ".")
            .orElse(": give it a primary key of columns that are not generated.");
    Finding finding =
        Finding.problem(subject(problem.table()), problem.expected(), problem.found(), why + cure);
    return problem.sql().map(finding::mendedBy).orElse(finding);
  }

  private static String subject(TableId table) {
    return "table " + table;
  }
}
