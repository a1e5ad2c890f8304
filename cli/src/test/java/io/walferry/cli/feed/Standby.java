package io.walferry.cli.feed;

import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import io.walferry.testkit.postgres.StopMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A hot standby that streams from its primary by a physical slot of its own. */
record Standby(PostgresServer primary, PostgresServer server) implements AutoCloseable {
  static final String SLOT = "standby";

  /** The first version that keeps slots on standbys. */
  private static final int SYNCHRONIZES_SINCE = 17;

  /** Copies the primary while it is stopped for a moment, and returns once both run. */
  static Standby of(PostgresServer primary, Path data) throws IOException, SQLException {
    execute(primary, "SELECT pg_create_physical_replication_slot('" + SLOT + "')");
    primary.stop(StopMode.FAST);
    Promotion.copyData(primary, data);
    primary.start();
    removeSlots(data);
    Files.writeString(data.resolve("standby.signal"), "");
    Files.writeString(
        data.resolve("postgresql.conf"),
        """
        primary_conninfo = 'host=127.0.0.1 port=%d user=postgres dbname=postgres'
        primary_slot_name = '%s'
        hot_standby_feedback = on
        wal_receiver_status_interval = 1s
        %s
        """
            .formatted(
                primary.port(),
                SLOT,
                primary.major() >= SYNCHRONIZES_SINCE ? "sync_replication_slots = on" : ""),
        StandardOpenOption.APPEND);
    return new Standby(primary, Promotion.start(primary, data));
  }

  /** They are the primary's. */
  private static void removeSlots(Path data) throws IOException {
    try (Stream<Path> files = Files.walk(data.resolve("pg_replslot"))) {
      List<Path> slots = files.skip(1).sorted(Comparator.reverseOrder()).toList();
      for (Path slot : slots) {
        Files.delete(slot);
      }
    }
  }

  /** The database of that name here. */
  Database database(Database ofPrimary) {
    return new Database(server, ofPrimary.name());
  }

  /** Both, of which the one that takes writes is meant. */
  String uri(Database database) {
    return "postgresql://%s@127.0.0.1:%d,127.0.0.1:%d/%s?target_session_attrs=read-write"
        .formatted(PostgresServer.USER, primary.port(), server.port(), database.name());
  }

  /** Returns once the standby has everything that the primary has. */
  void awaitReplayed() throws SQLException {
    execute(
        primary,
        """
        DO $$ DECLARE written pg_lsn := pg_current_wal_lsn(); BEGIN
          WHILE NOT EXISTS (SELECT FROM pg_stat_replication WHERE replay_lsn >= written)
          LOOP PERFORM pg_stat_clear_snapshot(), pg_sleep(0.01); END LOOP;
        END $$
        """);
  }

  /** Returns once the standby keeps the slot for good. */
  void awaitSlot(String slot) throws SQLException {
    // What tells the standby's server that the slot's snapshots are safe there.
    execute(primary, "SELECT pg_log_standby_snapshot()");
    execute(
        server,
        """
        DO $$ BEGIN
          WHILE NOT EXISTS (
              SELECT FROM pg_replication_slots WHERE slot_name = '%s' AND synced AND NOT temporary)
          LOOP PERFORM pg_sleep(0.01); END LOOP;
        END $$
        """
            .formatted(slot));
  }

  /** It receives nothing more, and stays what it is. */
  void disconnect() throws SQLException {
    execute(server, "ALTER SYSTEM SET primary_conninfo = ''");
    execute(server, "SELECT pg_reload_conf()");
    execute(
        primary,
        """
        DO $$ BEGIN
          WHILE EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = '%s' AND active)
          LOOP PERFORM pg_sleep(0.01); END LOOP;
        END $$
        """
            .formatted(SLOT));
  }

  /** Returns once it is a primary. */
  void promote() throws SQLException {
    Promotion.promote(server);
  }

  static void execute(PostgresServer on, String sql) throws SQLException {
    try (Connection connection = on.connect(PostgresServer.USER);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
