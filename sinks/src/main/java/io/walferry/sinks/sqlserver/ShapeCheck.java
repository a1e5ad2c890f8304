package io.walferry.sinks.sqlserver;

import io.walferry.change.Column;
import io.walferry.change.Relation;
import io.walferry.change.TableId;
import io.walferry.publication.FormerValue;
import io.walferry.publication.PublishedColumn;
import io.walferry.publication.PublishedTable;
import io.walferry.sinks.sqlserver.TableShape.ShapeColumn;
import io.walferry.sinks.table.SourceRows;
import io.walferry.sinks.type.Dialect;
import io.walferry.sinks.type.SourceType;
import io.walferry.sinks.type.TypeTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Tells in what a destination table differs from its source table. No difference, no lines. */
final class ShapeCheck {
  private ShapeCheck() {}

  /** What a table needs: columns with their types. */
  private record Needed(String name, SourceType type) {}

  /** Of a table that is about to be loaded: columns that it lacks will be added. */
  static List<String> loadProblems(PublishedTable source, TableShape found) {
    return problems(
        source,
        found,
        column -> found.column(column.name()).isPresent(),
        TableNames.folded(source.columnNames()));
  }

  /**
   * Of a table whose feed goes on: columns that it lacks will be added, if that can be done, and
   * those that the source has not may be former ones, with which rows still come.
   *
   * @param narrower whether columns that it lacks are left out of rows
   */
  static List<String> resumeProblems(PublishedTable source, TableShape found, boolean narrower) {
    return problems(
        source,
        found,
        column ->
            found.column(column.name()).isPresent()
                || !(narrower || isAddable(column, found, source.columnNames())),
        TableNames.folded(found.columns().stream().map(ShapeColumn::name).toList()));
  }

  /**
   * Whether a column can be added with what the source's rows have in it.
   *
   * @param source all columns that the source has; one that it has not any more may be this one
   *     under its former name
   */
  static boolean isAddable(PublishedColumn column, TableShape found, List<String> source) {
    Set<String> known = TableNames.folded(source);
    boolean renamed =
        found.columns().stream()
            .anyMatch(
                there -> !there.generated() && !known.contains(TableNames.fold(there.name())));
    return found.guards().alterable()
        && !renamed
        && switch (column.formerValue()) {
          case FormerValue.Null none -> true;
          case FormerValue.Constant constant -> true;
          case FormerValue.Unknown unknown -> false;
        };
  }

  private static List<String> problems(
      PublishedTable source,
      TableShape found,
      Predicate<PublishedColumn> checked,
      Set<String> known) {
    List<Needed> needed =
        source.columns().stream()
            .filter(checked)
            .map(c -> new Needed(c.name(), SourceType.of(c.typeOid(), c.typeModifier())))
            .toList();
    Set<String> names = TableNames.folded(source.columnNames());
    List<String> problems = new ArrayList<>(tableProblems(source.table(), needed, known, found));
    Set<String> key = TableNames.folded(SourceRows.requiredKey(source));
    Set<String> foundKey = TableNames.folded(found.primaryKey());
    boolean sameAsSource =
        SourceRows.isKey(foundKey, TableNames.folded(source.primaryKey()), names);
    if (found.isTable() && !SourceRows.isKey(foundKey, key, names) && !sameAsSource) {
      problems.add(
          source.table()
              + ": expected "
              + keyText(SourceRows.requiredKey(source))
              + ", got "
              + keyText(found.primaryKey()));
    }
    return problems;
  }

  /** Of a table as of a point of the log. */
  static List<String> problems(Relation source, TableShape found) {
    return tableProblems(
        source.table(),
        source.columns().stream()
            .map(c -> new Needed(c.name(), SourceType.of(c.typeOid(), c.typeModifier())))
            .toList(),
        TableNames.folded(source.columns().stream().map(Column::name).toList()),
        found);
  }

  private static List<String> tableProblems(
      TableId table, List<Needed> needed, Set<String> known, TableShape found) {
    if (!found.isTable()) {
      return List.of(table + ": expected a table, got a " + found.kind());
    }
    List<String> problems = new ArrayList<>(guardProblems(table, found));
    for (Needed column : needed) {
      found
          .column(column.name())
          .ifPresentOrElse(
              there -> typeProblem(table, column, there, problems),
              () -> problems.add(missing(table, found, column)));
    }
    for (ShapeColumn column : found.columns()) {
      if (column.required()
          && !column.generated()
          && !known.contains(TableNames.fold(column.name()))) {
        problems.add(
            table
                + ": column "
                + column.name()
                + " is NOT NULL without a default, but the source does not have or publish it; run:"
                + " ALTER TABLE "
                + found.quoted()
                + " ALTER COLUMN "
                + TableName.quote(column.name())
                + " "
                + column.declaredType()
                + " NULL;");
      }
    }
    return problems;
  }

  /** Foreign keys have done their work at the source, where they may be deferred. */
  private static List<String> guardProblems(TableId table, TableShape found) {
    List<String> problems = new ArrayList<>();
    if (found.inMemory()) {
      problems.add(table + ": it is memory-optimized, and so no part of the feed's transactions");
    }
    if (found.guards().insteadOfTriggers()) {
      problems.add(
          table
              + ": an INSTEAD OF trigger decides what becomes of its rows; run: DISABLE TRIGGER ALL"
              + " ON "
              + found.quoted()
              + ";");
    }
    for (String foreignKey : found.guards().foreignKeys()) {
      problems.add(
          table
              + ": its foreign key "
              + foreignKey
              + " looks at each row by itself, but rows come in another order than at the source;"
              + " run: ALTER TABLE "
              + found.quoted()
              + " NOCHECK CONSTRAINT "
              + TableName.quote(foreignKey)
              + ";");
    }
    return problems;
  }

  private static void typeProblem(
      TableId table, Needed column, ShapeColumn there, List<String> problems) {
    if (there.generated()) {
      problems.add(table + ": column " + column.name() + " is generated and cannot be written");
    } else if (ValueForm.of(column.type(), there).isEmpty()) {
      problems.add(
          table
              + ": column "
              + column.name()
              + ": expected type "
              + declaration(column)
              + ", or nvarchar, got type "
              + there.declaredType()
              + ", which would change values");
    }
  }

  private static String declaration(Needed column) {
    return TypeTable.column(column.type(), Dialect.SQLSERVER).declaration();
  }

  private static String missing(TableId table, TableShape found, Needed column) {
    return table
        + ": column "
        + column.name()
        + " is missing; run: ALTER TABLE "
        + found.quoted()
        + " ADD "
        + TableName.quote(column.name())
        + " "
        + declaration(column)
        + "; (or rename it, if that is what the source did; and give rows that are there what they"
        + " have at the source)";
  }

  private static String keyText(List<String> key) {
    return key.isEmpty() ? "no primary key" : "primary key (" + String.join(", ", key) + ")";
  }
}
