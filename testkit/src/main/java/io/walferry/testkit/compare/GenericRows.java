package io.walferry.testkit.compare;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads a table of SQLite, or of another engine whose driver returns numbers, text and bytes. */
final class GenericRows implements RowReader {
  private static final int FETCH_ROWS = 1_000;

  /** What SQL Server's driver calls a UUID, which it prints in upper case. */
  private static final int GUID = -145;

  private final SourceTable table;
  private final Statement statement;
  private final ResultSet rows;

  private GenericRows(SourceTable table, Statement statement, ResultSet rows) {
    this.table = table;
    this.statement = statement;
    this.rows = rows;
  }

  static GenericRows open(Connection connection, SourceTable table, TableName where)
      throws SQLException {
    Statement statement = connection.createStatement();
    try {
      statement.setFetchSize(FETCH_ROWS);
      String sql = "select %s from %s".formatted(table.columnList(), where.sql());
      return new GenericRows(table, statement, statement.executeQuery(sql));
    } catch (SQLException e) {
      statement.close();
      throw e;
    }
  }

  @Override
  public Optional<Row> next() throws SQLException {
    if (!rows.next()) {
      return Optional.empty();
    }
    var values = new ArrayList<Optional<String>>();
    for (int i = 0; i < table.columns().size(); i++) {
      String type = table.columns().get(i).type();
      Optional<Object> value = Optional.ofNullable(value(i + 1));
      values.add(value.map(object -> CanonicalValue.ofObject(type, object)));
    }
    return Optional.of(new Row(values));
  }

  /** Times as text: a driver's objects have fewer digits, and no hour 24. */
  private @Nullable Object value(int index) throws SQLException {
    return switch (rows.getMetaData().getColumnType(index)) {
      case Types.DATE -> rows.getString(index);
      case Types.TIME, Types.TIMESTAMP -> CanonicalValue.ofMoment(rows.getString(index));
      case GUID -> lowerCase(rows.getString(index));
      default -> rows.getObject(index);
    };
  }

  private static @Nullable String lowerCase(@Nullable String text) {
    return text == null ? null : text.toLowerCase(Locale.ROOT);
  }

  @Override
  public void close() throws SQLException {
    rows.close();
    statement.close();
  }
}
