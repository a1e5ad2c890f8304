package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import org.junit.jupiter.api.Test;
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

  /** Again and again, as a feed does that starts over and over before a large transaction. */
  @Test
  void warnsOfASlotThatMakesItsServerWriteMuch() throws Exception {
    try (PostgresServer server =
            PostgresServer.builder()
                .major(18)
                .setting("logical_decoding_work_mem", "64kB")
                .start();
        Database database = server.createDatabase("slots")) {
      database.execute(
          """
          create table t (id int generated always as identity primary key, body text);
          create publication nothing;
          """);
      database.execute("select pg_create_logical_replication_slot('spills', 'pgoutput')");
      database.execute(
          """
          set synchronous_commit = on;
          insert into t (body) select repeat('x', 1900) from generate_series(1, 30000)
          """);
      assertEquals("", warnings(database));

      database.execute(
          """
          do $$ begin
            for i in 1..20 loop
              perform count(*) from pg_logical_slot_peek_binary_changes('spills', null, null,
                'proto_version', '1', 'publication_names', 'nothing');
            end loop;
          end $$
          """);

      String warning = "slot spills made the server write 1";
      assertTrue(warnings(database).contains("warning: " + warning), warnings(database));
      assertTrue(warnings(database).endsWith(", in 20 transactions\n"), warnings(database));
      CapturedRun json = CapturedRun.plain();
      assertEquals(0, json.execute("slots", database.uri(), "--json"), json.err());
      assertTrue(json.out().contains("\"warning\" : \"made the server write 1"), json.out());
      CapturedRun check = CapturedRun.plain();
      assertEquals(0, check.execute("check", database.uri(), "--slot", "spills"), check.err());
      assertTrue(check.out().contains("slot spills: made the server write 1"), check.out());
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
