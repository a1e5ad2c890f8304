package io.walferry.testkit.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import io.walferry.testkit.postgres.PostgresServers;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
  void aTemplateRunsOnMajorsThatAreSupportedInFull(Database database) throws Exception {
    database.execute("select 1");
    int major = database.server().major();
    assertEquals(major, Integer.parseInt(database.server().version().substring(0, 2)));
    assertTrue(major >= 14 && major <= 18, "runs on " + major);
  }

  @EachPostgres(from = 12, to = 13)
  void olderMajorsComeWhereTheyAreAskedFor(PostgresServer server) {
    assertTrue(server.major() == 12 || server.major() == 13, "runs on " + server.major());
  }

  @EachPostgres(quick = 16)
  void aTemplateNamesItsMajors(PostgresServer server) {
    assertTrue(Boolean.getBoolean("walferry.full") || server.major() == 16);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "aTemplateRunsOnMajorsThatAreSupportedInFull | false | 14, 18",
        "aTemplateRunsOnMajorsThatAreSupportedInFull | true | 14, 15, 16, 17, 18",
        "olderMajorsComeWhereTheyAreAskedFor | false | 12, 13",
        "aTemplateNamesItsMajors | false | 16",
        "aTemplateNamesItsMajors | true | 14, 15, 16, 17, 18",
      })
  void theQuickBuildLeavesMajorsOutAndTheFullOneNone(String method, boolean full, String majors)
      throws Exception {
    Class<?> parameter = method.startsWith("aTemplateRuns") ? Database.class : PostgresServer.class;
    EachPostgres asked =
        PostgresExtensionTest.class
            .getDeclaredMethod(method, parameter)
            .getAnnotation(EachPostgres.class);
    var found = new TreeSet<>(List.of(10, 11, 12, 13, 14, 15, 16, 17, 18));
    assertEquals(majors, join(EachPostgresProvider.chosen(asked, found, full)));
  }

  private static String join(Stream<Integer> majors) {
    return majors.map(String::valueOf).collect(Collectors.joining(", "));
  }
}
