package io.walferry.sinks.sqlserver;

import com.microsoft.sqlserver.jdbc.SQLServerConnection;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.PublishedColumn;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.RowSearch;
import io.walferry.sinks.sql.SqlSession;
import io.walferry.sinks.sqlserver.TableShape.ShapeColumn;
import io.walferry.sinks.type.SourceType;
import io.walferry.sinks.type.TypeFamily;
import io.walferry.type.PgType;
import io.walferry.type.ScalarKind;
import io.walferry.type.ValueText;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.StringJoiner;
import java.util.function.Consumer;

/**
 * Finds rows of a SQL Server destination. Each search has a connection of its own, and a
 * transaction that is rolled back, whatever the condition does.
 */
public final class SqlServerRowSearch implements RowSearch {
  private static final int FETCH_ROWS = 1000;

  private final SqlServerConnector connector;

  public SqlServerRowSearch(SqlServerConnector connector) {
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
    TableNames names = new TableNames(connector.settings().schema());
    try (SqlSession session = connector.session()) {
      session.connect();
      session.begin();
      TableShape shape =
          TableShape.read(session, names.of(table.table()))
              .orElseThrow(
                  () ->
                      new WalferryException(
                          ErrorCode.DESTINATION_SHAPE,
                          "Table " + table + " is missing in " + display()));
      List<KeyColumn> columns = key.stream().map(name -> column(table, shape, name)).toList();
      find(session, sql(shape, columns, condition), columns, found);
      session.rollback();
    } catch (SQLException e) {
      WalferryException failure = connector.errors().translate(attempt, e);
      throw failure.code() == ErrorCode.DESTINATION_SHAPE || failure.code().isAboutARow()
          ? new WalferryException(
              ErrorCode.CONDITION_INVALID, String.valueOf(failure.getMessage()), failure)
          : failure;
    }
  }

  private record KeyColumn(ShapeColumn there, SourceType type, ValueForm form) {
    /** As text of a known form, where the driver would have one of its own. */
    String expression() {
      String name = TableName.quote(there.name());
      return switch (form) {
        case TEXT, TRUTH, INTEGER, FLOAT, REAL, BYTES -> name;
        case DECIMAL -> "CAST(" + name + " AS varchar(64))";
        case UUID -> "LOWER(CAST(" + name + " AS char(36)))";
        case DATE -> "CONVERT(varchar(10), " + name + ", 23)";
        case TIME, TIMESTAMP -> "CONVERT(varchar(33), " + name + ", 121)";
        case ZONED -> "CONVERT(varchar(34), SWITCHOFFSET(" + name + ", '+00:00'), 121)";
      };
    }
  }

  private static void find(
      SqlSession session, String sql, List<KeyColumn> key, Consumer<List<String>> found)
      throws SQLException {
    try (Statement statement = session.unwrap(SQLServerConnection.class).createStatement()) {
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
        .flatMap(there -> ValueForm.of(type, there).map(form -> new KeyColumn(there, type, form)))
        .orElseThrow(
            () ->
                new WalferryException(
                    ErrorCode.DESTINATION_SHAPE,
                    "Column " + name + " of table " + table + " does not fit"));
  }

  private static String sql(TableShape shape, List<KeyColumn> key, String condition) {
    StringJoiner columns = new StringJoiner(", ");
    StringJoiner present = new StringJoiner(" AND ");
    for (KeyColumn column : key) {
      columns.add(column.expression());
      present.add(TableName.quote(column.there().name()) + " IS NOT NULL");
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
      case TEXT, INTEGER, DECIMAL, UUID, DATE -> rows.getString(index);
      case TRUTH -> rows.getInt(index) == 0 ? "f" : "t";
      case FLOAT -> number(rows.getDouble(index), column.type());
      case REAL -> number(rows.getFloat(index), column.type());
      case BYTES -> "\\x" + HexFormat.of().formatHex(rows.getBytes(index));
      case TIME, TIMESTAMP -> withoutZeros(rows.getString(index));
      case ZONED -> withoutZeros(rows.getString(index).replace(" +00:00", "")) + "+00";
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
