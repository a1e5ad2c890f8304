package io.walferry.testkit.compare;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/** Streams a table of PostgreSQL by COPY. */
final class PostgresRows implements RowReader {
  private final SourceTable table;
  private final CopyOut copy;

  private PostgresRows(SourceTable table, CopyOut copy) {
    this.table = table;
    this.copy = copy;
  }

  static PostgresRows open(Connection connection, SourceTable table, TableName where)
      throws SQLException {
    String sql = "copy (select %s from %s) to stdout".formatted(table.columnList(), where.sql());
    return new PostgresRows(table, connection.unwrap(PGConnection.class).getCopyAPI().copyOut(sql));
  }

  @Override
  public Optional<Row> next() throws SQLException {
    return Optional.ofNullable(copy.readFromCopy()).map(this::row);
  }

  private Row row(byte[] line) {
    List<Optional<String>> fields = CopyLine.fields(line);
    var values = new ArrayList<Optional<String>>(fields.size());
    for (int i = 0; i < table.columns().size(); i++) {
      String type = table.columns().get(i).type();
      values.add(fields.get(i).map(text -> CanonicalValue.ofText(type, text)));
    }
    return new Row(values);
  }

  /** Reads to the end: the driver loses its place in the protocol when it cancels a COPY. */
  @Override
  public void close() throws SQLException {
    boolean more = copy.isActive();
    while (more) {
      more = Optional.ofNullable(copy.readFromCopy()).isPresent();
    }
  }
}
