package io.walferry.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Lsn;
import io.walferry.change.Transaction;
import io.walferry.postgres.ConnectionSettings;
import io.walferry.postgres.PostgresConnector;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import io.walferry.testkit.proxy.Direction;
import io.walferry.testkit.proxy.FaultProxy;
import io.walferry.testkit.wait.Await;
import io.walferry.time.MovableClock;
import io.walferry.time.NanoClock;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long a server waits for us is our choice, whatever its configuration says. */
final class SenderTimeoutTest {
  private static final Duration LONG = Await.patience(Duration.ofSeconds(30));
  private static final String SLOT = "sender_timeout";

  /** Counts the bytes of one status update on the wire. */
  private static final long STATUS_BYTES = 39;

  @Test
  void aTinyOneOfTheServerDoesNotCutAStreamThatFalters() throws Exception {
    try (PostgresServer server = server(14, "300ms");
        Database database = published(server);
        FaultProxy proxy = FaultProxy.before(server.port());
        ReplicationConnection replication = ReplicationConnection.open(through(proxy, database));
        ChangeStream stream = start(replication, StreamSettings.DEFAULT)) {
      proxy.stall(Direction.TO_SERVER);
      database.execute("SELECT pg_sleep(2)");
      database.execute("INSERT INTO item VALUES (1)");
      assertInsert(stream);
      proxy.heal();
      database.execute("INSERT INTO item VALUES (2)");
      assertInsert(stream);
      assertEquals(1, proxy.connections());
    }
  }

  @Test
  void aServerThatWouldWaitForEverLetsGoOfTheSlotOfADeadPeer() throws Exception {
    StreamSettings impatient =
        StreamSettings.DEFAULT
            .withBuffer(1 << 20)
            .with(Duration.ofSeconds(1), Duration.ofMinutes(1))
            .withSenderTimeout(Duration.ofSeconds(3));
    try (PostgresServer server = server(14, "0");
        Database database = published(server);
        FaultProxy proxy = FaultProxy.before(server.port());
        ReplicationConnection dead = ReplicationConnection.open(through(proxy, database));
        ChangeStream unheard = start(dead, impatient)) {
      database.execute("INSERT INTO item VALUES (1)");
      assertInsert(unheard);
      proxy.stall(Direction.TO_SERVER);
      proxy.stall(Direction.TO_CLIENT);
      awaitInactive(database);
      try (ReplicationConnection next = ReplicationConnection.open(direct(database));
          ChangeStream stream = next.stream(SLOT, "items", Lsn.ZERO, StreamSettings.DEFAULT)) {
        assertInsert(stream);
      }
    }
  }

  /** What is set for just this session is meant. */
  @Test
  void aNarrowerOneStaysAndIsKeptTo() throws Exception {
    stayAndKeepTo(14, "ALTER ROLE postgres SET wal_sender_timeout = '24s'", "");
  }

  /** Servers before 12 have one for all. */
  @Tag("full")
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "14 | ALTER DATABASE \"%s\" SET wal_sender_timeout = '24s' | ''",
        "14 | SELECT 1 | ?options=-c%20wal_sender_timeout%3D24s",
        "11 | SELECT 1 | ''",
      })
  void aNarrowerOneStaysAndIsKeptToHoweverItIsSet(int major, String setting, String options)
      throws Exception {
    stayAndKeepTo(major, setting, options);
  }

  /**
   * Lets real time pass, by which the server goes: it keeps a quiet stream and drops a dead one.
   */
  @Tag("full")
  @Test
  void aNarrowerOneIsKeptToByBothSides() throws Exception {
    try (PostgresServer server = server(14, "1min");
        Database database = published(server)) {
      database.execute("ALTER ROLE postgres SET wal_sender_timeout = '6s'");
      try (FaultProxy proxy = FaultProxy.before(server.port());
          ReplicationConnection replication = ReplicationConnection.open(through(proxy, database));
          ChangeStream stream = start(replication, StreamSettings.DEFAULT)) {
        database.execute("SELECT pg_sleep(9)");
        database.execute("INSERT INTO item VALUES (1)");
        assertInsert(stream);
        proxy.stall(Direction.TO_SERVER);
        awaitInactive(database);
      }
    }
  }

  /** Checks that the stream sends three updates within the server's limit, not one each ten s. */
  private static void stayAndKeepTo(int major, String setting, String options) throws Exception {
    MovableClock clock = MovableClock.stopped();
    StreamSettings settings =
        StreamSettings.DEFAULT.with(StreamTiming.DEFAULT.with(restingInRealTime(clock)));
    try (PostgresServer server = server(major, "24s");
        Database database = published(server)) {
      database.execute(setting.formatted(database.name()));
      String uri = database.uri() + options;
      try (FaultProxy proxy = FaultProxy.before(server.port());
          ReplicationConnection replication =
              ReplicationConnection.open(connector(through(proxy, uri, server)));
          ChangeStream stream = start(replication, settings)) {
        database.execute("INSERT INTO item VALUES (1)");
        assertInsert(stream);
        long before = proxy.bytes(Direction.TO_SERVER);
        // The start itself is confirmed once.
        clock.advance(Duration.ofSeconds(1));
        proxy.awaitBytes(Direction.TO_SERVER, before + STATUS_BYTES, LONG);
        for (int i = 2; i < 5; i++) {
          clock.advance(Duration.ofSeconds(8));
          proxy.awaitBytes(Direction.TO_SERVER, before + i * STATUS_BYTES, LONG);
        }
        assertEquals(1, proxy.openConnections());
      }
    }
  }

  /** Stands still but for the rests of a reader, which it would wait for in vain. */
  private static NanoClock restingInRealTime(MovableClock clock) {
    return new NanoClock() {
      @Override
      public long nanoTime() {
        return clock.nanoTime();
      }

      @Override
      public long await(Condition condition, long nanos) throws InterruptedException {
        return clock.await(condition, nanos);
      }
    };
  }

  private static PostgresServer server(int major, String timeout) {
    return PostgresServer.builder().major(major).setting("wal_sender_timeout", timeout).start();
  }

  private static Database published(PostgresServer server) throws SQLException {
    Database database = server.createDatabase("timeout");
    database.execute("CREATE TABLE item (id bigint PRIMARY KEY)");
    database.execute("CREATE PUBLICATION items FOR TABLE item");
    return database;
  }

  private static ChangeStream start(ReplicationConnection replication, StreamSettings settings) {
    CreatedSlot slot = replication.createSlot(SLOT, SlotKind.PERSISTENT);
    return replication.stream(SLOT, "items", slot.consistentPoint(), settings);
  }

  private static PostgresConnector through(FaultProxy proxy, Database database) {
    return connector(through(proxy, database.uri(), database.server()));
  }

  private static String through(FaultProxy proxy, String uri, PostgresServer server) {
    return uri.replace(":" + server.port() + "/", ":" + proxy.port() + "/");
  }

  private static PostgresConnector direct(Database database) {
    return connector(database.uri());
  }

  private static PostgresConnector connector(String uri) {
    return new PostgresConnector(ConnectionSettings.parse(uri, Map.of()), "test");
  }

  private static void assertInsert(ChangeStream stream) {
    StreamEvent event = stream.next(LONG);
    while (event instanceof StreamEvent.KeepAlive) {
      event = stream.next(LONG);
    }
    Transaction transaction = assertInstanceOf(StreamEvent.Begun.class, event).transaction();
    assertTrue(transaction.advance());
    assertFalse(transaction.advance());
  }

  private static void awaitInactive(Database database) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      Await.until("the slot is not in use", Duration.ofSeconds(30), () -> isInactive(statement));
    }
  }

  private static boolean isInactive(Statement statement) throws SQLException {
    try (ResultSet result = statement.executeQuery("SELECT active FROM pg_replication_slots")) {
      assertTrue(result.next());
      return !result.getBoolean(1);
    }
  }
}
