package io.walferry.testkit.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.walferry.testkit.internal.JarSearch;
import io.walferry.testkit.junit.EachPostgres;
import io.walferry.testkit.server.ServerException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PostgresServerOptionsTest {

  @Test
  void settingsAndDefaultsReachTheServer() throws SQLException {
    try (PostgresServer server =
            PostgresServer.builder().setting("cluster_name", "it's \\ mine").start();
        Connection connection = server.connect("postgres")) {
      assertEquals("logical", shown(connection, "wal_level"));
      assertEquals("it's \\ mine", shown(connection, "cluster_name"));
      assertEquals("off", shown(connection, "fsync"));
      assertEquals("UTF8", shown(connection, "server_encoding"));
      assertEquals("", shown(connection, "unix_socket_directories"));
      assertEquals("127.0.0.1", shown(connection, "listen_addresses"));
    }
  }

  /** Both are copies of one cluster, which a server's checksums must allow at later starts. */
  @EachPostgres
  void eachClusterHasASystemIdentifierOfItsOwn(PostgresServer shared) throws SQLException {
    try (PostgresServer own = PostgresServer.builder().major(shared.major()).start()) {
      String identifier = systemIdentifier(own);
      assertNotEquals(identifier, systemIdentifier(shared));
      own.kill();
      own.start();
      own.restart();
      assertEquals(identifier, systemIdentifier(own));
    }
  }

  private static String systemIdentifier(PostgresServer server) throws SQLException {
    try (Connection connection = server.connect("postgres");
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("select system_identifier from pg_control_system()")) {
      assertTrue(row.next());
      return row.getString(1);
    }
  }

  @Test
  void alterSystemWinsAtTheNextStart() throws SQLException {
    try (PostgresServer server =
        PostgresServer.builder().durable(true).setting("max_wal_senders", "3").start()) {
      try (Connection connection = server.connect("postgres");
          Statement statement = connection.createStatement()) {
        assertEquals("on", shown(connection, "fsync"));
        assertEquals("3", shown(connection, "max_wal_senders"));
        statement.execute("alter system set max_wal_senders = 5");
      }
      server.restart();
      try (Connection connection = server.connect("postgres")) {
        assertEquals("5", shown(connection, "max_wal_senders"));
      }
    }
  }

  @Test
  void aPasswordIsDemanded() throws SQLException {
    try (PostgresServer server = PostgresServer.builder().password("p&w :/@ü").start()) {
      server.connect("postgres").close();
      String url = server.jdbcUrl("postgres") + "&password=x";
      SQLException refusal =
          assertThrows(SQLException.class, () -> DriverManager.getConnection(url));
      assertEquals("28P01", refusal.getSQLState());
      assertTrue(server.uri("a b").startsWith("postgresql://postgres:p%26w%20"), server.uri("a"));
    }
  }

  @Test
  void aServerThatCannotStartShowsItsLog() {
    PostgresServerBuilder builder = PostgresServer.builder().setting("wal_level", "nonsense");
    String message = failureOf(builder);
    assertTrue(message.contains("invalid value for parameter \"wal_level\""), message);
  }

  @Test
  void anUnknownMajorNamesThePlacesSearched() {
    PostgresServerBuilder builder = PostgresServer.builder().major(9);
    String message = failureOf(builder);
    assertTrue(message.contains("*-9.*.jar in "), message);
    assertTrue(message.contains("[10, 11, 12, 13, 14, 15, 16, 17, 18]"), message);
  }

  @Test
  void dataOfAnotherMajorAreRefused(@TempDir Path directory) throws Exception {
    Files.writeString(directory.resolve("PG_VERSION"), "12\n");
    PostgresServerBuilder builder = PostgresServer.builder().dataDirectory(directory);
    String message = failureOf(builder);
    assertTrue(message.contains("cluster of PostgreSQL 12"), message);
  }

  @Test
  void rootWithoutUserNamespacesRunsTheServerAsNobody() throws Exception {
    assumeTrue(LaunchIdentity.detect() != LaunchIdentity.SAME_USER, "only root can do this");
    try (PostgresServer server = PostgresServer.builder().start(LaunchIdentity.NOBODY);
        Connection connection = server.connect("postgres")) {
      assertEquals("logical", shown(connection, "wal_level"));
      assertEquals(65534, Files.getAttribute(server.dataDirectory(), "unix:uid"));
      server.kill();
      server.start();
    }
  }

  /** Clusters are copies, owner included, of a template that either identity may have made. */
  @Test
  void dataThatNobodyOwnedBecomeRootsAgain(@TempDir Path directory) throws Exception {
    assumeTrue(LaunchIdentity.detect() != LaunchIdentity.SAME_USER, "only root can do this");
    Path file = Files.createFile(directory.resolve("PG_VERSION"));
    LaunchIdentity.NOBODY.own(directory);
    assertEquals(65534, Files.getAttribute(file, "unix:uid"));
    LaunchIdentity.USER_NAMESPACE.own(directory);
    assertEquals(0, Files.getAttribute(file, "unix:uid"));
  }

  @Test
  void archivesOnTheClassPathAreFoundByTheirJarsNames() throws Exception {
    Path directory = Path.of(System.getProperty(PostgresBinaries.DIRECTORY_PROPERTY));
    try (var jars = Files.list(directory);
        var loader =
            new URLClassLoader(
                new URL[] {
                  jars.filter(jar -> jar.toString().contains("-17."))
                      .findFirst()
                      .orElseThrow()
                      .toUri()
                      .toURL()
                })) {
      var binaries = new PostgresBinaries(new JarSearch("none", Optional.empty(), loader));
      assertEquals(Set.of(17), binaries.majors());
      assertTrue(binaries.archive(17).version().startsWith("17."));
    }
  }

  private static String failureOf(PostgresServerBuilder builder) {
    return String.valueOf(assertThrows(ServerException.class, builder::start).getMessage());
  }

  private static String shown(Connection connection, String setting) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("show " + setting)) {
      assertTrue(rows.next());
      return rows.getString(1);
    }
  }
}
