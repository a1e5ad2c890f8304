package io.walferry.sinks.postgres;

import static io.walferry.sinks.SinkCalls.FEED;
import static io.walferry.sinks.SinkCalls.copy;
import static io.walferry.sinks.SinkCalls.position;
import static io.walferry.sinks.postgres.PostgresFixture.connector;
import static io.walferry.sinks.postgres.PostgresFixture.sink;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.publication.PublicationCatalog;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.ChunkWriter;
import io.walferry.sink.Claim;
import io.walferry.sink.CopyFormat;
import io.walferry.sink.LedgerEntry;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServers;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** In which form rows are handed on, and that they arrive as they were. */
@Postgres
final class PostgresCopyFormTest {
  @ParameterizedTest
  @CsvSource({"14, 18", "18, 14", "15, 16", "17, 17"})
  void everyTypeArrivesAsItPrints(int from, int to, PostgresServers servers) throws SQLException {
    try (Database source = servers.server(from).createDatabase("source");
        Database target = servers.server(to).createDatabase("target")) {
      assertArrive(source, target, one -> true);
    }
  }

  @Test
  void textArrivesInAnotherEncoding(Database source) throws SQLException {
    String name = source.name() + "_latin";
    source.execute("CREATE DATABASE " + name + " TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'");
    try (Database target = new Database(source.server(), name)) {
      Predicate<TypeCase> latin = one -> !String.join("", one.values()).contains("😀");
      assertArrive(source, target, latin);
    }
  }

  private static void assertArrive(Database source, Database target, Predicate<TypeCase> wanted)
      throws SQLException {
    source.execute(TypeCase.USER_TYPES);
    target.execute(TypeCase.USER_TYPES);
    List<TypeCase> cases = TypeCase.ALL.stream().filter(wanted).toList();
    List<PublishedTable> tables = TypeCase.create(source, cases);
    try (PostgresSink sink = sink(target)) {
      sink.open(FEED, new Claim());
      sink.prepare(tables);
      sink.commit(position(0x10));
      try (ChunkWriter writer = sink.chunkWriter()) {
        for (PublishedTable table : tables) {
          String where = table.table() + " " + table.columns().getLast().typeName();
          CopyFormat format = writer.begin(table);
          boolean binary = cases.get(number(table)).binary();
          assertEquals(binary ? CopyFormat.BINARY : CopyFormat.TEXT, format, where);
          copy(writer, format, source, "SELECT * FROM " + table.table());
          writer.commit(new LedgerEntry(table.table(), LedgerEntry.Kind.CHUNK, "1", ""));
          assertEquals(printed(source, table), printed(target, table), where);
        }
      }
    }
  }

  private static int number(PublishedTable table) {
    return Integer.parseInt(table.table().name().substring(1));
  }

  private static List<String> printed(Database database, PublishedTable table) throws SQLException {
    List<String> values = new ArrayList<>();
    try (Connection connection = connector(database.uri()).connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT v::text FROM " + table + " ORDER BY id")) {
      while (rows.next()) {
        values.add(String.valueOf(rows.getString(1)));
      }
    }
    return values;
  }

  @Test
  void aTypeThatTakesEveryValueButIsAnotherGetsText(Database database) throws SQLException {
    database.execute("CREATE SCHEMA other");
    try (Connection connection = connector(database.uri()).connect();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE other.t (id int PRIMARY KEY, v varchar(5));"
              + " INSERT INTO other.t VALUES (1, 'abc');"
              + " CREATE PUBLICATION p FOR TABLE other.t");
      List<PublishedTable> tables = new PublicationCatalog(connection).tables("p");
      try (Database target = database.server().createDatabase("wider")) {
        target.execute("CREATE SCHEMA other; CREATE TABLE other.t (id int PRIMARY KEY, v varchar)");
        try (PostgresSink sink = sink(target)) {
          sink.open(FEED, new Claim());
          sink.prepare(tables);
          sink.commit(position(0x10));
          try (ChunkWriter writer = sink.chunkWriter()) {
            assertEquals(CopyFormat.TEXT, writer.begin(tables.getFirst()));
          }
        }
      }
    }
  }
}
