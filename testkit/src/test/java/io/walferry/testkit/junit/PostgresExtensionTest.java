package io.walferry.testkit.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import io.walferry.testkit.postgres.PostgresServers;
import org.junit.jupiter.api.Test;

@Postgres(15)
final class PostgresExtensionTest {

  @Test
  void aTestGetsDatabasesOfItsOwnOnTheServerOfTheRun(
      Database one, Database other, PostgresServer server, PostgresServers servers)
      throws Exception {
    assertNotEquals(one.name(), other.name());
    assertSame(server, one.server());
    assertSame(server, servers.server(15));
    one.execute("create table t()");
    other.execute("create table t()");
    // Left behind on purpose: the database must be dropped all the same.
    one.execute("select pg_create_logical_replication_slot('left_behind', 'pgoutput')");
  }

  @Test
  @Postgres(14)
  void theMethodOverridesTheClass(PostgresServer server) {
    assertEquals(14, server.major());
  }

  @EachPostgres
  void aTemplateRunsOnEachMajorThatIsSupportedInFull(Database database) throws Exception {
    database.execute("select 1");
    int major = database.server().major();
    assertEquals(major, Integer.parseInt(database.server().version().substring(0, 2)));
    assertTrue(major >= 14 && major <= 18, "runs on " + major);
  }

  @EachPostgres(from = 12, to = 13)
  void olderMajorsComeWhereTheyAreAskedFor(PostgresServer server) {
    assertTrue(server.major() == 12 || server.major() == 13, "runs on " + server.major());
  }
}
