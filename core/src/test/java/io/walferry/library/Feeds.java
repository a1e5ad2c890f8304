package io.walferry.library;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.change.Lsn;
import io.walferry.pipeline.BatchLimits;
import io.walferry.pipeline.RetryPolicy;
import io.walferry.stream.StreamSettings;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.proxy.FaultProxy;
import io.walferry.testkit.wait.Await;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

/** What tests of the library have in common: short waits, and names of one database. */
final class Feeds {
  static final Duration PATIENCE = Await.patience(Duration.ofSeconds(60));

  private Feeds() {}

  static WalferryBuilder of(Database database) {
    return of(database.uri(), database.name());
  }

  static WalferryBuilder of(String uri, String name) {
    return Walferry.builder()
        .source(uri)
        .name(name)
        .slot(name)
        .failover(false)
        .batch(new BatchLimits(200, 1 << 20, Duration.ofMillis(5)))
        .retry(
            new RetryPolicy(Duration.ofMillis(20), Duration.ofMillis(200), Duration.ofSeconds(20)))
        .stream(
            StreamSettings.DEFAULT
                .withBuffer(1 << 20)
                .with(Duration.ofMillis(100), Duration.ofSeconds(20)))
        .load(3, 64 << 10);
  }

  /** The end of a record that is written now: what committed before is at or before it. */
  static Lsn walEnd(Database database) throws SQLException {
    return Lsn.parse(database.walEnd());
  }

  /** Waits until everything that is committed now is acknowledged and saved. */
  static void awaitDurable(Walferry feed, Database database) throws SQLException {
    Lsn end = walEnd(database);
    await(
        () -> feed.progress().durable().filter(it -> !it.endLsn().isBefore(end)).isPresent(),
        "everything up to " + end + " is durable",
        feed);
  }

  static void awaitStatus(Walferry feed, Status status) {
    await(() -> feed.status() == status, "the status is " + status, feed);
  }

  static void await(BooleanSupplier reached, String what, Walferry feed) {
    Await.until(
        what,
        Duration.ofSeconds(60),
        () -> feed.progress() + ", " + feed.lastError(),
        seen -> {
          boolean stopped = feed.status() == Status.STOPPED;
          boolean there = reached.getAsBoolean();
          if (stopped && !there) {
            throw new AssertionError("Stopped before " + what, feed.lastError().orElse(null));
          }
          return there;
        });
  }

  /** The names of the feed's threads that live. */
  static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("walferry-"))
        .sorted()
        .toList();
  }

  /** The sessions that feeds have at the source. */
  static String sessions(Database database) throws SQLException {
    return database.answer(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'walferry%' AND datname"
            + " = '"
            + database.name()
            + "'");
  }

  /** Fails if a feed that has stopped has left a thread, or a session at the source. */
  static void requireNothingLeft(Database database) throws SQLException {
    assertEquals(List.of(), threads());
    awaitSessions(database, 0);
  }

  /** A server process ends a moment after its client. */
  static void awaitSessions(Database database, int count) throws SQLException {
    String expected = Integer.toString(count);
    Await.until(
        "the source has %d sessions of feeds".formatted(count),
        Duration.ofSeconds(60),
        () -> sessions(database),
        expected::equals);
  }

  static boolean hasSlot(Database database) throws SQLException {
    return database
        .answer(
            "select count(*) from pg_replication_slots where slot_name = '%s'"
                .formatted(database.name()))
        .equals("1");
  }

  /** The feed's address through a proxy before the server. */
  static String through(FaultProxy proxy, Database database) {
    return database.uri().replace(":" + database.server().port() + "/", ":" + proxy.port() + "/");
  }
}
