package io.walferry.sinks.postgres;

import io.walferry.change.Relation;
import io.walferry.change.TableId;
import io.walferry.publication.FormerValue;
import io.walferry.publication.PublishedColumn;
import io.walferry.publication.PublishedTable;
import io.walferry.sinks.postgres.TableShape.ShapeColumn;
import io.walferry.sinks.table.SourceRows;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Tells in what a destination table differs from its source table. No difference, no lines. */
final class ShapeCheck {
  private ShapeCheck() {}

  /**
   * What a table needs: a column, and its type where that is to be checked.
   *
   * @param mayBeMissing whether it will be added
   */
  private record Needed(String name, Optional<String> type, boolean mayBeMissing) {}

  /** Of a table that is about to be loaded: types are the same, missing columns will be added. */
  static List<String> loadProblems(PublishedTable source, TableShape found) {
    List<String> problems =
        problems(source, found, c -> new Needed(c.name(), Optional.of(c.typeName()), true));
    problems.addAll(requiredProblems(source.table(), source.columnNames(), found));
    return problems;
  }

  /**
   * Of a table whose feed goes on. Types are left to what the stream announces: it may be behind
   * the catalog; so are missing columns, if they can be added then, and columns that it has no
   * more.
   *
   * @param narrower whether columns that it lacks are left out of rows
   */
  static List<String> resumeProblems(PublishedTable source, TableShape found, boolean narrower) {
    return problems(
        source,
        found,
        column ->
            new Needed(
                column.name(),
                Optional.empty(),
                narrower || isAddable(column, found, source.columnNames())));
  }

  /**
   * Whether a column can be added with what the source's rows have in it.
   *
   * @param source all columns that the source has; one that it has not any more may be this one
   *     under its former name
   */
  static boolean isAddable(PublishedColumn column, TableShape found, List<String> source) {
    boolean renamed =
        found.columns().stream()
            .anyMatch(there -> !there.generated() && !source.contains(there.name()));
    return found.owned()
        && !renamed
        && switch (column.formerValue()) {
          case FormerValue.Null none -> true;
          case FormerValue.Constant constant -> true;
          case FormerValue.Unknown unknown -> false;
        };
  }

  private static List<String> problems(
      PublishedTable source, TableShape found, Function<PublishedColumn, Needed> needs) {
    List<Needed> needed = source.columns().stream().map(needs).toList();
    List<String> problems = new ArrayList<>(columnProblems(source.table(), needed, found));
    List<String> key = found.primaryKey();
    boolean same =
        SourceRows.isKey(
            Set.copyOf(key), Set.copyOf(source.primaryKey()), Set.copyOf(source.columnNames()));
    if (found.isTable() && !same) {
      problems.add(
          source.table() + ": expected " + keyText(source.primaryKey()) + ", got " + keyText(key));
    }
    return problems;
  }

  /**
   * Of a table as of a point of the log: its types are the same, or take every value as it is.
   *
   * @param announced the names of its columns' types; a column that is left out may have any
   */
  static List<String> problems(Relation source, Map<String, String> announced, TableShape found) {
    List<Needed> needed =
        source.columns().stream()
            .map(c -> new Needed(c.name(), Optional.ofNullable(announced.get(c.name())), false))
            .toList();
    List<String> problems = new ArrayList<>(columnProblems(source.table(), needed, found));
    problems.addAll(
        requiredProblems(source.table(), needed.stream().map(Needed::name).toList(), found));
    return problems;
  }

  private static List<String> columnProblems(TableId table, List<Needed> needed, TableShape found) {
    if (!found.isTable()) {
      return List.of(table + ": expected a table, got " + kindText(found.kind()));
    }
    List<String> problems = new ArrayList<>();
    for (Needed column : needed) {
      found
          .column(column.name())
          .ifPresentOrElse(
              there -> typeProblem(table, column, there, problems),
              () -> {
                if (!column.mayBeMissing()) {
                  problems.add(missing(table, column));
                }
              });
    }
    return problems;
  }

  /** Columns that every row has to name, and no row of the source does. */
  private static List<String> requiredProblems(
      TableId table, List<String> known, TableShape found) {
    List<String> problems = new ArrayList<>();
    for (ShapeColumn column : found.columns()) {
      if (column.required() && !known.contains(column.name())) {
        problems.add(
            table
                + ": column "
                + column.name()
                + " is NOT NULL without a default, but the source does not have or publish it; run:"
                + " ALTER TABLE "
                + table.quoted()
                + " ALTER COLUMN "
                + TableId.quote(column.name())
                + " DROP NOT NULL;");
      }
    }
    return problems;
  }

  private static void typeProblem(
      TableId table, Needed column, ShapeColumn there, List<String> problems) {
    if (there.generated()) {
      problems.add(table + ": column " + column.name() + " is generated and cannot be written");
    } else if (!column.type().map(type -> TypeFit.fits(type, there.type())).orElse(true)) {
      String wanted = column.type().orElseThrow();
      problems.add(
          table
              + ": column "
              + column.name()
              + ": expected type "
              + wanted
              + ", got type "
              + there.type()
              + "; run: ALTER TABLE "
              + table.quoted()
              + " ALTER COLUMN "
              + TableId.quote(column.name())
              + " TYPE "
              + wanted
              + " USING "
              + TableId.quote(column.name())
              + "::"
              + wanted
              + ";");
    }
  }

  private static String missing(TableId table, Needed column) {
    String statement =
        "ALTER TABLE "
            + table.quoted()
            + " ADD COLUMN "
            + TableId.quote(column.name())
            + " "
            + column.type().orElse("<its type>")
            + ";";
    return table
        + ": column "
        + column.name()
        + " is missing; run: "
        + statement
        + " (or rename it, if that is what the source did; and give rows that are there what they"
        + " have at the source)";
  }

  private static String kindText(String kind) {
    return switch (kind) {
      case "v" -> "a view";
      case "m" -> "a materialized view";
      case "f" -> "a foreign table";
      case "S" -> "a sequence";
      case "i", "I" -> "an index";
      default -> "something else (" + kind + ")";
    };
  }

  private static String keyText(List<String> key) {
    return key.isEmpty() ? "no primary key" : "primary key (" + String.join(", ", key) + ")";
  }
}
