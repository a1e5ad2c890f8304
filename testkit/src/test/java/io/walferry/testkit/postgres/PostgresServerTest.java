package io.walferry.testkit.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.testkit.junit.Postgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PostgresServerTest {

  @Test
  @Postgres
  void allMajorsRunInOneJvmAndCreateLogicalSlots(PostgresServers servers) throws Exception {
    var versions = new ArrayList<String>();
    for (int major : List.of(10, 11, 12, 13, 14, 15, 16, 17, 18)) {
      try (Database database = servers.server(major).createDatabase("slots")) {
        database.execute(
            "select pg_create_logical_replication_slot('" + database.name() + "', 'pgoutput')");
        versions.add(single(database, "show server_version"));
        assertEquals("1", single(database, "select count(*) from pg_replication_slots"));
      }
    }
    assertEquals(
        List.of("10.23", "11.22", "12.22", "13.23", "14.24", "15.19", "16.15", "17.11", "18.6"),
        versions);
  }

  @Test
  void committedRowsSurviveACrashOfADurableServerOnTheSamePort() throws Exception {
    try (PostgresServer server = PostgresServer.builder().durable(true).start()) {
      Database database = server.createDatabase("crash");
      database.execute("create table t as select generate_series(1, 1000) id");
      int port = server.port();
      server.kill();
      assertFalse(server.isRunning());
      assertThrows(SQLException.class, database::connect);
      server.start();
      assertEquals(port, server.port());
      assertEquals("1000", single(database, "select count(*) from t"));
      assertTrue(server.logTail().contains("not properly shut down"));
    }
  }

  @Test
  void closeRemovesTemporaryDataAndKeepsAGivenDirectory(@TempDir Path home) throws Exception {
    Path kept = home.resolve("kept");
    Path temporary;
    try (PostgresServer server = PostgresServer.builder().start()) {
      temporary = server.dataDirectory();
    }
    try (PostgresServer server = PostgresServer.builder().dataDirectory(kept).start();
        Connection connection = server.connect("postgres");
        Statement statement = connection.createStatement()) {
      statement.execute("create table t()");
    }
    assertFalse(Files.exists(Optional.ofNullable(temporary.getParent()).orElseThrow()));
    try (PostgresServer server = PostgresServer.builder().dataDirectory(kept).start()) {
      server.restart();
      Database database = new Database(server, "postgres");
      assertEquals("t", single(database, "select 't'::regclass"));
    }
  }

  private static String single(Database database, String sql) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      assertTrue(rows.next());
      return rows.getString(1);
    }
  }
}
