package io.walferry.stream;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Lsn;
import io.walferry.change.Transaction;
import io.walferry.error.WalferryException;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import io.walferry.testkit.postgres.StopMode;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PreparedShutdownTest {
  private static final long PATIENCE = Duration.ofSeconds(20).toNanos();

  /** As long as the server is not told that all is flushed, it waits for whoever streams. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aServerShutsDownWhateverIsPrepared(boolean prepared) throws Exception {
    try (PostgresServer server =
        PostgresServer.builder().major(18).setting("max_prepared_transactions", "10").start()) {
      Database database = server.createDatabase("down");
      database.execute("CREATE TABLE item (id bigint PRIMARY KEY)");
      database.execute("CREATE PUBLICATION items FOR TABLE item");
      database.execute("SELECT pg_create_logical_replication_slot('s', 'pgoutput', false, true)");
      if (prepared) {
        try (Connection writer = database.connect();
            Statement sql = writer.createStatement()) {
          writer.setAutoCommit(false);
          sql.execute("INSERT INTO item VALUES (1)");
          sql.execute("PREPARE TRANSACTION 'g'");
          writer.commit();
        }
      }
      database.execute("INSERT INTO item VALUES (2)");
      AtomicInteger asked = new AtomicInteger();
      long start = System.nanoTime();
      boolean ended = false;
      CompletableFuture<Void> stop = new CompletableFuture<>();
      try (ReplicationConnection replication =
              ReplicationConnection.open(ChangeStreamTest.connector(database));
          ChangeStream stream =
              replication.stream("s", "items", Lsn.ZERO, StreamSettings.DEFAULT)) {
        while (!ended && System.nanoTime() - start < PATIENCE) {
          switch (stream.next(Duration.ofMillis(200))) {
            case StreamEvent.Begun begun -> {
              Transaction transaction = begun.transaction();
              boolean more = transaction.advance();
              while (more) {
                more = transaction.advance();
              }
              stream.confirm(transaction.endLsn());
              stop = CompletableFuture.runAsync(() -> server.stop(StopMode.FAST));
            }
            case StreamEvent.KeepAlive keepAlive -> {
              stream.confirm(keepAlive.walEnd());
              if (keepAlive.replyRequested()) {
                asked.incrementAndGet();
              }
            }
            case StreamEvent.Quiet quiet -> {}
          }
        }
      } catch (WalferryException e) {
        ended = true;
      }
      stop.join();
      assertTrue(ended, "the server waits; it has asked " + asked + " times");
    }
  }
}
