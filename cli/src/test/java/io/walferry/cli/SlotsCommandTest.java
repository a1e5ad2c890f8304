package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A slot that keeps more than it should. */
final class SlotsCommandTest {
  private static final String WARNING = " MiB of WAL, beyond max_wal_size; it may be lost after ";

  @ParameterizedTest
  @ValueSource(ints = {14, 18})
  void warnsOfASlotThatKeepsMuch(int major) throws Exception {
    try (PostgresServer server =
            PostgresServer.builder()
                .major(major)
                .setting("max_wal_size", "32MB")
                .setting("max_slot_wal_keep_size", "1GB")
                .start();
        Database database = server.createDatabase("slots")) {
      database.execute("select pg_create_logical_replication_slot('kept', 'pgoutput')");
      assertEquals("", warnings(database));

      for (int i = 0; i < 8; i++) {
        database.execute("select pg_logical_emit_message(false, 'test', ''), pg_switch_wal()");
      }

      assertTrue(warnings(database).contains("warning: slot kept keeps "), warnings(database));
      assertTrue(warnings(database).contains(WARNING), warnings(database));
      CapturedRun json = CapturedRun.plain();
      assertEquals(0, json.execute("slots", database.uri(), "--json"), json.err());
      assertTrue(json.out().contains("\"status\" : \"extended\""), json.out());
      assertTrue(json.out().contains("\"spilledBytes\" : 0"), json.out());
      assertTrue(json.out().contains(WARNING), json.out());
      CapturedRun check = CapturedRun.plain();
      assertEquals(0, check.execute("check", database.uri(), "--slot", "kept"), check.err());
      assertTrue(check.out().contains("slot kept: keeps "), check.out());
    }
  }

  private static String warnings(Database database) {
    CapturedRun run = CapturedRun.plain();
    assertEquals(0, run.execute("slots", database.uri()), run.err());
    assertTrue(run.out().contains("SAFE WAL"), run.out());
    int at = run.out().indexOf("warning:");
    return at < 0 ? "" : run.out().substring(at);
  }
}
