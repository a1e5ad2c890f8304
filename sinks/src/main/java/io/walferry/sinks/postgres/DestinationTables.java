package io.walferry.sinks.postgres;

import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.PublishedColumn;
import io.walferry.publication.PublishedTable;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;

/** Checks, creates and empties the destination tables of a feed. */
final class DestinationTables {
  private final DestinationDatabase database;
  private final List<PublishedTable> tables;

  DestinationTables(DestinationDatabase database, List<PublishedTable> tables) {
    this.database = database;
    this.tables = tables;
  }

  /** Refuses tables that have another shape, have rows or cannot be created; writes nothing. */
  void requireLoadable() {
    List<String> shapes = new ArrayList<>(nameProblems());
    List<String> filled = new ArrayList<>();
    Set<String> missingTypes = new LinkedHashSet<>();
    for (PublishedTable table : tables) {
      Optional<TableShape> found = TableShape.read(database, table.table());
      if (found.isEmpty()) {
        missingTypes.addAll(missingTypes(table));
        continue;
      }
      List<String> problems = ShapeCheck.loadProblems(table, found.get());
      shapes.addAll(problems);
      if (problems.isEmpty() && hasRows(table.table())) {
        filled.add(table.table().toString());
      }
    }
    missingTypes.forEach(
        type ->
            shapes.add(
                "type "
                    + type
                    + " is missing: create it as at the source (CREATE TYPE, CREATE DOMAIN or"
                    + " CREATE EXTENSION)"));
    refuse(shapes);
    if (!filled.isEmpty()) {
      throw new WalferryException(
          ErrorCode.DESTINATION_NOT_EMPTY,
          "Expected empty tables in "
              + database.display()
              + " for a first load, but these have rows: "
              + String.join(", ", filled));
    }
  }

  /** Refuses tables that are missing or have another shape; writes nothing. */
  void requireShapes() {
    List<String> problems = new ArrayList<>(nameProblems());
    for (PublishedTable table : tables) {
      TableShape.read(database, table.table())
          .ifPresentOrElse(
              found -> problems.addAll(ShapeCheck.resumeProblems(table, found)),
              () ->
                  problems.add(
                      table.table()
                          + ": the table is missing; run: "
                          + createStatement(table)
                          + "; and fill it"));
    }
    refuse(problems);
  }

  /** Creates what is missing, schemas included, in the open transaction. */
  void create() {
    for (PublishedTable table : tables) {
      if (TableShape.read(database, table.table()).isEmpty()) {
        Schemas.ensure(database, table.table().schema());
        database.execute("create table " + table.table(), createStatement(table));
      }
    }
  }

  List<TableId> names() {
    return tables.stream().map(PublishedTable::table).toList();
  }

  /**
   * Empties tables in the open transaction, all at once. A table that a foreign key points to takes
   * no TRUNCATE without the other table, and the source did not say so much.
   */
  static void empty(DestinationDatabase database, List<TableShape> emptied) {
    if (emptied.isEmpty()) {
      return;
    }
    StringJoiner names = new StringJoiner(", ");
    emptied.forEach(shape -> names.add(shape.table().toString()));
    String attempt = "empty " + names;
    if (emptied.stream().anyMatch(TableShape::referenced)) {
      emptied.forEach(shape -> database.execute(attempt, "DELETE FROM " + shape.only()));
      return;
    }
    StringJoiner list = new StringJoiner(", ");
    emptied.forEach(shape -> list.add(shape.only()));
    database.execute(attempt, "TRUNCATE " + list);
  }

  /**
   * Columns with the source's types, NOT NULL and the primary key. Foreign keys and further unique
   * keys are left to the source, since in the middle of a transaction they need not hold.
   */
  private static String createStatement(PublishedTable table) {
    StringJoiner parts = new StringJoiner(", ");
    for (PublishedColumn column : table.columns()) {
      String constraint = column.notNull() ? " NOT NULL" : "";
      parts.add(TableId.quote(column.name()) + " " + column.typeName() + constraint);
    }
    if (!table.primaryKey().isEmpty()) {
      StringJoiner columns = new StringJoiner(", ", "PRIMARY KEY (", ")");
      table.primaryKey().forEach(column -> columns.add(TableId.quote(column)));
      parts.add(columns.toString());
    }
    return "CREATE TABLE " + table.table().quoted() + " (" + parts + ")";
  }

  private List<String> nameProblems() {
    List<String> problems = new ArrayList<>();
    for (PublishedTable table : tables) {
      if (table.table().schema().equals(PositionTable.SCHEMA)) {
        problems.add(
            table.table()
                + ": Walferry keeps its own tables in schema "
                + PositionTable.SCHEMA
                + "; leave it out of 'source.tables'");
      }
      if (table.columns().isEmpty()) {
        problems.add(table.table() + ": a table without columns cannot be followed");
      }
    }
    return problems;
  }

  private List<String> missingTypes(PublishedTable table) {
    return table.columns().stream()
        .map(PublishedColumn::typeName)
        .distinct()
        .filter(
            type ->
                !database
                    .query(
                        "look for type " + type,
                        "SELECT 1 WHERE to_regtype(?) IS NULL",
                        row -> 1,
                        type)
                    .isEmpty())
        .toList();
  }

  private boolean hasRows(TableId table) {
    String sql = "SELECT 1 FROM " + table.quoted() + " LIMIT 1";
    return !database.query("read table " + table, sql, row -> 1).isEmpty();
  }

  private void refuse(List<String> problems) {
    if (!problems.isEmpty()) {
      throw new WalferryException(
          ErrorCode.DESTINATION_SHAPE,
          "Tables do not fit in " + database.display() + ":\n  " + String.join("\n  ", problems));
    }
  }
}
