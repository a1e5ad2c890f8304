package io.walferry.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.testkit.postgres.PostgresServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TimeZone;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PostgresConnectorTest {
  private static final Map<String, String> FIXED = new LinkedHashMap<>();

  static {
    FIXED.put("client_encoding", "UTF8");
    FIXED.put("TimeZone", "UTC");
    FIXED.put("DateStyle", "ISO, MDY");
    FIXED.put("IntervalStyle", "postgres");
    FIXED.put("extra_float_digits", "3");
    FIXED.put("bytea_output", "hex");
    FIXED.put("lc_monetary", "C");
    FIXED.put("search_path", "\"\"");
    FIXED.put("array_nulls", "on");
    FIXED.put("xmloption", "content");
    FIXED.put("standard_conforming_strings", "on");
    FIXED.put("quote_all_identifiers", "off");
    FIXED.put("transform_null_equals", "off");
    FIXED.put("exit_on_error", "off");
    FIXED.put("client_min_messages", "warning");
    FIXED.put("default_transaction_isolation", "read committed");
    FIXED.put("default_transaction_read_only", "off");
    FIXED.put("lock_timeout", "0");
    FIXED.put("statement_timeout", "0");
    FIXED.put("idle_in_transaction_session_timeout", "0");
    FIXED.put("idle_session_timeout", "0");
  }

  @SuppressWarnings("NullAway.Init")
  private static PostgresServer server;

  @TempDir private Path home;

  @BeforeAll
  static void startServer() throws SQLException {
    server = PostgresServer.builder().password("s3cret ü").start();
    execute(
        """
        CREATE ROLE reader LOGIN PASSWORD 'reader';
        ALTER ROLE postgres SET "DateStyle" = 'SQL, DMY';
        ALTER ROLE postgres SET "IntervalStyle" = 'iso_8601';
        ALTER ROLE postgres SET bytea_output = 'escape';
        ALTER ROLE postgres SET lc_monetary = 'POSIX';
        ALTER ROLE postgres SET statement_timeout = '1h';
        ALTER ROLE postgres SET array_nulls = off;
        ALTER ROLE postgres SET xmloption = document;
        ALTER ROLE postgres SET standard_conforming_strings = off;
        ALTER ROLE postgres SET quote_all_identifiers = on;
        ALTER ROLE postgres SET transform_null_equals = on;
        ALTER DATABASE postgres SET exit_on_error = on;
        ALTER DATABASE postgres SET client_min_messages = error;
        ALTER DATABASE postgres SET default_transaction_isolation = serializable;
        ALTER DATABASE postgres SET default_transaction_read_only = on;
        ALTER DATABASE postgres SET "TimeZone" = 'Asia/Tokyo';
        ALTER DATABASE postgres SET search_path = 'pg_toast';
        ALTER DATABASE postgres SET lock_timeout = '1h';
        ALTER DATABASE postgres SET idle_session_timeout = '1h';
        """);
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @Test
  void outputSettingsHoldOnBothKindsOfSessionWhateverTheRoleSays() throws SQLException {
    TimeZone before = TimeZone.getDefault();
    TimeZone.setDefault(TimeZone.getTimeZone("America/St_Johns"));
    try {
      PostgresConnector connector = connector("?options=-c%20geqo%3Doff%20-c%20DateStyle%3DGerman");
      try (Connection connection = connector.connect()) {
        assertTrue(connection.getAutoCommit());
        assertEquals(FIXED, shown(connection));
        assertEquals("off", show(connection, "geqo"));
        assertEquals("test", show(connection, "application_name"));
      }
      try (Connection connection = connector.connectForReplication()) {
        assertEquals(FIXED, shown(connection));
        assertEquals("1", query(connection, "IDENTIFY_SYSTEM", "timeline"));
      }
    } finally {
      TimeZone.setDefault(before);
    }
  }

  @Test
  void anApplicationNameOfTheSettingsWins() throws SQLException {
    try (Connection connection = connector("?application_name=mine").connect()) {
      assertEquals("mine", show(connection, "application_name"));
    }
  }

  @Test
  void failuresToConnectHaveCodes() {
    String address = "127.0.0.1:" + server.port();
    assertCode(ErrorCode.AUTHENTICATION_FAILED, "postgresql://postgres:wrong@" + address);
    assertCode(ErrorCode.AUTHENTICATION_FAILED, "postgresql://postgres@" + address);
    assertCode(ErrorCode.AUTHENTICATION_FAILED, "postgresql://nobody:x@" + address);
    assertCode(ErrorCode.DATABASE_MISSING, "postgresql://reader:reader@" + address + "/no%2F%3F");
    assertCode(
        ErrorCode.TLS_FAILED, "postgresql://reader:reader@" + address + "/x?sslmode=require");
    assertCode(ErrorCode.CONNECTION_FAILED, "postgresql://reader@127.0.0.1:1/x");
    assertCode(ErrorCode.CONNECTION_FAILED, "postgresql://reader@no-such-host.invalid/x");
  }

  @Test
  void replicationNeedsTheRight() {
    PostgresConnector connector =
        new PostgresConnector(
            settings("postgresql://reader:reader@127.0.0.1:" + server.port() + "/postgres"), "t");
    WalferryException error =
        assertThrows(WalferryException.class, connector::connectForReplication);
    assertEquals(ErrorCode.REPLICATION_NOT_ALLOWED, error.code(), error.getMessage());
  }

  /** Where nobody has a ticket; more than that cannot be seen without a Kerberos server. */
  @Test
  void aServerThatAsksForKerberosIsSaidToHaveRefusedUs() throws Exception {
    byte[] authenticationGss = {'R', 0, 0, 0, 8, 0, 0, 0, 7};
    try (ServerSocket listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual()
          .start(
              () -> {
                try (Socket client = listener.accept()) {
                  client.getInputStream().read();
                  client.getOutputStream().write(authenticationGss);
                  client.getInputStream().readAllBytes();
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      assertCode(
          ErrorCode.AUTHENTICATION_FAILED,
          "postgresql://me@127.0.0.1:" + listener.getLocalPort() + "/x?sslmode=disable");
    }
  }

  @Test
  void aStreamIsNotReadUnderGssEncryption() {
    WalferryException failure =
        assertThrows(
            WalferryException.class, connector("?gssencmode=require")::connectForReplication);
    assertEquals(ErrorCode.CONFIGURATION_INVALID, failure.code());
    assertTrue(String.valueOf(failure.getMessage()).contains("sslmode"), failure.getMessage());
  }

  @Test
  void aWayInThatIsNotAllowedIsRefused() {
    assertCode(
        ErrorCode.AUTHENTICATION_FAILED,
        "postgresql://reader:reader@127.0.0.1:%d/postgres?require_auth=gss"
            .formatted(server.port()));
  }

  @Test
  void aServerThatSaysNothingDoesNotHoldUs() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      long start = System.nanoTime();
      assertCode(
          ErrorCode.CONNECTION_FAILED,
          "postgresql://me:x@127.0.0.1:" + silent.getLocalPort() + "/x?connect_timeout=1");
      Duration taken = Duration.ofNanos(System.nanoTime() - start);
      assertTrue(taken.compareTo(Duration.ofSeconds(5)) < 0, taken.toString());
    }
  }

  private void assertCode(ErrorCode code, String url) {
    PostgresConnector connector = new PostgresConnector(settings(url), "test");
    WalferryException error = assertThrows(WalferryException.class, connector::connect);
    assertEquals(code, error.code(), error.getMessage());
  }

  private PostgresConnector connector(String query) {
    String password = "s3cret%20%C3%BC";
    return new PostgresConnector(
        settings(
            "postgresql://postgres:"
                + password
                + "@127.0.0.1:"
                + server.port()
                + "/postgres"
                + query),
        "test");
  }

  private ConnectionSettings settings(String url) {
    return ConnectionSettings.parse(url, Map.of("HOME", home.toString()));
  }

  private static Map<String, String> shown(Connection connection) throws SQLException {
    Map<String, String> shown = new LinkedHashMap<>();
    for (String name : FIXED.keySet()) {
      shown.put(name, show(connection, name));
    }
    return shown;
  }

  private static String show(Connection connection, String name) throws SQLException {
    return query(connection, "SHOW " + name, name);
  }

  private static String query(Connection connection, String sql, String column)
      throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      assertTrue(rows.next());
      return rows.getString(column);
    }
  }

  private static void execute(String sql) throws SQLException {
    try (Connection connection = server.connect("postgres");
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
