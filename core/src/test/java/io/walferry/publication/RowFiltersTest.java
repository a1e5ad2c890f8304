package io.walferry.publication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.SharedServers;
import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.testkit.postgres.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Publications that are made carry the rows that were asked for, or are not made. */
final class RowFiltersTest {
  private static TableId table(String name) {
    return new TableId("public", name);
  }

  private static RowFilters filter(String table, String condition) {
    return new RowFilters(Map.of(table(table), condition));
  }

  private static List<IdentityProblem> problems(Connection connection, String publication) {
    PublicationCatalog catalog = new PublicationCatalog(connection);
    return new IdentityCheck(connection, TableDirectory.read(connection))
        .existing(catalog.find(publication).orElseThrow(), catalog.tables(publication));
  }

  private static WalferryException assertRefused(
      Connection connection, ErrorCode code, List<TableId> tables, RowFilters filters) {
    WalferryException e =
        assertThrows(
            WalferryException.class,
            () -> new Publications(connection).ensure("p", tables, filters, true));
    assertEquals(code, e.code(), e::toString);
    assertTrue(new PublicationCatalog(connection).find("p").isEmpty());
    return e;
  }

  @ParameterizedTest
  @ValueSource(ints = {15, 18})
  void arePartOfWhatIsMade(int major) throws SQLException {
    try (Database database = SharedServers.database(major);
        Connection connection = database.connect()) {
      database.execute(
          """
          create table "a ""b" (id int primary key, v text);
          alter table "a ""b" replica identity full;
          create table t (id int primary key);
          create table r (id int primary key, v text) partition by range (id);
          create table r1 partition of r for values from (0) to (10);
          """);
      RowFilters filters =
          new RowFilters(Map.of(table("a \"b"), "v <> ')' -- all but one", table("r"), "id > 5"));
      List<TableId> tables = List.of(table("a \"b"), table("t"), table("r"));

      assertTrue(new Publications(connection).ensure("p", tables, filters, true));

      List<PublishedTable> made = new PublicationCatalog(connection).tables("p");
      assertEquals(
          List.of("(v <> ')'::text)", "(id > 5)", "none"),
          made.stream().map(it -> it.rowFilter().orElse("none")).toList());
      assertEquals(List.of(), filters.lackingIn(made));
      assertEquals(List.of(table("t")), filter("t", "id > 5").lackingIn(made));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {15, 18})
  void areRefusedWhereUpdatesWouldFail(int major) throws SQLException {
    try (Database database = SharedServers.database(major);
        Connection connection = database.connect()) {
      database.execute(
          """
          create table fine (id int primary key, v text);
          create table whole (a int, b int); alter table whole replica identity full;
          create table "No Key" (id int primary key, v text, w text);
          create table indexed (id int primary key, a int not null, v text);
          create unique index a_v on indexed (a) include (v);
          alter table indexed replica identity using index a_v;
          create table r (a int primary key, v text) partition by range (a);
          create table leaf partition of r for values from (0) to (10);
          create table mended partition of r for values from (10) to (20);
          alter table mended replica identity full;
          """);
      Map<TableId, String> conditions =
          Map.of(
              table("fine"), "id > 5",
              table("whole"), "a > b",
              table("No Key"), "w is null or v = 'x' or id = 5",
              table("indexed"), "a > 0 and v is not null and id > 0",
              table("r"), "a > 5 and v is null");
      RowFilters filters = new RowFilters(conditions);

      WalferryException e =
          assertRefused(
              connection,
              ErrorCode.REPLICA_IDENTITY_MISSING,
              List.copyOf(conditions.keySet()),
              filters);

      assertTrue(
          e.getMessage()
              .endsWith(
                  " on public.\"No Key\" (it lacks v, w), public.indexed (it lacks id, v),"
                      + " public.leaf (it lacks v). Run: ALTER TABLE \"public\".\"No Key\" REPLICA"
                      + " IDENTITY FULL; ALTER TABLE \"public\".\"indexed\" REPLICA IDENTITY"
                      + " FULL; ALTER TABLE \"public\".\"leaf\" REPLICA IDENTITY FULL;"),
          e::getMessage);
      database.execute(e.getMessage().substring(e.getMessage().indexOf("ALTER TABLE")));
      assertTrue(
          new Publications(connection)
              .ensure("p", List.copyOf(conditions.keySet()), filters, true));
      database.execute(
          """
          insert into "No Key" values (1, 'x', 'y'); update "No Key" set v = 'z';
          insert into indexed values (1, 2, 'x'); update indexed set v = 'z';
          insert into r values (1, 'x'), (11, 'x'); update r set v = null; delete from r;
          insert into whole values (1, 2); update whole set a = 3;
          """);
    }
  }

  /** The reason for the refusal: it is the application that would fail, by the same rule. */
  @Test
  void theServerRefusesUpdatesWhereWeRefuse() throws SQLException {
    try (Database database = SharedServers.database(18);
        Connection connection = database.connect()) {
      database.execute(
          "create table t (id int primary key, v text); insert into t values (1, 'a')");
      for (String condition : List.of("v = 'x'", "id = 1 or v = 'x'", "length(v) > id")) {
        database.execute("create publication p for table t where (%s)".formatted(condition));
        assertEquals("[public.t (it lacks v)]", problems(connection, "p").toString(), condition);
        SQLException e =
            assertThrows(SQLException.class, () -> database.execute("update t set v = 'b'"));
        assertEquals("42P10", e.getSQLState());
        database.execute("drop publication p");
      }
      database.execute("create publication p for table t where (id = 1)");
      assertEquals("[]", problems(connection, "p").toString());
      database.execute("update t set v = 'b'");
    }
  }

  /** The identity that counts is that of the partition, wherever the filter is. */
  @Test
  void areThoseOfPartitionsToo() throws SQLException {
    try (Database database = SharedServers.database(18);
        Connection connection = database.connect()) {
      database.execute(
          """
          create table r (a int primary key, v text) partition by range (a);
          create table leaf partition of r for values from (0) to (10);
          create publication p for table leaf where (v = 'x');
          create publication q for table r where (v = 'x') with (publish_via_partition_root);
          alter table r replica identity full;
          """);

      assertEquals("[public.leaf (it lacks v)]", problems(connection, "p").toString());
      assertEquals("[public.leaf (it lacks v)]", problems(connection, "q").toString());
      database.execute("alter table leaf replica identity full");
      assertEquals("[]", problems(connection, "p").toString());
      assertEquals("[]", problems(connection, "q").toString());
    }
  }

  @Test
  void conditionsThatTheServerDoesNotTakeAreNamedWithTheirTable() throws SQLException {
    try (Database database = SharedServers.database(15);
        Connection connection = database.connect()) {
      database.execute(
          """
          create table t (id int primary key);
          create function mine(int) returns boolean immutable language sql as 'select true';
          """);
      for (String condition :
          List.of(
              "nothing = 1",
              "id >",
              "id",
              "public.mine(id)",
              "id in (select 1)",
              "id > random()",
              "id = 'x'",
              "true); drop table t; --")) {
        WalferryException e =
            assertRefused(
                connection,
                ErrorCode.CONFIGURATION_INVALID,
                List.of(table("t")),
                filter("t", condition));
        assertTrue(
            e.getMessage()
                .startsWith("could not create publication p with 'source.where' for public.t: "),
            e::getMessage);
      }
      assertTrue(connection.getAutoCommit());
      assertTrue(new Publications(connection).ensure("p", List.of(table("t"))));
    }
  }

  @Test
  void needATableThatThePublicationIsMadeOf() throws SQLException {
    try (Database database = SharedServers.database(18);
        Connection connection = database.connect()) {
      database.execute(
          """
          create table r (a int primary key, v text) partition by range (a);
          create table leaf partition of r for values from (0) to (10);
          """);

      WalferryException e =
          assertRefused(
              connection,
              ErrorCode.CONFIGURATION_INVALID,
              List.of(table("r")),
              filter("leaf", "a > 5"));

      assertTrue(e.getMessage().contains("names public.leaf, of which"), e::getMessage);
    }
  }

  @Test
  void needAServerThatHasThem() throws SQLException {
    try (Database database = SharedServers.database(14);
        Connection connection = database.connect()) {
      database.execute("create table t (id int primary key)");

      WalferryException e =
          assertRefused(
              connection,
              ErrorCode.CONFIGURATION_INVALID,
              List.of(table("t")),
              filter("t", "id > 5"));

      assertEquals(
          "'source.where' needs PostgreSQL 15 or later, and the source is 14: use 'where' in"
              + " 'transforms' of a sink, a condition in CEL",
          e.getMessage());
    }
  }

  /** What is tried out stays nowhere, and the application writes on. */
  @Test
  void canBeTriedOut() throws SQLException {
    try (Database database = SharedServers.database(18);
        Connection connection = database.connect()) {
      database.execute(
          "create table t (id int primary key, v text); insert into t values (1, 'a')");

      List<IdentityProblem> problems =
          new Publications(connection)
              .tryOut(
                  TableDirectory.read(connection),
                  "p",
                  List.of(table("t")),
                  filter("t", "v is not null"));

      assertEquals("[public.t (it lacks v)]", problems.toString());
      assertTrue(new PublicationCatalog(connection).find("p").isEmpty());
      database.execute("update t set v = 'b'");
    }
  }
}
