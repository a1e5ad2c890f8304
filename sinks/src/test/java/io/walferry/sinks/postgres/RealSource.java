package io.walferry.sinks.postgres;

import static io.walferry.sinks.postgres.PostgresFixture.connector;

import io.walferry.change.Change;
import io.walferry.change.Column;
import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.publication.PublishedColumn;
import io.walferry.publication.PublishedTable;
import io.walferry.publication.SourceTypes;
import io.walferry.testkit.postgres.Database;
import io.walferry.type.TypeCatalog;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/** What a feed has of the tables of a server, as the sink gets it. */
final class RealSource {
  private static final int COPY_HEADER_BYTES = 19;

  private RealSource() {}

  static TypeCatalog types(Database source, List<PublishedTable> tables) throws SQLException {
    Set<Integer> oids = new HashSet<>();
    tables.forEach(table -> table.columns().forEach(column -> oids.add(column.typeOid())));
    oids.removeIf(TypeCatalog.BUILT_IN::knows);
    try (Connection connection = connector(source.uri()).connect()) {
      return SourceTypes.learn(TypeCatalog.BUILT_IN, oids, connection);
    }
  }

  static Relation relation(PublishedTable table) {
    return new Relation(
        table.oid(),
        table.table(),
        table.replicaIdentity(),
        table.columns().stream().map(RealSource::column).toList());
  }

  private static Column column(PublishedColumn column) {
    return new Column(
        column.name(), column.typeOid(), column.typeModifier(), column.name().equals("id"));
  }

  static Change[] inserts(Relation relation, List<Row> rows) {
    return rows.stream().map(row -> new Change.Insert(relation, row)).toArray(Change[]::new);
  }

  /** Rows as the server sends them in binary. */
  static List<Row> sent(Database source, String query) throws SQLException {
    List<Row> rows = new ArrayList<>();
    try (Connection connection = connector(source.uri()).connect()) {
      CopyOut copy =
          connection
              .unwrap(PGConnection.class)
              .getCopyAPI()
              .copyOut("COPY (" + query + ") TO STDOUT (FORMAT binary)");
      byte[] message = copy.readFromCopy();
      int skipped = COPY_HEADER_BYTES;
      while (message != null) {
        ByteBuffer bytes = ByteBuffer.wrap(message).position(skipped);
        skipped = 0;
        short columnCount = bytes.getShort();
        if (columnCount >= 0) {
          rows.add(row(message, bytes, columnCount));
        }
        message = copy.readFromCopy();
      }
    }
    return rows;
  }

  private static Row row(byte[] message, ByteBuffer bytes, int columnCount) {
    Row.Builder row = new Row.Builder(message, columnCount);
    for (int column = 0; column < columnCount; column++) {
      int length = bytes.getInt();
      if (length < 0) {
        row.nullValue();
      } else {
        row.binary(bytes.position(), length);
        bytes.position(bytes.position() + length);
      }
    }
    return row.build();
  }
}
