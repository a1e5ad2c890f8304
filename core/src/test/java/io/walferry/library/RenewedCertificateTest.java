package io.walferry.library;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.TlsServer;
import io.walferry.checkpoint.MemoryCheckpointStore;
import io.walferry.pipeline.LoadMode;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.tls.TestCertificates;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A key and its certificate may be replaced under a feed: the next connection takes the new. */
final class RenewedCertificateTest {
  @TempDir private Path directory;

  @Test
  void aRenewedCertificateIsShownByTheNextConnection() throws Exception {
    try (TlsServer server =
            TlsServer.start(14, directory, List.of("hostssl all covered all trust"));
        Database database = server.database()) {
      database.execute(
          "CREATE ROLE covered SUPERUSER LOGIN; CREATE TABLE item (id int PRIMARY KEY)");
      TestCertificates certificates = server.certificates();
      Path certificate = certificates.pem("client.crt", "rsa");
      Path key = certificates.keyPem("client.key", "rsa");
      String uri =
          "postgresql://covered@localhost:%d/%s?sslmode=require&sslcert=%s&sslkey=%s"
              .formatted(server.port(), database.name(), encoded(certificate), encoded(key));
      BlockingQueue<Integer> received = new LinkedBlockingQueue<>();
      try (Walferry feed =
          Feeds.of(uri, "renewed")
              .tables("public.item")
              .snapshot(LoadMode.NONE)
              .checkpoint(new MemoryCheckpointStore())
              .callbacks(on -> on.insert("*.*", it -> received.add(it.row().getInt("id"))))
              .build()) {
        feed.start();
        awaitReader(database, "/CN=rsa");
        database.execute("INSERT INTO item VALUES (1)");
        assertEquals(1, received.poll(30, TimeUnit.SECONDS));
        Feeds.awaitDurable(feed, database);

        certificates.pem("client.crt", "ec");
        certificates.keyPem("client.key", "ec");
        database.execute("SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots");
        awaitReader(database, "/CN=ec");
        database.execute("INSERT INTO item VALUES (2)");
        assertEquals(2, received.poll(30, TimeUnit.SECONDS));
      }
    }
  }

  private static String encoded(Path file) {
    return URLEncoder.encode(file.toString(), StandardCharsets.UTF_8);
  }

  /** Until the slot's reader has shown the server a certificate of this name. */
  private static void awaitReader(Database database, String name) throws SQLException {
    database.await(
        "the slot's reader has shown " + name,
        """
        EXISTS (SELECT FROM pg_replication_slots s
          JOIN pg_stat_ssl c ON c.pid = s.active_pid WHERE c.client_dn = '%s')\
        """
            .formatted(name));
  }
}
