package io.walferry.sinks.sqlite;

import io.walferry.change.Column;
import io.walferry.change.Relation;
import io.walferry.change.TableId;
import io.walferry.publication.PublishedColumn;
import io.walferry.publication.PublishedTable;
import io.walferry.sinks.sqlite.TableShape.ShapeColumn;
import io.walferry.sinks.table.SourceRows;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Tells in what a destination table differs from its source table. No difference, no lines. */
final class ShapeCheck {
  private ShapeCheck() {}

  /** What a table needs: columns with their types. */
  private record Needed(String name, int typeOid) {}

  /** Of a table that is about to be loaded: columns that it lacks will be added. */
  static List<String> loadProblems(PublishedTable source, TableShape found) {
    return problems(
        source,
        found,
        column -> found.column(column.name()).isPresent(),
        TableNames.folded(source.columnNames()));
  }

  /**
   * Of a table whose feed goes on. Columns that the source has not may be former ones, with which
   * rows still come.
   *
   * @param narrower whether columns that it lacks are left out of rows
   */
  static List<String> resumeProblems(PublishedTable source, TableShape found, boolean narrower) {
    return problems(
        source,
        found,
        column -> !narrower || found.column(column.name()).isPresent(),
        names(found));
  }

  private static List<String> problems(
      PublishedTable source,
      TableShape found,
      Predicate<PublishedColumn> checked,
      Set<String> known) {
    Set<String> names = TableNames.folded(source.columnNames());
    List<Needed> needed =
        source.columns().stream()
            .filter(checked)
            .map(column -> new Needed(column.name(), column.typeOid()))
            .toList();
    List<String> problems = new ArrayList<>(columnProblems(source.table(), needed, known, found));
    Set<String> key = TableNames.folded(SourceRows.requiredKey(source));
    Set<String> foundKey = TableNames.folded(found.primaryKey());
    boolean sameAsSource =
        SourceRows.isKey(foundKey, TableNames.folded(source.primaryKey()), names);
    if (!SourceRows.isKey(foundKey, key, names) && !sameAsSource) {
      problems.add(
          source.table()
              + ": expected "
              + keyText(SourceRows.requiredKey(source))
              + ", got "
              + keyText(found.primaryKey()));
    }
    return problems;
  }

  private static Set<String> names(TableShape found) {
    return TableNames.folded(found.columns().stream().map(ShapeColumn::name).toList());
  }

  /** Of a table as of a point of the log. */
  static List<String> problems(Relation source, TableShape found) {
    return columnProblems(
        source.table(),
        source.columns().stream()
            .map(column -> new Needed(column.name(), column.typeOid()))
            .toList(),
        TableNames.folded(source.columns().stream().map(Column::name).toList()),
        found);
  }

  private static List<String> columnProblems(
      TableId table, List<Needed> needed, Set<String> known, TableShape found) {
    List<String> problems = new ArrayList<>();
    if (!found.kind().equals("table")) {
      problems.add(table + ": expected a table, got a " + found.kind());
    }
    for (Needed column : needed) {
      String declaration = SqliteType.of(column.typeOid()).declaration();
      found
          .column(column.name())
          .ifPresentOrElse(
              there -> typeProblem(table, column, there, problems),
              () -> problems.add(missing(table, found, column.name(), declaration)));
    }
    for (ShapeColumn column : found.columns()) {
      if (column.required() && !known.contains(TableNames.fold(column.name()))) {
        problems.add(
            table
                + ": column "
                + column.name()
                + " is NOT NULL without a default, but the source does not have or publish it");
      }
    }
    return problems;
  }

  private static void typeProblem(
      TableId table, Needed column, ShapeColumn there, List<String> problems) {
    SqliteType type = SqliteType.of(column.typeOid());
    if (there.generated()) {
      problems.add(table + ": column " + column.name() + " is generated and cannot be written");
    } else if (!type.isKeptBy(there.declaredType())) {
      problems.add(
          table
              + ": column "
              + column.name()
              + ": expected "
              + typeText(type.declaration())
              + ", got "
              + typeText(there.declaredType())
              + ", which would change values");
    }
  }

  private static String missing(
      TableId table, TableShape found, String column, String declaration) {
    String statement =
        "ALTER TABLE "
            + TableId.quote(found.name())
            + " ADD COLUMN "
            + (TableId.quote(column) + " " + declaration).strip()
            + ";";
    return table
        + ": column "
        + column
        + " is missing; run: "
        + statement
        + " (rows that are there get NULL, so fill in the source's values)";
  }

  private static String typeText(String declaration) {
    return declaration.isEmpty() ? "no declared type" : "type " + declaration;
  }

  private static String keyText(List<String> key) {
    return key.isEmpty() ? "no primary key" : "primary key (" + String.join(", ", key) + ")";
  }
}
