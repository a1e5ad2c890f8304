package io.walferry.sinks.mysql;

import static io.walferry.sinks.mysql.TlsProblem.AUTHORITIES_UNREADABLE;
import static io.walferry.sinks.mysql.TlsProblem.OTHER_HOST;
import static io.walferry.sinks.mysql.TlsProblem.PASSWORD_NEEDS_IT;
import static io.walferry.sinks.mysql.TlsProblem.SERVER_TAKES_NOTHING_ELSE;
import static io.walferry.sinks.mysql.TlsProblem.SERVER_WITHOUT;
import static io.walferry.sinks.mysql.TlsProblem.UNKNOWN_AUTHORITY;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.testkit.junit.EachMysql;
import io.walferry.testkit.junit.Mysql;
import io.walferry.testkit.junit.MysqlExtension;
import io.walferry.testkit.mysql.MysqlDatabase;
import io.walferry.testkit.mysql.MysqlFlavor;
import io.walferry.testkit.mysql.MysqlServer;
import io.walferry.testkit.mysql.MysqlServers;
import io.walferry.testkit.tls.TestCertificates;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What {@code sslmode} and {@code sslrootcert} ask of a server. */
@ExtendWith(MysqlExtension.class)
final class MysqlTlsTest {
  private static final String ENCRYPTED = "encrypted";
  private static final String IN_THE_CLEAR = "in the clear";

  @TempDir private Path directory;

  /** Its certificate is for localhost; the driver trusts none that it cannot check. */
  @ParameterizedTest
  @EnumSource
  void aServerShowsWhoseItIs(MysqlFlavor flavor, MysqlServers servers) throws Exception {
    servers.obstacle(flavor).ifPresent(Assumptions::abort);
    TestCertificates certificates = TestCertificates.make(directory);
    String ours = "&sslrootcert=" + certificates.pem("ca.pem", "ca");
    String others = "&sslrootcert=" + certificates.pem("other.pem", "other");
    try (MysqlServer server =
        MysqlServer.builder(flavor)
            .setting("ssl", "ON")
            .setting("ssl-ca", directory.resolve("ca.pem").toString())
            .setting("ssl-cert", certificates.pem("server.pem", "server").toString())
            .setting("ssl-key", certificates.keyPem("server.key", "server").toString())
            .start()) {
      assertEquals(IN_THE_CLEAR, outcome(server, "127.0.0.1", "?sslmode=disable"));
      for (String query : List.of("", "?sslmode=prefer", "?sslmode=require")) {
        assertEquals(ENCRYPTED, outcome(server, "127.0.0.1", query), query);
      }
      assertEquals(ENCRYPTED, outcome(server, "127.0.0.1", "?sslmode=verify-ca" + ours));
      assertEquals(ENCRYPTED, outcome(server, "localhost", "?sslmode=verify-full" + ours));
      assertEquals(ENCRYPTED, outcome(server, "localhost", "?" + ours));
      assertEquals(
          refused(OTHER_HOST), outcome(server, "127.0.0.1", "?sslmode=verify-full" + ours));
      assertEquals(refused(OTHER_HOST), outcome(server, "127.0.0.1", "?" + ours));
      for (String mode : List.of("?sslmode=verify-ca", "?sslmode=verify-full")) {
        assertEquals(refused(UNKNOWN_AUTHORITY), outcome(server, "localhost", mode + others), mode);
        assertEquals(
            refused(AUTHORITIES_UNREADABLE),
            outcome(server, "localhost", mode + "&sslrootcert=/nowhere"),
            mode);
        // MariaDB proves by the password that nobody is in between.
        assertEquals(
            flavor == MysqlFlavor.MARIADB ? ENCRYPTED : refused(UNKNOWN_AUTHORITY),
            outcome(server, "localhost", mode),
            mode);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aServerMakesACertificateItself(MysqlFlavor flavor, MysqlServers servers) throws Exception {
    servers.obstacle(flavor).ifPresent(Assumptions::abort);
    try (MysqlServer server =
        MysqlServer.builder(flavor)
            .setting("ssl", "ON")
            .setting("require-secure-transport", "ON")
            .start()) {
      assertEquals(ENCRYPTED, outcome(server, "localhost", ""));
      assertEquals(ENCRYPTED, outcome(server, "localhost", "?sslmode=require"));
      assertEquals(
          refused(SERVER_TAKES_NOTHING_ELSE), outcome(server, "localhost", "?sslmode=disable"));
      if (flavor == MysqlFlavor.MYSQL) {
        String authority = "&sslrootcert=" + server.dataDirectory().resolve("ca.pem");
        assertEquals(ENCRYPTED, outcome(server, "localhost", "?sslmode=verify-ca" + authority));
        assertEquals(
            refused(OTHER_HOST), outcome(server, "localhost", "?sslmode=verify-full" + authority));
      }
    }
  }

  @EachMysql
  void aServerWithoutTlsIsRefusedUnlessThatIsAllowed(MysqlServer server) throws SQLException {
    for (String mode : List.of("require", "verify-ca", "verify-full")) {
      assertEquals(refused(SERVER_WITHOUT), outcome(server, "localhost", "?sslmode=" + mode), mode);
    }
    for (String query : List.of("", "?sslmode=prefer", "?sslmode=disable")) {
      assertEquals(IN_THE_CLEAR, outcome(server, "localhost", query), query);
    }
  }

  @Test
  @Mysql
  void aPasswordThatNeedsTlsSaysSo(MysqlDatabase database) throws SQLException {
    MysqlServer server = database.server();
    MysqlFixture.run(
        database, "CREATE USER needs_tls IDENTIFIED WITH caching_sha2_password BY 'p'");
    try {
      String uri = "mysql://needs_tls:p@localhost:" + server.port() + "/information_schema";
      assertEquals(refused(PASSWORD_NEEDS_IT), outcome(uri + "?sslmode=disable"));
    } finally {
      MysqlFixture.run(database, "DROP USER needs_tls");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "mysql://u@db.example.com/d, REQUIRE",
    "mysql://u@10.0.0.1/d, REQUIRE",
    "mysql://u@localhost/d, PREFER",
    "mysql://u@127.0.0.1/d, PREFER",
    "mysql://u@127.1.2.3/d, PREFER",
    "mysql://u@127.example.net/d, REQUIRE",
    "mysql://u@127.0.0.1.example.net/d, REQUIRE",
    "mysql://u@[::1]/d, PREFER",
    "mysql://u@localhost/d?sslrootcert=/ca.pem, VERIFY_FULL",
    "mysql://u@db.example.com/d?sslmode=prefer, PREFER"
  })
  void nothingIsSentInTheClearOverANetworkUnasked(String uri, MysqlSettings.Tls expected) {
    assertEquals(expected, MysqlSettings.parse(uri).tls());
  }

  private static String refused(TlsProblem problem) {
    return ErrorCode.TLS_FAILED + ": " + problem.words();
  }

  private static String outcome(MysqlServer server, String host, String query) throws SQLException {
    return outcome(server.uri("information_schema").replace("127.0.0.1", host) + query);
  }

  /** Whether the session is encrypted, or why there is none. */
  private static String outcome(String uri) throws SQLException {
    MysqlConnector connector = new MysqlConnector(MysqlSettings.parse(uri), MysqlFixture.IMPATIENT);
    try (Connection connection = connector.connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SHOW SESSION STATUS LIKE 'Ssl_cipher'")) {
      row.next();
      return row.getString(2).isEmpty() ? IN_THE_CLEAR : ENCRYPTED;
    } catch (WalferryException e) {
      String message = String.valueOf(e.getMessage());
      return e.code() + message.substring(message.indexOf(": "));
    }
  }
}
