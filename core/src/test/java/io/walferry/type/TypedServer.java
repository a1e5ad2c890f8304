package io.walferry.type;

import io.walferry.SharedServers;
import io.walferry.postgres.ConnectionSettings;
import io.walferry.postgres.PostgresConnector;
import io.walferry.publication.SourceTypes;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.type.TypeCases;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.postgresql.PGConnection;

/** A database with the types of the cases, and a session with canonical output. */
final class TypedServer implements AutoCloseable {
  /** Signature, flags and length of the extension of a binary COPY. */
  private static final int COPY_HEADER = 11 + 4 + 4;

  private final Database database;
  private final Connection connection;
  private TypeCatalog catalog = TypeCatalog.BUILT_IN;

  TypedServer(int major) throws SQLException {
    this.database = SharedServers.database(major);
    database.execute(TypeCases.SETUP);
    this.connection =
        new PostgresConnector(ConnectionSettings.parse(database.uri(), Map.of()), "test").connect();
  }

  Connection connection() {
    return connection;
  }

  Database database() {
    return database;
  }

  /** What was looked up by {@link #type}, too. */
  TypeCatalog catalog() {
    return catalog;
  }

  /** As its own catalog has it. */
  PgType type(String sqlName) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select " + statement.enquoteLiteral(sqlName) + "::regtype::oid")) {
      row.next();
      int oid = (int) row.getLong(1);
      if (!catalog.knows(oid)) {
        catalog = SourceTypes.learn(catalog, Set.of(oid), connection);
      }
      return catalog.type(oid);
    }
  }

  /** What the output function gives. */
  byte[] text(String expression) throws SQLException {
    return copy("select format('%s', " + expression + ")").getFirst().getFirst();
  }

  /** What the send function gives. */
  byte[] binary(String expression) throws SQLException {
    return copy("select " + expression).getFirst().getFirst();
  }

  /** Rows of bytes, in binary form; NULL is an empty array. */
  List<List<byte[]>> copy(String query) throws SQLException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      long unused =
          connection
              .unwrap(PGConnection.class)
              .getCopyAPI()
              .copyOut("copy (" + query + ") to stdout (format binary)", out);
    } catch (IOException e) {
      throw new SQLException(e);
    }
    ByteBuffer bytes = ByteBuffer.wrap(out.toByteArray()).position(COPY_HEADER);
    List<List<byte[]>> rows = new ArrayList<>();
    for (int columns = bytes.getShort(); columns >= 0; columns = bytes.getShort()) {
      List<byte[]> row = new ArrayList<>();
      for (int i = 0; i < columns; i++) {
        byte[] value = new byte[Math.max(0, bytes.getInt())];
        bytes.get(value);
        row.add(value);
      }
      rows.add(row);
    }
    return rows;
  }

  static Object decode(PgType type, Format format, byte[] bytes) {
    return ValueDecoder.decode(type, format, bytes, 0, bytes.length);
  }

  static String string(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws SQLException {
    connection.close();
    database.close();
  }
}
