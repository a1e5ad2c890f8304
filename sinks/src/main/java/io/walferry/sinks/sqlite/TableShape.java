package io.walferry.sinks.sqlite;

import io.walferry.sinks.sql.SqlSession;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A table or view as it is at the destination.
 *
 * @param kind {@code table}, {@code view} or what else SQLite calls it
 * @param primaryKey column names in the key's order
 */
record TableShape(String name, String kind, List<ShapeColumn> columns, List<String> primaryKey) {
  TableShape {
    columns = List.copyOf(columns);
    primaryKey = List.copyOf(primaryKey);
  }

  /**
   * A column of it.
   *
   * @param required whether a row that does not name the column is refused
   */
  record ShapeColumn(String name, String declaredType, boolean required, boolean generated) {}

  /** The table of that name, in any case of its letters as SQLite compares names. */
  static Optional<TableShape> read(SqlSession session, String name) {
    String attempt = "read the shape of table " + name;
    List<String> kinds =
        session.query(
            attempt,
            "SELECT type FROM pragma_table_list WHERE schema='main' AND name=? COLLATE NOCASE",
            row -> row.getString(1),
            name);
    if (kinds.isEmpty()) {
      return Optional.empty();
    }
    List<ShapeColumn> columns =
        session.query(
            attempt,
            "SELECT name, type, \"notnull\", dflt_value IS NULL, hidden, pk"
                + " FROM pragma_table_xinfo(?)",
            row ->
                new ShapeColumn(
                    row.getString(1),
                    row.getString(2),
                    row.getBoolean(3) && row.getBoolean(4) && row.getInt(5) == 0,
                    row.getInt(5) != 0),
            name);
    List<String> primaryKey =
        session.query(
            attempt,
            "SELECT name FROM pragma_table_xinfo(?) WHERE pk>0 ORDER BY pk",
            row -> row.getString(1),
            name);
    return Optional.of(new TableShape(name, kinds.getFirst(), columns, primaryKey));
  }

  /** The column of that name, in any case of its letters. */
  Optional<ShapeColumn> column(String wanted) {
    String folded = TableNames.fold(wanted);
    return columns.stream()
        .filter(column -> TableNames.fold(column.name()).equals(folded))
        .findFirst();
  }

  /** What keeps its rows apart: folded column names, where an expression is an empty one. */
  List<Set<String>> keys(SqlSession session) {
    String attempt = "read the indexes of table " + name;
    Stream<List<String>> unique =
        session
            .query(
                attempt,
                "SELECT name FROM pragma_index_list(?) WHERE \"unique\"",
                row -> row.getString(1),
                name)
            .stream()
            .map(
                index ->
                    session.query(
                        attempt,
                        "SELECT coalesce(name,'') FROM pragma_index_info(?)",
                        row -> row.getString(1),
                        index));
    // A key that is the row number has no index.
    return Stream.concat(Stream.of(primaryKey), unique)
        .filter(columns -> !columns.isEmpty())
        .map(TableNames::folded)
        .toList();
  }

  /** A name of the hidden row number that no column shadows. */
  Optional<String> rowNumber() {
    return List.of("rowid", "_rowid_", "oid").stream()
        .filter(name -> column(name).isEmpty())
        .findFirst();
  }
}
