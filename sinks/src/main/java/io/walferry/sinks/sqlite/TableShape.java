package io.walferry.sinks.sqlite;

import io.walferry.sinks.sql.SqlSession;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A table or view as it is at the destination.
 *
 * @param kind {@code table}, {@code view} or what else SQLite calls it
 * @param primaryKey column names in the key's order
 * @param keyCollations those of the key under which values that differ may be equal, by its columns
 * @param comparesBytes whether no column has another collation than that of the values' bytes
 * @param isUtf8 whether the database keeps texts in UTF-8
 */
record TableShape(
    String name,
    String kind,
    List<ShapeColumn> columns,
    List<String> primaryKey,
    Map<String, String> keyCollations,
    boolean comparesBytes,
    boolean isUtf8) {
  TableShape {
    columns = List.copyOf(columns);
    primaryKey = List.copyOf(primaryKey);
    keyCollations = Map.copyOf(keyCollations);
  }

  private record KeyCollation(String column, String name) {}

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
    return Optional.of(
        new TableShape(
            name,
            kinds.getFirst(),
            columns,
            primaryKey,
            keyCollations(session, attempt, name),
            comparesBytes(session, attempt, name),
            session.exists(attempt, "SELECT 1 FROM pragma_encoding WHERE encoding='UTF-8'")));
  }

  private static Map<String, String> keyCollations(
      SqlSession session, String attempt, String name) {
    return session
        .query(
            attempt,
            "SELECT x.name, x.coll FROM pragma_index_list(?) AS l, pragma_index_xinfo(l.name) AS x"
                + " WHERE l.origin='pk' AND x.\"key\" AND x.coll<>'BINARY' COLLATE NOCASE",
            row -> new KeyCollation(row.getString(1), row.getString(2)),
            name)
        .stream()
        .collect(Collectors.toMap(KeyCollation::column, KeyCollation::name));
  }

  /** SQLite tells the collations of indexes only, so any word of one in the definition counts. */
  private static boolean comparesBytes(SqlSession session, String attempt, String name) {
    return !session.exists(
        attempt,
        "SELECT 1 FROM sqlite_master WHERE type='table' AND name=? COLLATE NOCASE"
            + " AND instr(upper(sql), 'COLLATE')>0",
        name);
  }

  /** For messages: under which collation keys that differ may be the same; empty if under none. */
  String collationNote() {
    return primaryKey.stream()
        .filter(keyCollations::containsKey)
        .findFirst()
        .map(
            column ->
                " (its key column "
                    + column
                    + " has the collation "
                    + keyCollations.get(column)
                    + ", under which different keys can be equal)")
        .orElse("");
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

  /** By which columns rows are found fast, folded, in the order of each index. */
  List<List<String>> searched(SqlSession session) {
    String attempt = "read the indexes of table " + name;
    Stream<List<String>> indexes =
        session
            .query(
                attempt,
                "SELECT name FROM pragma_index_list(?) WHERE partial=0",
                row -> row.getString(1),
                name)
            .stream()
            .map(
                index ->
                    session.query(
                        attempt,
                        "SELECT coalesce(name,'') FROM pragma_index_info(?) ORDER BY seqno",
                        row -> row.getString(1),
                        index));
    return Stream.concat(Stream.of(primaryKey), indexes)
        .map(columns -> columns.stream().map(TableNames::fold).toList())
        .toList();
  }

  /** A name of the hidden row number that no column shadows. */
  Optional<String> rowNumber() {
    return List.of("rowid", "_rowid_", "oid").stream()
        .filter(name -> column(name).isEmpty())
        .findFirst();
  }
}
