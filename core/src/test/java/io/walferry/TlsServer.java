package io.walferry;

import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import io.walferry.testkit.tls.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.security.GeneralSecurityException;
import java.sql.SQLException;
import java.util.List;

/**
 * A server of our own that speaks TLS. Its certificate is for {@code localhost} only, so {@code
 * 127.0.0.1} is a wrong name. Who may come in how is told by {@code pg_hba.conf}, which a test
 * gives line by line.
 */
public final class TlsServer implements AutoCloseable {
  private final PostgresServer server;
  private final TestCertificates certificates;

  private TlsServer(PostgresServer server, TestCertificates certificates) {
    this.server = server;
    this.certificates = certificates;
  }

  /**
   * Starts one.
   *
   * @param directory for the certificates
   * @param hostBased the lines before the last, which trusts the superuser
   */
  public static TlsServer start(int major, Path directory, List<String> hostBased)
      throws IOException, GeneralSecurityException, SQLException {
    TestCertificates certificates = TestCertificates.make(directory);
    PostgresServer server = PostgresServer.builder().major(major).start();
    Path data = server.dataDirectory();
    UserPrincipal owner = Files.getOwner(data);
    install(certificates.pem("server.crt", "server"), data.resolve("server.crt"), owner);
    install(certificates.keyPem("server.key", "server"), data.resolve("server.key"), owner);
    install(certificates.pem("ca.crt", "ca"), data.resolve("ca.crt"), owner);
    Files.write(data.resolve("pg_hba.conf"), hostBased, StandardOpenOption.TRUNCATE_EXISTING);
    Files.writeString(
        data.resolve("pg_hba.conf"), "host all postgres all trust\n", StandardOpenOption.APPEND);
    Files.writeString(
        data.resolve("postgresql.conf"),
        "ssl = on\nssl_ca_file = 'ca.crt'\n",
        StandardOpenOption.APPEND);
    server.restart();
    return new TlsServer(server, certificates);
  }

  private static void install(Path from, Path to, UserPrincipal owner) throws IOException {
    Files.copy(from, to);
    Files.setOwner(to, owner);
    Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rw-------"));
  }

  public TestCertificates certificates() {
    return certificates;
  }

  public int port() {
    return server.port();
  }

  public Database database() throws SQLException {
    return server.createDatabase("tls");
  }

  @Override
  public void close() {
    server.close();
  }
}
