package io.walferry.testkit.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

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

  @EachPostgres(from = 14)
  void aTemplateRunsOnEachMajor(Database database) throws Exception {
    database.execute("select 1");
    assertEquals(
        database.server().major(), Integer.parseInt(database.server().version().substring(0, 2)));
  }
}
