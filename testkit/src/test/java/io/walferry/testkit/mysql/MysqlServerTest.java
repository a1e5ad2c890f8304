package io.walferry.testkit.mysql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.walferry.testkit.server.ServerException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class MysqlServerTest {

  @ParameterizedTest
  @EnumSource
  void committedRowsSurviveACrashAndARestartOnTheSamePort(MysqlFlavor flavor) throws Exception {
    try (MysqlServer server = started(flavor, Map.of())) {
      MysqlDatabase database = server.createDatabase("crash");
      database.execute("CREATE TABLE t (id INT PRIMARY KEY, word VARCHAR(20))");
      database.execute("INSERT INTO t VALUES (1, 'one'), (2, 'zwölf 🦀')");
      int port = server.port();
      try (Connection open = database.connect();
          Statement statement = open.createStatement()) {
        open.setAutoCommit(false);
        statement.execute("INSERT INTO t VALUES (3, 'lost')");
        server.kill();
      }
      assertFalse(server.isRunning());
      assertThrows(SQLException.class, database::connect);
      server.start();
      assertEquals(port, server.port());
      assertEquals(List.of("1 one", "2 zwölf 🦀"), rows(database, "SELECT id, word FROM t"));
      database.execute("DELETE FROM t WHERE id = 1");
      server.restart();
      assertEquals(List.of("2 zwölf 🦀"), rows(database, "SELECT id, word FROM t"));
      server.stop();
      assertFalse(server.isRunning());
      server.start();
      assertEquals(List.of("2 zwölf 🦀"), rows(database, "SELECT id, word FROM t"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void oneServerRunsBesideAnotherAndLeavesNothingBehind(MysqlFlavor flavor) throws Exception {
    ProcessHandle process;
    Path home;
    try (MysqlServer one = started(flavor, Map.of());
        MysqlServer other = started(flavor, Map.of())) {
      assertNotEquals(one.port(), other.port());
      one.createDatabase("only").close();
      MysqlDatabase database = other.createDatabase("only");
      assertEquals(List.of(database.name()), rows(database, "SHOW DATABASES LIKE 'only%'"));
      assertEquals(List.of(), rows(new MysqlDatabase(one, ""), "SHOW DATABASES LIKE 'only%'"));
      home = Optional.ofNullable(one.dataDirectory().getParent()).orElseThrow();
      process = ProcessHandle.of(pid(home)).orElseThrow();
      assertTrue(process.isAlive());
    }
    assertFalse(process.isAlive());
    assertFalse(Files.exists(home));
  }

  @ParameterizedTest
  @EnumSource
  void settingsAndDefaultsReachTheServer(MysqlFlavor flavor) throws Exception {
    Map<String, String> settings = Map.of("local-infile", "OFF", "log-bin", "binlog");
    try (MysqlServer server = started(flavor, settings);
        MysqlDatabase database = server.createDatabase("settings")) {
      assertEquals(
          List.of("0 1 1 67108864 utf8mb4 +00:00"),
          rows(
              database,
              "SELECT @@local_infile, @@log_bin, @@innodb_flush_log_at_trx_commit,"
                  + " @@innodb_buffer_pool_size, @@character_set_database, @@time_zone"));
    }
    try (MysqlServer server = started(flavor, Map.of());
        MysqlDatabase database = server.createDatabase("defaults")) {
      assertEquals(List.of("1 0"), rows(database, "SELECT @@local_infile, @@log_bin"));
      boolean mariadb = rows(database, "SELECT version()").get(0).contains("MariaDB");
      assertEquals(flavor == MysqlFlavor.MARIADB, mariadb);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPasswordIsDemanded(MysqlFlavor flavor) throws Exception {
    assumeRuns(flavor);
    try (MysqlServer server = MysqlServer.builder(flavor).password("p&w :/@'\\ü").start()) {
      server.connect("").close();
      String url = server.jdbcUrl("");
      SQLException refusal =
          assertThrows(
              SQLException.class, () -> DriverManager.getConnection(url, server.user(), "x"));
      assertEquals("28000", refusal.getSQLState());
      assertTrue(server.uri("a").startsWith("mysql://walferry:p%26w%20"), server.uri("a"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aServerThatCannotStartShowsItsLog(MysqlFlavor flavor) {
    assumeRuns(flavor);
    MysqlServerBuilder builder = MysqlServer.builder(flavor).setting("nonsense", "1");
    ServerException failure = assertThrows(ServerException.class, builder::start);
    String message = String.valueOf(failure.getMessage());
    assertTrue(message.startsWith(flavor.title() + " ended with status "), message);
    assertTrue(message.contains("unknown variable 'nonsense=1'"), message);
  }

  @ParameterizedTest
  @EnumSource
  void aDatabaseIsDroppedUnderAnOpenTransaction(MysqlFlavor flavor) throws Exception {
    try (MysqlServer server = started(flavor, Map.of())) {
      MysqlDatabase database = server.createDatabase("busy");
      database.execute("CREATE TABLE t (id INT)");
      Connection open = database.connect();
      open.setAutoCommit(false);
      try (Statement statement = open.createStatement()) {
        statement.execute("INSERT INTO t VALUES (1)");
      }
      database.close();
      assertEquals(List.of(), rows(new MysqlDatabase(server, ""), "SHOW DATABASES LIKE 'busy%'"));
      assertThrows(SQLException.class, open::commit);
      open.close();
    }
  }

  private static MysqlServer started(MysqlFlavor flavor, Map<String, String> settings) {
    assumeRuns(flavor);
    MysqlServerBuilder builder = MysqlServer.builder(flavor);
    settings.forEach(builder::setting);
    return builder.start();
  }

  private static void assumeRuns(MysqlFlavor flavor) {
    Optional<String> obstacle = MysqlBinaries.standard().obstacle(flavor);
    assumeTrue(obstacle.isEmpty(), obstacle.toString());
  }

  private static long pid(Path home) throws Exception {
    return Long.parseLong(Files.readString(home.resolve("server.pid")).strip());
  }

  private static List<String> rows(MysqlDatabase database, String query) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      var lines = new ArrayList<String>();
      while (rows.next()) {
        var cells = new ArrayList<String>();
        for (int column = 1; column <= rows.getMetaData().getColumnCount(); column++) {
          cells.add(String.valueOf(rows.getString(column)));
        }
        lines.add(String.join(" ", cells));
      }
      return lines;
    }
  }
}
