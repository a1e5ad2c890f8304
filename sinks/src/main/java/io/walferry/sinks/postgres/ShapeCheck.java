package io.walferry.sinks.postgres;

import io.walferry.change.Relation;
import io.walferry.change.TableId;
import io.walferry.publication.PublishedColumn;
import io.walferry.publication.PublishedTable;
import io.walferry.sinks.postgres.TableShape.ShapeColumn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Tells in what a destination table differs from its source table. No difference, no lines. */
final class ShapeCheck {
  private ShapeCheck() {}

  /** What a table needs: a column, and the types that it may have. */
  record Needed(String name, List<String> types) {
    Needed {
      types = List.copyOf(types);
    }
  }

  static List<String> problems(PublishedTable source, TableShape found) {
    List<Needed> needed =
        source.columns().stream().map(c -> new Needed(c.name(), List.of(c.typeName()))).toList();
    List<String> problems = new ArrayList<>(columnProblems(source.table(), needed, found));
    List<String> key = found.primaryKey();
    if (found.isTable() && !Set.copyOf(key).equals(Set.copyOf(source.primaryKey()))) {
      problems.add(
          source.table() + ": expected " + keyText(source.primaryKey()) + ", got " + keyText(key));
    }
    return problems;
  }

  /**
   * The same for a table as of a point of the log.
   *
   * @param announced the names of its columns' types; a column that is left out may have any
   * @param published what the catalog said later: a destination that has followed that already
   *     takes the older values too
   */
  static List<String> problems(
      Relation source,
      Map<String, String> announced,
      List<PublishedColumn> published,
      TableShape found) {
    Map<String, String> later =
        published.stream()
            .collect(Collectors.toMap(PublishedColumn::name, PublishedColumn::typeName));
    List<Needed> needed = new ArrayList<>();
    source
        .columns()
        .forEach(
            column -> {
              List<String> types = new ArrayList<>();
              if (announced.containsKey(column.name())) {
                types.add(announced.getOrDefault(column.name(), ""));
              }
              if (!types.isEmpty() && later.containsKey(column.name())) {
                types.add(later.getOrDefault(column.name(), ""));
              }
              needed.add(new Needed(column.name(), types));
            });
    return columnProblems(source.table(), needed, found);
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
              () -> problems.add(missing(table, column)));
    }
    Set<String> known = needed.stream().map(Needed::name).collect(Collectors.toSet());
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
    } else if (!column.types().isEmpty() && !column.types().contains(there.type())) {
      String wanted = column.types().getLast();
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
            + (column.types().isEmpty() ? "<its type>" : column.types().getLast())
            + ";";
    return table
        + ": column "
        + column.name()
        + " is missing; run: "
        + statement
        + " (rows that are there get NULL, so give it the source's DEFAULT or fill it in)";
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
