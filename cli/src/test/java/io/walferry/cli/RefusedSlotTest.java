package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Lsn;
import io.walferry.error.ErrorCode;
import io.walferry.postgres.ConnectionSettings;
import io.walferry.postgres.PostgresConnector;
import io.walferry.stream.ChangeStream;
import io.walferry.stream.ReplicationConnection;
import io.walferry.stream.StreamSettings;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Slots that a feed cannot use. */
@Postgres
final class RefusedSlotTest {
  @TempDir private Path directory;

  @Test
  void aSlotOfAnotherKindIsLeftAlone(Database database) throws Exception {
    Scene scene = new Scene(database, directory).withTable();
    database.execute("select pg_create_physical_replication_slot('%s')".formatted(database.name()));
    try {
      scene.refused(
          ErrorCode.SLOT_FOREIGN,
          "cannot use the slot " + database.name(),
          "expected the plug-in pgoutput, got none");
    } finally {
      database.execute("select pg_drop_replication_slot('%s')".formatted(database.name()));
    }
  }

  @Test
  void aSlotOfAnotherPluginIsLeftAlone(Database database) throws Exception {
    Scene scene = new Scene(database, directory).withTable();
    createSlot(database, "test_decoding");
    scene.refused(ErrorCode.SLOT_FOREIGN, "expected the plug-in pgoutput, got test_decoding");
  }

  @Test
  void aSlotOfAnotherDatabaseIsLeftAlone(Database database, Database other) throws Exception {
    createSlot(other, "pgoutput");
    new Scene(database, directory)
        .withTable()
        .source("slot: '%s'".formatted(other.name()))
        .refused(
            ErrorCode.SLOT_FOREIGN,
            "expected the database " + database.name() + ", got " + other.name());
  }

  @Test
  void aSlotThatExistsCannotBeLoadedToMatch(Database database) throws Exception {
    Scene scene = new Scene(database, directory).withTable();
    createSlot(database, "pgoutput");
    scene.refused(
        ErrorCode.SLOT_EXISTS,
        "the slot " + database.name() + " exists, but the destination has no position for it");
  }

  @Test
  void aMissingSlotIsNotMadeWhereCreationIsOff(Database database) throws Exception {
    Scene scene = new Scene(database, directory).withTable().source("create: false");
    database.execute("create publication \"%s\" for table item".formatted(database.name()));
    scene.refused(
        ErrorCode.SLOT_MISSING,
        "the slot " + database.name() + " does not exist and 'source.create' is false");
    scene
        .pipeline("load: none")
        .sink("{type: jsonLines, path: out.jsonl}")
        .refused(ErrorCode.SLOT_MISSING, "'source.create' is false");
  }

  @Test
  void aSlotThatIsGoneIsNotReplaced(Database database) throws Exception {
    Scene scene = new Scene(database, directory).withTable().followed();
    database.execute("select pg_drop_replication_slot('%s')".formatted(database.name()));
    scene.refusedResume(
        ErrorCode.SLOT_LOST,
        "the destination stands at ",
        "but the slot " + database.name() + " does not exist");
  }

  @Test
  void aSlotThatWasMovedOnIsRefused(Database database) throws Exception {
    Scene scene = new Scene(database, directory).withTable().followed();
    database.execute("set synchronous_commit = on; insert into item values (2, 'lost')");
    database.execute(
        "select pg_replication_slot_advance('%s', pg_current_wal_lsn())"
            .formatted(database.name()));
    scene.refusedResume(ErrorCode.SLOT_AHEAD, "the destination stands at ", "was confirmed up to ");
  }

  @Test
  void aSlotThatTheServerHasGivenUpIsRefused() throws Exception {
    try (PostgresServer server =
            PostgresServer.builder()
                .setting("max_slot_wal_keep_size", "1MB")
                .setting("min_wal_size", "32MB")
                .setting("max_wal_size", "32MB")
                .start();
        Database database = server.createDatabase("given_up")) {
      Scene scene = new Scene(database, directory).withTable().followed();
      for (int segment = 0; segment < 4; segment++) {
        database.execute("insert into item select -%d, 'x'".formatted(segment + 1));
        database.execute("select pg_switch_wal()");
      }
      database.execute("checkpoint");
      scene.refusedResume(
          ErrorCode.SLOT_UNUSABLE, "cannot use the slot", "the server has given it up: ");
    }
  }

  @Test
  void aSlotInUseIsWaitedForNoLongerThanConfigured(Database database) throws Exception {
    Scene scene = new Scene(database, directory).withTable().slotWait("300ms").followed();
    PostgresConnector connector =
        new PostgresConnector(ConnectionSettings.parse(database.uri(), Map.of()), "the other");
    try (ReplicationConnection other = ReplicationConnection.open(connector);
        ChangeStream unread =
            other.stream(database.name(), database.name(), Lsn.ZERO, StreamSettings.DEFAULT)) {
      unread.interrupt();
      CapturedRun run = CapturedRun.plain();
      assertEquals(3, run.execute("run", scene.file().toString()), run.err());
      assertTrue(run.err().contains("walferry: could not follow slot "), run.err());
      assertTrue(run.err().contains(" is active for PID "), run.err());
      assertTrue(run.err().contains("(SLOT_ACTIVE); next try in 0.1 s"), run.err());
      assertTrue(run.err().endsWith("next: " + ErrorCode.SLOT_ACTIVE.advice() + "\n"), run.err());
      Scene.assertQuietAboutData(run);
      CapturedRun drop = CapturedRun.plain();
      assertEquals(3, drop.execute("slots", database.uri(), "drop", database.name()));
      Scene.onlyMessage(drop, ErrorCode.SLOT_ACTIVE);
    }
    scene.slotWait("20s").followed();
  }

  @Test
  void aSlotThatIsNotThereCannotBeDropped(Database database) {
    CapturedRun drop = CapturedRun.plain();
    assertEquals(3, drop.execute("slots", database.uri(), "drop", "nobody"));
    String message = Scene.onlyMessage(drop, ErrorCode.SLOT_MISSING);
    assertTrue(message.contains("could not drop slot nobody"), message);
  }

  private static void createSlot(Database database, String plugin) throws Exception {
    database.execute(
        "select pg_create_logical_replication_slot('%s', '%s')".formatted(database.name(), plugin));
  }
}
