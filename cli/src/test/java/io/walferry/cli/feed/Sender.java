package io.walferry.cli.feed;

import io.walferry.change.Lsn;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.wait.Await;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** The server's process that sends the changes of a slot, which has its database's name. */
final class Sender {
  /** Together about a third of a second, and more on a slow machine. */
  private static final int FULL_LOOKS = 6;

  private Sender() {}

  /** Another one is of another connection. */
  static String pid(Database source) throws SQLException {
    return source.answer(
        "SELECT active_pid FROM pg_replication_slots WHERE slot_name = '%s'"
            .formatted(source.name()));
  }

  static Lsn confirmed(Database source) throws SQLException {
    return Lsn.parse(
        source.answer(
            "SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = '%s'"
                .formatted(source.name())));
  }

  /** Returns once everything that has committed is confirmed. */
  static void awaitConfirmed(Database source) throws SQLException {
    await(source, "s.confirmed_flush_lsn >= '%s'".formatted(FeedSetup.walEnd(source)));
  }

  /**
   * Returns once it cannot go on, and has not for some looks, since nothing takes what it has sent.
   */
  static void awaitFull(Database source) {
    String query = "SELECT " + is("a.wait_event = 'WalSenderWriteData'");
    AtomicInteger found = new AtomicInteger();
    int unused =
        Await.until(
            "the sender cannot go on",
            Duration.ofMinutes(1),
            () -> source.answer(query).equals("t") ? found.incrementAndGet() : reset(found),
            looks -> looks >= FULL_LOOKS);
  }

  private static int reset(AtomicInteger found) {
    found.set(0);
    return 0;
  }

  /** Returns once it has heard, twice, how far the feed is. */
  static void awaitStatus(Database source) throws SQLException {
    await(
        source, "r.reply_time > '%s'".formatted(source.answer("SELECT now() + interval '250 ms'")));
  }

  /** Returns once there is one. */
  static void awaitThere(Database source) throws SQLException {
    await(source, "s.active_pid IS NOT NULL");
  }

  /** Returns once there is none. */
  static void awaitGone(Database source) throws SQLException {
    await(source, "s.active_pid IS NULL");
  }

  /** Returns once the server counts something that was sent while it was in progress. */
  static void awaitStreamed(Database source) throws SQLException {
    await(
        source,
        """
        EXISTS (SELECT FROM pg_stat_replication_slots c
          WHERE c.slot_name = current_database() AND c.stream_txns > 0)\
        """);
  }

  private static void await(Database source, String condition) throws SQLException {
    source.await("the sender is so that " + condition, is(condition));
  }

  /** A condition on the slot s, its reader's session a, and what that says of its replies, r. */
  private static String is(String condition) {
    return """
    EXISTS (SELECT FROM pg_replication_slots s
      LEFT JOIN pg_stat_activity a ON a.pid = s.active_pid
      LEFT JOIN pg_stat_replication r ON r.pid = s.active_pid
      WHERE s.slot_name = current_database() AND %s)\
    """
        .formatted(condition);
  }
}
