package io.walferry.publication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.SharedServers;
import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.ConnectionSettings;
import io.walferry.postgres.PostgresConnector;
import io.walferry.testkit.postgres.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PublicationsTest {
  static final List<Integer> MAJORS = SharedServers.OLDEST_AND_NEWEST;

  private static TableId table(String name) {
    return new TableId("public", name);
  }

  private static List<String> carried(Connection connection) {
    return new PublicationCatalog(connection)
        .tables("p").stream().map(PublishedTable::toString).toList();
  }

  private static void assertRefuses(
      Connection connection, ErrorCode code, List<TableId> tables, String... parts) {
    WalferryException e =
        assertThrows(
            WalferryException.class, () -> new Publications(connection).ensure("p", tables));
    assertEquals(code, e.code());
    for (String part : parts) {
      assertTrue(e.toString().contains(part), e.toString());
    }
  }

  /** As an account or a database may be set by default; our sessions may write all the same. */
  @ParameterizedTest
  @FieldSource("MAJORS")
  void createsWhereSessionsAreReadOnlyByDefault(int major) throws SQLException {
    try (Database database = SharedServers.database(major)) {
      database.execute(
          """
          create table t (id int primary key);
          alter database "%s" set default_transaction_read_only = on;
          """
              .formatted(database.name()));
      ConnectionSettings settings = ConnectionSettings.parse(database.uri(), Map.of());
      try (Connection connection = new PostgresConnector(settings, "test").connect()) {
        assertTrue(new Publications(connection).ensure("p", List.of(table("t"))));
        assertEquals(List.of("public.t"), carried(connection));
      }
    }
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void createsOnceAndThenFindsIt(int major) throws SQLException {
    try (Database database = SharedServers.database(major);
        Connection connection = database.connect()) {
      database.execute(
          """
          create table "a ""b" (id int primary key);
          create table r (id int primary key) partition by range (id);
          create table r1 partition of r for values from (0) to (10);
          create table other (id int primary key);
          """);
      List<TableId> tables = List.of(table("a \"b"), table("r"));
      Publications publications = new Publications(connection);

      assertTrue(publications.ensure("p", tables));
      assertFalse(publications.ensure("p", tables));

      assertEquals(List.of("public.\"a \"\"b\"", "public.r"), carried(connection));
      assertFalse(publications.ensure("p", List.of(table("r1"))));
      assertRefuses(
          connection,
          ErrorCode.PUBLICATION_INCOMPLETE,
          List.of(table("r"), table("other")),
          "publication p does not carry public.other. Run:"
              + " ALTER PUBLICATION \"p\" ADD TABLE \"public\".\"other\";");
      assertEquals(List.of("public.\"a \"\"b\"", "public.r"), carried(connection));
    }
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void aPartitionedTableIsCarriedByAllItsPartitions(int major) throws SQLException {
    try (Database database = SharedServers.database(major);
        Connection connection = database.connect()) {
      database.execute(
          """
          create table r (id int primary key) partition by range (id);
          create table r1 partition of r for values from (0) to (10);
          create publication p for table r1;
          """);

      assertFalse(new Publications(connection).ensure("p", List.of(table("r"))));
      database.execute("create table r2 partition of r for values from (10) to (20)");
      assertRefuses(
          connection, ErrorCode.PUBLICATION_INCOMPLETE, List.of(table("r")), "carry public.r.");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 12})
  void partitionsStandForTheirTableWhereTheServerPublishesNone(int major) throws SQLException {
    try (Database database = SharedServers.database(major);
        Connection connection = database.connect()) {
      database.execute(
          """
          create table r (id int) partition by range (id);
          create table r1 partition of r (primary key (id)) for values from (0) to (10);
          create table r2 partition of r for values from (10) to (20) partition by range (id);
          create table r21 partition of r2 (primary key (id)) for values from (10) to (15);
          create table empty (id int) partition by range (id);
          """);
      List<TableId> tables = List.of(table("r"), table("empty"));

      assertTrue(new Publications(connection).ensure("p", tables));
      assertFalse(new Publications(connection).ensure("p", tables));

      assertEquals(List.of("public.r1", "public.r21"), carried(connection));
      database.execute(
          "create table r3 partition of r (primary key (id)) for values from (20) to (30)");
      assertRefuses(
          connection,
          ErrorCode.PUBLICATION_INCOMPLETE,
          tables,
          "publication p does not carry public.r3. Run:"
              + " ALTER PUBLICATION \"p\" ADD TABLE \"public\".\"r3\";");
      database.execute("drop publication p");
      assertRefuses(
          connection, ErrorCode.TABLE_MISSING, List.of(table("empty")), "no table at all");
    }
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void refusesTablesWhoseUpdatesWouldFail(int major) throws SQLException {
    try (Database database = SharedServers.database(major);
        Connection connection = database.connect()) {
      database.execute(
          """
          create table fine (id int primary key);
          create table whole (a int); alter table whole replica identity full;
          create table chosen (a int); alter table chosen replica identity nothing;
          create table indexed (a int not null unique);
          alter table indexed replica identity using index indexed_a_key;
          create table "No Key" (a int);
          create table late (a int primary key deferrable);
          create table dropped (a int not null unique, id int primary key);
          alter table dropped replica identity using index dropped_a_key;
          alter table dropped drop constraint dropped_a_key;
          create table r (a int) partition by range (a);
          create table leaf partition of r for values from (0) to (10);
          alter table r replica identity full;
          """);
      List<TableId> good =
          Stream.of("fine", "whole", "indexed").map(PublicationsTest::table).toList();
      List<TableId> bad =
          Stream.of("fine", "No Key", "late", "chosen", "dropped", "r")
              .map(PublicationsTest::table)
              .toList();

      assertRefuses(
          connection,
          ErrorCode.REPLICA_IDENTITY_MISSING,
          bad,
          "Run: ALTER TABLE \"public\".\"No Key\" REPLICA IDENTITY FULL;"
              + " ALTER TABLE \"public\".\"chosen\" REPLICA IDENTITY FULL;"
              + " ALTER TABLE \"public\".\"dropped\" REPLICA IDENTITY DEFAULT;"
              + " ALTER TABLE \"public\".\"late\" REPLICA IDENTITY FULL;"
              + " ALTER TABLE \"public\".\"leaf\" REPLICA IDENTITY FULL;");
      assertTrue(new PublicationCatalog(connection).find("p").isEmpty());
      assertTrue(new Publications(connection).ensure("p", good));
    }
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void namesTablesThatCannotBePublished(int major) throws SQLException {
    try (Database database = SharedServers.database(major);
        Connection connection = database.connect()) {
      database.execute("create unlogged table u (id int primary key); create view v as select 1");

      assertRefuses(
          connection,
          ErrorCode.TABLE_MISSING,
          List.of(table("u"), table("v"), table("w")),
          "public.u (unlogged), public.v, public.w");
      assertRefuses(connection, ErrorCode.TABLE_MISSING, List.of(), "no table at all");
    }
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void aRoleWithoutTheRightIsToldSo(int major) throws SQLException {
    try (Database database = SharedServers.database(major);
        Connection connection = database.connect()) {
      database.execute("create table t (id int primary key)");
      connection
          .createStatement()
          .execute("create role \"%1$s\"; set role \"%1$s\"".formatted(database.name()));

      assertRefuses(connection, ErrorCode.PERMISSION_DENIED, List.of(table("t")), "publication p");
      connection
          .createStatement()
          .execute("reset role; drop role \"%s\"".formatted(database.name()));
    }
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void resolvesPatternsToTablesThatReplicate(int major) throws SQLException {
    try (Database database = SharedServers.database(major);
        Connection connection = database.connect()) {
      database.execute(
          """
          create schema shop; create schema archive;
          create table shop.orders (id int) partition by range (id);
          create table archive.orders_1 partition of shop.orders for values from (0) to (10);
          create table shop."Items" (id int);
          create unlogged table shop.u (id int);
          create view shop.v as select 1;
          create table t (id int);
          """);
      TableDirectory directory = TableDirectory.read(connection);

      assertEquals("[public.t, shop.\"Items\", shop.orders]", matching(directory, "*.*"));
      assertEquals("[archive.orders_1]", matching(directory, "archive.*"));
      assertEquals("[shop.orders]", matching(directory, "archive.*", "shop.o*"));
      assertEquals("[shop.\"Items\"]", matching(directory, "shop.I????"));
      WalferryException e =
          assertThrows(
              WalferryException.class,
              () -> matching(directory, "shop.items", "shop.u", "nowhere.*", "public.t"));
      assertEquals(ErrorCode.TABLE_MISSING, e.code());
      assertTrue(
          e.toString()
              .endsWith(
                  "'shop.items' matches no table; did you mean 'shop.\"Items\"'?, 'shop.u' matches"
                      + " unlogged tables only, which never replicate, 'nowhere.*' matches no"
                      + " table"),
          e.toString());
    }
  }

  private static String matching(TableDirectory directory, String... patterns) {
    return directory.matching(Stream.of(patterns).map(TablePattern::parse).toList()).toString();
  }
}
