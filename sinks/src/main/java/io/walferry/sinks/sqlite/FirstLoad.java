package io.walferry.sinks.sqlite;

import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.PublishedColumn;
import io.walferry.publication.PublishedTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;

/** Checks and creates the destination tables of a feed. */
final class FirstLoad {
  private final SqliteDatabase database;
  private final List<PublishedTable> tables;

  FirstLoad(SqliteDatabase database, List<PublishedTable> tables) {
    this.database = database;
    this.tables = tables;
  }

  /**
   * Refuses tables that cannot be told apart, have another shape or have rows; writes nothing.
   *
   * @param ours names of tables whose rows an unfinished load has left
   */
  void requireLoadable(TableNames names, Set<String> ours) {
    List<String> shapes = new ArrayList<>(nameProblems(names));
    List<String> filled = new ArrayList<>();
    for (PublishedTable table : tables) {
      String name = TableNames.of(table.table());
      Optional<TableShape> found = found(name);
      if (found.isEmpty()) {
        continue;
      }
      List<String> problems = ShapeCheck.problems(table, found.get());
      shapes.addAll(problems);
      if (problems.isEmpty() && !ours.contains(name) && hasRows(name)) {
        filled.add(table.table().toString());
      }
    }
    refuse(shapes);
    if (!filled.isEmpty()) {
      throw new WalferryException(
          ErrorCode.DESTINATION_NOT_EMPTY,
          "Expected empty tables in SQLite database "
              + database.file()
              + " for a first load, but these have rows: "
              + String.join(", ", filled));
    }
  }

  /** Refuses tables that are missing or have another shape; writes nothing. */
  void requireShapes(TableNames names) {
    List<String> problems = new ArrayList<>(nameProblems(names));
    for (PublishedTable table : tables) {
      found(TableNames.of(table.table()))
          .ifPresentOrElse(
              found -> problems.addAll(ShapeCheck.problems(table, found)),
              () ->
                  problems.add(
                      table.table()
                          + ": table "
                          + TableNames.of(table.table())
                          + " is missing; run: "
                          + createStatement(table)
                          + "; and fill it"));
    }
    refuse(problems);
  }

  /** Creates what is missing, in the open transaction. */
  void createTables() {
    for (PublishedTable table : tables) {
      if (found(TableNames.of(table.table())).isEmpty()) {
        database.execute(createStatement(table));
      }
    }
  }

  List<String> destinationNames() {
    return tables.stream().map(table -> TableNames.of(table.table())).toList();
  }

  /**
   * Columns with the types of {@link SqliteType} and the primary key. Nothing else is NOT NULL, for
   * SQLite cannot drop that when the source does; foreign keys and further unique keys are left to
   * the source as well, since in the middle of a transaction they need not hold.
   */
  private static String createStatement(PublishedTable table) {
    List<String> key = ShapeCheck.requiredKey(table);
    StringJoiner parts = new StringJoiner(", ");
    for (PublishedColumn column : table.columns()) {
      String declaration = SqliteType.of(column.typeOid()).declaration();
      String constraint = key.contains(column.name()) ? " NOT NULL" : "";
      parts.add((TableId.quote(column.name()) + " " + declaration).strip() + constraint);
    }
    if (!key.isEmpty()) {
      StringJoiner columns = new StringJoiner(", ", "PRIMARY KEY (", ")");
      key.forEach(column -> columns.add(TableId.quote(column)));
      parts.add(columns.toString());
    }
    return "CREATE TABLE " + TableId.quote(TableNames.of(table.table())) + " (" + parts + ")";
  }

  private List<String> nameProblems(TableNames names) {
    List<String> problems = new ArrayList<>();
    for (PublishedTable table : tables) {
      problems.addAll(names.claim(table.table(), table.columnNames()));
      if (table.columns().isEmpty()) {
        problems.add(table.table() + ": SQLite has no tables without columns");
      }
    }
    return problems;
  }

  private Optional<TableShape> found(String name) {
    return database.isConnected() ? TableShape.read(database, name) : Optional.empty();
  }

  private boolean hasRows(String name) {
    String sql = "SELECT 1 FROM " + TableId.quote(name) + " LIMIT 1";
    return !database.query(sql, row -> 1).isEmpty();
  }

  private void refuse(List<String> problems) {
    if (!problems.isEmpty()) {
      throw new WalferryException(
          ErrorCode.DESTINATION_SHAPE,
          "Tables do not fit in SQLite database "
              + database.file()
              + ":\n  "
              + String.join("\n  ", problems));
    }
  }
}
