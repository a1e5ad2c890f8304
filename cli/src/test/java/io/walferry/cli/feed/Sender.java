package io.walferry.cli.feed;

import io.walferry.change.Lsn;
import io.walferry.testkit.postgres.Database;
import java.sql.SQLException;

/** The server's process that sends the changes of a slot, which has its database's name. */
final class Sender {
  private Sender() {}

  /** Another one is of another connection. */
  static String pid(Database source) throws SQLException {
    return FeedSetup.answer(
        source,
        "SELECT active_pid FROM pg_replication_slots WHERE slot_name = '%s'"
            .formatted(source.name()));
  }

  static Lsn confirmed(Database source) throws SQLException {
    return Lsn.parse(
        FeedSetup.answer(
            source,
            "SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = '%s'"
                .formatted(source.name())));
  }

  /** Returns once everything that has committed is confirmed. */
  static void awaitConfirmed(Database source) throws SQLException {
    await(source, "s.confirmed_flush_lsn >= '%s'".formatted(FeedSetup.walEnd(source)));
  }

  /**
   * Returns once it cannot go on, and has not for a while, since nothing takes what it has sent.
   */
  static void awaitFull(Database source) throws SQLException {
    await(source, "a.wait_event = 'WalSenderWriteData'", 30);
  }

  /** Returns once it has heard, twice, how far the feed is. */
  static void awaitStatus(Database source) throws SQLException {
    await(source, "r.reply_time > now() + interval '250 ms'");
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
    await(source, condition, 1);
  }

  /** Returns once so many looks in a row have found it so. */
  private static void await(Database source, String condition, int looks) throws SQLException {
    source.execute(
        """
        SET statement_timeout = '2min';
        DO $$ DECLARE found int := 0; BEGIN
          LOOP
            IF EXISTS (
              SELECT FROM pg_replication_slots s
                LEFT JOIN pg_stat_activity a ON a.pid = s.active_pid
                LEFT JOIN pg_stat_replication r ON r.pid = s.active_pid
              WHERE s.slot_name = current_database() AND %s)
            THEN found := found + 1; ELSE found := 0; END IF;
            EXIT WHEN found = %d;
            PERFORM pg_stat_clear_snapshot(), pg_sleep(0.01);
          END LOOP;
        END $$\
        """
            .formatted(condition, looks));
  }
}
