package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.error.ErrorCode;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import io.walferry.testkit.postgres.StopMode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that does not answer may come back, so a feed waits for it and says what to look at. */
final class UnreachableServerTest {
  @TempDir private Path directory;

  @Test
  void aServerThatIsDownIsWaitedFor() throws Exception {
    try (PostgresServer server = PostgresServer.builder().durable(true).start();
        Database database = server.createDatabase("down")) {
      Scene scene = new Scene(database, directory).withTable();
      scene.file();
      server.stop(StopMode.FAST);
      Standing before = Standing.bytes(database, directory);
      Scene.Running running = scene.start();
      running.awaitSaid("WARN could not connect to postgres@127.0.0.1:" + server.port());
      running.awaitSaid("(CONNECTION_FAILED); next try in 0.1 s. Check that the server runs");
      running.awaitSaid("(CONNECTION_FAILED); next try in 0.2 s\n");
      assertEquals(before, Standing.bytes(database, directory));
      server.start();
      running.awaitSaid("following from");
      server.stop(StopMode.FAST);
      running.awaitSaid("(CONNECTION_FAILED); next try");
      running.stop();
      assertTrue(running.run().err().endsWith(" is at the destination\n"), running.run().err());
      server.start();
      scene.followed();
    }
  }

  @Test
  @Postgres
  void anUnknownHostIsNamedAndAStopEndsTheWait(Database database) throws Exception {
    Scene scene =
        new Scene(database, directory)
            .url("postgresql://me:" + Scene.PASSWORD + "@nowhere.invalid/shop");
    scene.file();
    Standing before = Standing.bytes(database, directory);
    Scene.Running running = scene.start();
    running.awaitSaid("WARN could not connect to me@nowhere.invalid:5432/shop: the host");
    running.awaitSaid(ErrorCode.CONNECTION_FAILED.advice());
    running.stop();
    assertTrue(
        running.run().err().endsWith("ended before anything was delivered\n"), running.run().err());
    assertEquals(before, Standing.bytes(database, directory));
  }
}
