package io.walferry.cli.feed;

import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import io.walferry.testkit.postgres.StopMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
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
    primary
        .maintenanceDatabase()
        .execute("SELECT pg_create_physical_replication_slot('" + SLOT + "')");
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
    String written = primary.maintenanceDatabase().answer("SELECT pg_current_wal_lsn()");
    primary
        .maintenanceDatabase()
        .await(
            "the standby has replayed " + written,
            "EXISTS (SELECT FROM pg_stat_replication WHERE replay_lsn >= '%s')".formatted(written));
  }

  /** Returns once the standby keeps the slot for good. */
  void awaitSlot(String slot) throws SQLException {
    // What tells the standby's server that the slot's snapshots are safe there.
    primary.maintenanceDatabase().execute("SELECT pg_log_standby_snapshot()");
    server
        .maintenanceDatabase()
        .await(
            "the standby keeps slot " + slot,
            """
            EXISTS (SELECT FROM pg_replication_slots
              WHERE slot_name = '%s' AND synced AND NOT temporary)\
            """
                .formatted(slot));
  }

  /** It receives nothing more, and stays what it is. */
  void disconnect() throws SQLException {
    Database own = server.maintenanceDatabase();
    own.execute("ALTER SYSTEM SET primary_conninfo = ''");
    own.execute("SELECT pg_reload_conf()");
    primary
        .maintenanceDatabase()
        .await(
            "the standby has gone",
            "NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = '%s' AND active)"
                .formatted(SLOT));
  }

  /** Returns once it is a primary. */
  void promote() throws SQLException {
    Promotion.promote(server);
  }

  @Override
  public void close() {
    server.close();
  }
}
