package io.walferry.slot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.SharedServers;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.slot.RetainedWal.Status;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import io.walferry.testkit.wait.Await;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SlotCatalogTest {

  static final List<Integer> MAJORS = SharedServers.OLDEST_AND_NEWEST;

  private static Slot find(Connection connection, String name) {
    return new SlotCatalog(connection).find(name).orElseThrow();
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void showsALogicalSlot(int major) throws SQLException {
    try (Database database = SharedServers.database(major);
        Connection connection = database.connect()) {
      String name = database.name();
      database.execute(
          "select pg_create_logical_replication_slot('%s', 'pgoutput', false, true)"
              .formatted(name));

      Slot slot = find(connection, name);

      assertEquals(Optional.of("pgoutput"), slot.plugin());
      assertEquals(Optional.of(name), slot.database());
      assertEquals(OptionalInt.empty(), slot.activePid());
      assertTrue(slot.isLogical());
      assertTrue(slot.isUsable());
      assertEquals(new Slot.Traits(false, true, false), slot.traits());
      assertEquals(Optional.of(Status.RESERVED), slot.wal().status());
      assertFalse(
          slot.wal()
              .confirmedFlushLsn()
              .orElseThrow()
              .isBefore(slot.wal().restartLsn().orElseThrow()));

      long retained = slot.wal().retainedBytes();
      // What is not written out yet does not count as retained.
      database.execute(
          "set synchronous_commit = on; create table t as select generate_series(1, 1000)");

      assertTrue(find(connection, name).wal().retainedBytes() > retained + 10_000);
      List<String> names = new SlotCatalog(connection).list().stream().map(Slot::name).toList();
      assertTrue(names.contains(name), names::toString);
    }
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void countsWhatTheServerHasSpilled(int major) throws SQLException {
    try (Database database = SharedServers.database(major);
        Connection connection = database.connect()) {
      String name = database.name();
      database.execute(
          """
          create table t (v text);
          create publication p for table t
          """);
      database.execute(
          "select pg_create_logical_replication_slot('%s', 'pgoutput')".formatted(name));
      // What is not flushed is not decoded.
      database.execute(
          "set synchronous_commit = on;"
              + " insert into t select repeat('x', 100) from generate_series(1, 5000)");
      database.execute(
          "set logical_decoding_work_mem = '64kB'; "
              + """
              select count(*) from pg_logical_slot_get_binary_changes('%s', null, null,
                'proto_version', '1', 'publication_names', 'p')
              """
                  .formatted(name));

      SlotCatalog slots = new SlotCatalog(connection);
      // The server publishes its statistics a moment later.
      Optional<DecodingStats> stats =
          Await.until(
              "the slot has spilled a transaction",
              Duration.ofSeconds(30),
              () -> Optional.ofNullable(slots.decodingStats().get(name)),
              seen -> seen.filter(it -> it.spilledTransactions() > 0).isPresent());

      assertEquals(1, stats.orElseThrow().spilledTransactions());
      assertTrue(stats.orElseThrow().spilledBytes() > 100_000, stats::toString);
    }
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void showsAPhysicalSlotThatKeepsNothing(int major) throws SQLException {
    try (Database database = SharedServers.database(major);
        Connection connection = database.connect()) {
      String name = database.name();
      database.execute("select pg_create_physical_replication_slot('%s')".formatted(name));

      Slot slot = find(connection, name);

      assertFalse(slot.isLogical());
      assertEquals(Optional.empty(), slot.database());
      assertEquals(Optional.empty(), slot.wal().restartLsn());
      assertEquals(0, slot.wal().retainedBytes());
      new SlotCatalog(connection).drop(name);
      assertTrue(new SlotCatalog(connection).find(name).isEmpty());
    }
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void dropsAnIdleSlotOnly(int major) throws SQLException {
    try (Database database = SharedServers.database(major);
        Connection connection = database.connect();
        Connection owner = database.connect();
        Statement statement = owner.createStatement()) {
      String name = database.name();
      statement.execute(
          "select pg_create_logical_replication_slot('%s', 'pgoutput', true)".formatted(name));
      int pid = find(connection, name).activePid().orElseThrow();
      SlotCatalog slots = new SlotCatalog(connection);

      WalferryException active = assertThrows(WalferryException.class, () -> slots.drop(name));
      WalferryException missing = assertThrows(WalferryException.class, () -> slots.drop("none"));

      assertEquals(ErrorCode.SLOT_ACTIVE, active.code());
      assertTrue(active.toString().contains("process " + pid), active.toString());
      assertTrue(find(connection, name).traits().temporary());
      assertEquals(ErrorCode.SLOT_MISSING, missing.code());
      assertTrue(missing.toString().contains("none"), missing.toString());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = 18)
  void showsFailoverSlots(int major) throws SQLException {
    try (Database database = SharedServers.database(major);
        Connection connection = database.connect()) {
      database.execute(
          "select pg_create_logical_replication_slot('%s', 'pgoutput', false, false, true)"
              .formatted(database.name()));

      assertTrue(find(connection, database.name()).traits().failover());
    }
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void tellsWhenASlotIsLost(int major) throws SQLException {
    try (PostgresServer server =
            PostgresServer.builder()
                .major(major)
                .setting("max_slot_wal_keep_size", "1MB")
                .setting("max_wal_size", "32MB")
                .setting("min_wal_size", "32MB")
                .start();
        Database database = server.createDatabase("slot");
        Connection connection = database.connect()) {
      database.execute("select pg_create_logical_replication_slot('lost', 'pgoutput')");
      assertTrue(find(connection, "lost").wal().safeBytes().isPresent());

      for (int i = 0; i < 4; i++) {
        database.execute("create table t%1$s (a int)".formatted(i));
        database.execute("select pg_switch_wal()");
      }
      database.execute("checkpoint");

      Slot slot = find(connection, "lost");
      assertFalse(slot.isUsable());
      assertEquals(Optional.of("wal_removed"), slot.invalidation());
      assertEquals(Optional.of(Status.LOST), slot.wal().status());
    }
  }
}
