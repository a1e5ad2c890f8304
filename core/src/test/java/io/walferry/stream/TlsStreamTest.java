package io.walferry.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.TlsServer;
import io.walferry.change.Change;
import io.walferry.change.Row;
import io.walferry.change.Transaction;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.ConnectionSettings;
import io.walferry.postgres.PostgresConnector;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.process.ChildJvm;
import io.walferry.testkit.tls.TestCertificates;
import io.walferry.testkit.wait.Await;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way in that TLS and passwords leave open or shut, for SQL and for a stream of changes. */
@ParameterizedClass
@ValueSource(ints = {14, 18})
final class TlsStreamTest {
  private static final Duration LONG = Await.patience(Duration.ofSeconds(30));

  /** More than fits in many records of TLS, and than the reader takes at a time. */
  private static final int LARGE = 3_000_000;

  private static final String PASSWORD = "s3cret";
  private static final List<String> HOST_BASED =
      List.of(
          "hostssl all covered all trust",
          "hostnossl all bare all trust",
          "host all scram all scram-sha-256",
          "host all md5 all md5",
          "host all clear all password",
          "hostssl all rsa all cert",
          "hostssl all ec all cert",
          "hostssl all stranger all cert");

  @TempDir private static Path directory;

  /** Of this server's certificates and keys. */
  @SuppressWarnings("NullAway.Init")
  private static Path files;

  @SuppressWarnings("NullAway.Init")
  private static TlsServer server;

  @SuppressWarnings("NullAway.Init")
  private static Database database;

  @Parameter private int major;

  @TempDir private Path home;

  @BeforeParameterizedClassInvocation
  static void startServer(int major) throws Exception {
    files = Files.createDirectory(directory.resolve("certificates-" + major));
    server = TlsServer.start(major, files, HOST_BASED);
    TestCertificates certificates = server.certificates();
    for (String name : List.of("ca", "other", "rsa", "ec", "stranger")) {
      certificates.pem(name + ".crt", name);
      certificates.keyPem(name + ".key", name);
      certificates.keyDer(name + ".der", name);
      certificates.pkcs12(name + ".p12", name);
    }
    database = server.database();
    for (String user : List.of("covered", "bare", "rsa", "ec", "stranger")) {
      database.execute("CREATE ROLE " + user + " SUPERUSER LOGIN");
    }
    for (String user : List.of("scram", "clear", "md5")) {
      String encryption = user.equals("md5") ? "md5" : "scram-sha-256";
      database.execute(
          "SET password_encryption = '%s'; CREATE ROLE %s SUPERUSER LOGIN PASSWORD '%s'"
              .formatted(encryption, user, PASSWORD));
    }
    database.execute("CREATE TABLE item (id bigint PRIMARY KEY, label text)");
    database.execute("CREATE PUBLICATION items FOR TABLE item");
  }

  @AfterParameterizedClassInvocation
  static void stopServer() {
    server.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "covered | localhost | sslmode=disable                     | AUTHENTICATION_FAILED",
        "covered | localhost | sslmode=allow                       | tls",
        "covered | localhost |                                     | tls",
        "covered | localhost | sslmode=prefer                      | tls",
        "covered | localhost | sslmode=require                     | tls",
        "covered | localhost | sslmode=verify-ca   sslrootcert=ca.crt | tls",
        "covered | localhost | sslmode=verify-full sslrootcert=ca.crt | tls",
        "bare    | localhost | sslmode=disable                     | plain",
        "bare    | localhost | sslmode=allow                       | plain",
        "bare    | localhost | sslmode=prefer                      | plain",
        "bare    | localhost | sslmode=require                     | AUTHENTICATION_FAILED",
        "covered | 127.0.0.1 | sslmode=require                     | tls",
        "covered | 127.0.0.1 | sslmode=verify-ca   sslrootcert=ca.crt | tls",
        "covered | 127.0.0.1 | sslmode=verify-full sslrootcert=ca.crt | TLS_FAILED",
        "covered | localhost | sslmode=require     sslrootcert=ca.crt | tls",
        "covered | localhost | sslmode=require     sslrootcert=other.crt | TLS_FAILED",
        "covered | localhost | sslmode=verify-ca   sslrootcert=other.crt | TLS_FAILED",
        "covered | localhost | sslmode=verify-full sslrootcert=other.crt | TLS_FAILED",
        "covered | localhost | sslmode=verify-full sslrootcert=absent.crt | TLS_FAILED",
        "covered | localhost | sslmode=verify-full sslrootcert=rsa.key | TLS_FAILED",
        "covered | localhost | sslmode=verify-ca                   | TLS_FAILED",
        "covered | localhost | sslrootcert=system                  | TLS_FAILED",
        "covered | localhost | sslmode=require channel_binding=prefer | tls",
        "covered | localhost | sslmode=require channel_binding=disable | tls",
      })
  void eachModeLetsInWhomItShould(String user, String host, String parameters, String outcome) {
    assertOutcome(outcome, url(user, host, parameters));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rsa      | sslcert=rsa.crt sslkey=rsa.key                 | tls",
        "rsa      | sslcert=rsa.crt sslkey=rsa.der                 | tls",
        "ec       | sslcert=ec.crt  sslkey=ec.key                  | tls",
        "ec       | sslcert=ec.crt  sslkey=ec.der                  | tls",
        "ec       | sslkey=ec.p12   sslpassword=changeit           | tls",
        "ec       | sslkey=ec.p12   sslpassword=wr0ng              | TLS_FAILED",
        "rsa      |                                                | CLIENT_CERTIFICATE_REFUSED",
        "ec       | sslcert=rsa.crt sslkey=rsa.key                 | CLIENT_CERTIFICATE_REFUSED",
        "rsa      | sslcert=rsa.crt                                | TLS_FAILED",
        "rsa      | sslcert=rsa.crt sslkey=ec.key                  | TLS_FAILED",
        "rsa      | sslkey=rsa.key                                 | TLS_FAILED",
        "stranger | sslcert=stranger.crt sslkey=stranger.key       | CLIENT_CERTIFICATE_REFUSED",
      })
  void certificatesLetClientsIn(String user, String parameters, String outcome) {
    assertOutcome(outcome, url(user, "localhost", parameters));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "scram | sslmode=require channel_binding=require | tls",
        "scram | sslmode=require channel_binding=prefer  | tls",
        "scram | sslmode=require channel_binding=disable | tls",
        "scram | sslmode=require                         | tls",
        "scram | sslmode=disable                         | plain",
        "scram | sslmode=disable channel_binding=prefer  | plain",
        "scram | sslmode=disable channel_binding=disable | plain",
        "covered | sslmode=require channel_binding=require | CHANNEL_BINDING_FAILED",
        "scram | sslmode=disable channel_binding=require | CHANNEL_BINDING_FAILED",
        "md5   | sslmode=require                         | tls",
        "md5   | sslmode=require channel_binding=prefer  | tls",
        "md5   | sslmode=disable                         | plain",
        "md5   | sslmode=require channel_binding=require | CHANNEL_BINDING_FAILED",
        "clear | sslmode=require                         | tls",
        "clear | sslmode=require channel_binding=disable | tls",
        "clear | sslmode=disable                         | plain",
        "clear | sslmode=require channel_binding=require | CHANNEL_BINDING_FAILED",
      })
  void passwordsLetIn(String user, String parameters, String outcome) {
    assertOutcome(outcome, url(user + ":" + PASSWORD, "localhost", parameters));
    boolean refused = !outcome.equals("tls") && !outcome.equals("plain");
    String wrong = refused ? outcome : ErrorCode.AUTHENTICATION_FAILED.name();
    assertOutcome(wrong, url(user + ":wr0ng", "localhost", parameters));
  }

  @Test
  void theUsualFilesAreFoundInTheHomeDirectory() throws Exception {
    Path usual = Files.createDirectory(home.resolve(".postgresql"));
    Files.copy(files.resolve("ca.crt"), usual.resolve("root.crt"));
    Files.copy(files.resolve("ec.crt"), usual.resolve("postgresql.crt"));
    Files.copy(files.resolve("ec.key"), usual.resolve("postgresql.key"));
    assertOutcome("tls", url("ec", "localhost", "sslmode=verify-full"));
    assertOutcome("TLS_FAILED", url("ec", "127.0.0.1", "sslmode=verify-full"));
    Files.delete(usual.resolve("postgresql.key"));
    assertOutcome("TLS_FAILED", url("ec", "localhost", "sslmode=verify-full"));
  }

  /** The authorities of this runtime do not vouch for the server; those of another one may. */
  @Test
  void theAuthoritiesOfTheRuntimeVouchForTheServer() {
    String url = url("covered", "localhost", "sslrootcert=system");
    assertEquals("let in", outcomeElsewhere("ca.p12", url));
    assertEquals("TLS_FAILED", outcomeElsewhere("other.p12", url));
    // As libpq has it, the server's name is checked then, whether one asks for that or not.
    assertEquals(
        "TLS_FAILED",
        outcomeElsewhere("ca.p12", url("covered", "127.0.0.1", "sslrootcert=system")));
  }

  private static String outcomeElsewhere(String authorities, String url) {
    try (ChildJvm child =
        ChildJvm.running(ConnectMain.class)
            .jvmOptions(
                "-Djavax.net.ssl.trustStore=" + files.resolve(authorities),
                "-Djavax.net.ssl.trustStorePassword=" + TestCertificates.PASSWORD)
            .arguments(url)
            .start()) {
      String line =
          child.awaitLine(it -> it.startsWith(ConnectMain.OUTCOME), Duration.ofSeconds(60));
      return line.substring(ConnectMain.OUTCOME.length());
    }
  }

  /** Each message is a record of its own, and a record holds 16 KiB at most. */
  @Test
  void oneReadTakesAllTheRecordsThatHaveArrived() throws Exception {
    PostgresConnector connector =
        new PostgresConnector(
            ConnectionSettings.parse(url("covered", "localhost", "sslmode=require"), Map.of()),
            "tls test");
    try (ReplicationConnection replication = ReplicationConnection.open(connector);
        Connection connection = connector.connectForReplication()) {
      String slot = replication.createSlot("tls_records", SlotKind.PERSISTENT).name();
      database.execute(
          "TRUNCATE item; INSERT INTO item SELECT g, 'label' FROM generate_series(1, 2000) g");
      String command =
          "START_REPLICATION SLOT "
              + slot
              + " LOGICAL 0/0 (\"proto_version\" '1', \"publication_names\" 'items')";
      try (CopyBothSocket socket = CopyBothSocket.start(connection, command)) {
        byte[] buffer = new byte[1 << 20];
        awaitSent(slot);
        int count = socket.read(buffer, 0, buffer.length);
        assertTrue(count > 50_000, count + " bytes");
      }
    }
    dropWhenUnused("tls_records");
  }

  /** Until everything that was written is on its way. */
  private static void awaitSent(String slot) throws SQLException {
    String written = database.answer("SELECT pg_current_wal_lsn()");
    database.await(
        written + " is sent",
        """
        EXISTS (SELECT FROM pg_replication_slots s
          JOIN pg_stat_replication r ON r.pid = s.active_pid
          WHERE s.slot_name = '%s' AND r.sent_lsn >= '%s')\
        """
            .formatted(slot, written));
  }

  private static void dropWhenUnused(String slot) throws SQLException {
    database.await(
        "slot %s is not in use".formatted(slot),
        "NOT (SELECT active FROM pg_replication_slots WHERE slot_name = '%s')".formatted(slot));
    database.execute("SELECT pg_drop_replication_slot('%s')".formatted(slot));
  }

  private void assertOutcome(String outcome, String url) {
    String where = url + " on " + major;
    PostgresConnector connector =
        new PostgresConnector(
            ConnectionSettings.parse(url, Map.of("HOME", home.toString())), "tls test");
    if (outcome.equals("tls") || outcome.equals("plain")) {
      assertEquals(outcome, session(connector), where);
      assertEquals(outcome, stream(connector), where);
      awaitGone("tls_test");
    } else {
      assertRefused(
          outcome, assertThrows(WalferryException.class, () -> session(connector), where));
      assertRefused(outcome, assertThrows(WalferryException.class, () -> stream(connector), where));
    }
  }

  private static void assertRefused(String outcome, WalferryException failure) {
    String message = String.valueOf(failure.getMessage());
    assertEquals(outcome, failure.code().name(), message);
    assertFalse(message.contains(PASSWORD) || message.contains("wr0ng"), message);
    assertTrue(message.contains("could not connect") && message.contains("@"), message);
  }

  private static String session(PostgresConnector connector) {
    try (Connection connection = connector.connect()) {
      return cover(connection, "pid = pg_backend_pid()");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String stream(PostgresConnector connector) {
    try (ReplicationConnection replication = ReplicationConnection.open(connector)) {
      CreatedSlot slot = replication.createSlot("tls_test", SlotKind.TEMPORARY);
      try (Connection connection = database.connect();
          ChangeStream stream =
              replication.stream(
                  slot.name(), "items", slot.consistentPoint(), StreamSettings.DEFAULT)) {
        assertChangesPass(stream);
        return cover(connection, "pid IN (SELECT active_pid FROM pg_replication_slots)");
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A server process drops its slot a moment after its client has gone. */
  private static void awaitGone(String slot) {
    try {
      database.await(
          "slot %s is gone".formatted(slot),
          "NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = '%s')".formatted(slot));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void assertChangesPass(ChangeStream stream) throws SQLException {
    database.execute(
        "TRUNCATE item; INSERT INTO item VALUES (1, repeat('x', %d)), (2, 'small')"
            .formatted(LARGE));
    StreamEvent event = stream.next(LONG);
    while (event instanceof StreamEvent.KeepAlive) {
      event = stream.next(LONG);
    }
    Transaction transaction = assertInstanceOf(StreamEvent.Begun.class, event).transaction();
    assertTrue(transaction.advance());
    assertInstanceOf(Change.Truncate.class, transaction.change());
    assertTrue(transaction.advance());
    Row row = assertInstanceOf(Change.Insert.class, transaction.change()).after();
    assertEquals(LARGE, row.length(1));
    assertTrue(transaction.advance());
    assertFalse(transaction.advance());
  }

  private static String cover(Connection connection, String of) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery("SELECT ssl FROM pg_catalog.pg_stat_ssl WHERE " + of)) {
      assertTrue(result.next());
      return result.getBoolean(1) ? "tls" : "plain";
    }
  }

  /** Files are named without their directory. */
  private static String url(String user, String host, @Nullable String parameters) {
    StringBuilder url =
        new StringBuilder(
            "postgresql://%s@%s:%d/%s?".formatted(user, host, server.port(), database.name()));
    if (parameters != null) {
      for (String parameter : parameters.split(" +", -1)) {
        String[] parts = parameter.split("=", -1);
        boolean file = parts[1].matches(".*\\.(crt|key|der|p12)");
        String value = file ? files.resolve(parts[1]).toString() : parts[1];
        url.append(parts[0]).append('=');
        url.append(URLEncoder.encode(value, StandardCharsets.UTF_8)).append('&');
      }
    }
    return url.toString();
  }
}
