package io.walferry.sinks.mysql;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.PublishedColumn;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.RowSearch;
import io.walferry.sinks.sql.SqlSession;
import io.walferry.sinks.type.SourceType;
import io.walferry.sinks.type.TypeFamily;
import io.walferry.type.PgType;
import io.walferry.type.ScalarKind;
import io.walferry.type.ValueText;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.StringJoiner;
import java.util.function.Consumer;

/** Finds rows of a MySQL or MariaDB destination. Each search has a connection of its own. */
public final class MysqlRowSearch implements RowSearch {
  private static final int FETCH_ROWS = 1000;

  private final MysqlConnector connector;

  public MysqlRowSearch(MysqlConnector connector) {
    this.connector = connector;
  }

  @Override
  public String display() {
    return connector.settings().display();
  }

  @Override
  public void find(
      PublishedTable table, List<String> key, String condition, Consumer<List<String>> found) {
    String attempt = "look for rows of " + table + " that meet the condition";
    try (SqlSession session = connector.session()) {
      session.connect();
      session.execute(attempt, "SET SESSION TRANSACTION READ ONLY");
      TableShape shape =
          TableShape.read(session, TableNames.of(table.table()))
              .orElseThrow(
                  () ->
                      new WalferryException(
                          ErrorCode.DESTINATION_SHAPE,
                          "Table " + table + " is missing in " + display()));
      List<KeyColumn> columns = key.stream().map(name -> column(table, shape, name)).toList();
      find(session, sql(shape, key, condition), columns, found);
    } catch (SQLException e) {
      WalferryException failure = connector.errors().translate(attempt, e);
      throw failure.code() == ErrorCode.DESTINATION_SHAPE || failure.code().isAboutARow()
          ? new WalferryException(
              ErrorCode.CONDITION_INVALID, String.valueOf(failure.getMessage()), failure)
          : failure;
    }
  }

  private record KeyColumn(SourceType type, ValueForm form) {}

  private static void find(
      SqlSession session, String sql, List<KeyColumn> key, Consumer<List<String>> found)
      throws SQLException {
    try (Statement statement = session.unwrap(Connection.class).createStatement()) {
      statement.setFetchSize(FETCH_ROWS);
      try (ResultSet rows = statement.executeQuery(sql)) {
        while (rows.next()) {
          List<String> values = new ArrayList<>(key.size());
          for (int i = 0; i < key.size(); i++) {
            values.add(text(rows, i + 1, key.get(i)));
          }
          found.accept(values);
        }
      }
    }
  }

  private static KeyColumn column(PublishedTable table, TableShape shape, String name) {
    PublishedColumn column =
        table.columns().stream().filter(it -> it.name().equals(name)).findFirst().orElseThrow();
    SourceType type = SourceType.of(column.typeOid(), column.typeModifier());
    return shape
        .column(name)
        .flatMap(there -> ValueForm.of(type, there))
        .map(form -> new KeyColumn(type, form))
        .orElseThrow(
            () ->
                new WalferryException(
                    ErrorCode.DESTINATION_SHAPE,
                    "Column " + name + " of table " + table + " does not fit"));
  }

  private static String sql(TableShape shape, List<String> key, String condition) {
    StringJoiner columns = new StringJoiner(", ");
    StringJoiner present = new StringJoiner(" AND ");
    for (String column : key) {
      columns.add(TableNames.quote(column));
      present.add(TableNames.quote(column) + " IS NOT NULL");
    }
    return "SELECT "
        + columns
        + " FROM "
        + shape.quoted()
        + " WHERE (\n"
        + condition
        + "\n) AND "
        + present;
  }

  /** What {@link ValueWriter} has made the value of. */
  private static String text(ResultSet rows, int index, KeyColumn column) throws SQLException {
    return switch (column.form()) {
      case TEXT, INTEGER, DECIMAL, DATE -> rows.getString(index);
      case TRUTH -> rows.getLong(index) == 0 ? "f" : "t";
      case FLOAT -> number(rows.getDouble(index), column.type());
      case BYTES -> "\\x" + HexFormat.of().formatHex(rows.getBytes(index));
      case TIME, TIMESTAMP -> withoutZeros(rows.getString(index));
      case ZONED -> withoutZeros(rows.getString(index)) + "+00";
    };
  }

  private static String number(double value, SourceType type) {
    boolean single = type.family() == TypeFamily.FLOAT4;
    ScalarKind kind = single ? ScalarKind.FLOAT4 : ScalarKind.FLOAT8;
    PgType printed = new PgType.ScalarType(0, type.family().typeName(), kind);
    Object number = single ? (Object) (float) value : (Object) value;
    return ValueText.print(printed, number).orElseThrow();
  }

  private static String withoutZeros(String moment) {
    return moment.contains(".") ? moment.replaceAll("\\.?0+$", "") : moment;
  }
}
