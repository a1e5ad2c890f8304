package io.walferry.publication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.SharedServers;
import io.walferry.change.ReplicaIdentity;
import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.Publication.Operation;
import io.walferry.testkit.postgres.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PublicationCatalogTest {
  /** 15 has a view of its own kind, between those of 14 and 16. */
  static final List<Integer> MAJORS = List.of(14, 15, 18);

  private static List<PublishedTable> tables(Database database) throws SQLException {
    try (Connection connection = database.connect()) {
      return new PublicationCatalog(connection).tables("p");
    }
  }

  private static PublishedTable table(Database database, String name) throws SQLException {
    return tables(database).stream()
        .filter(table -> table.table().equals(new TableId("public", name)))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void readsColumnsAndKeysAsTheCatalogSpellsThem(int major) throws SQLException {
    try (Database database = SharedServers.database(major)) {
      database.execute(
          """
          create schema "My.Shop";
          create table "My.Shop"."Or""der" (
            "B b" numeric(10,2), gone int, a int, c varchar(5) not null, d text[],
            primary key (a, "B b") include (c));
          alter table "My.Shop"."Or""der" drop column gone;
          create publication p for table "My.Shop"."Or""der";
          insert into "My.Shop"."Or""der" select n, n, 'c' from generate_series(1, 500) n;
          analyze;
          """);

      PublishedTable table = tables(database).getFirst();

      assertEquals(new TableId("My.Shop", "Or\"der"), table.table());
      assertEquals(List.of("a", "B b"), table.primaryKey());
      assertEquals(ReplicaIdentity.DEFAULT, table.replicaIdentity());
      assertEquals(
          List.of(
              new PublishedColumn(
                  "B b", 1700, "numeric(10,2)", 655366, true, FormerValue.Null.NULL),
              new PublishedColumn("a", 23, "integer", -1, true, FormerValue.Null.NULL),
              new PublishedColumn(
                  "c", 1043, "character varying(5)", 9, true, FormerValue.Null.NULL),
              new PublishedColumn("d", 1009, "text[]", -1, false, FormerValue.Null.NULL)),
          table.columns());
      assertEquals(500, table.estimatedRows());
      assertTrue(table.byteSize() >= 8192, () -> "" + table.byteSize());
      assertEquals(Optional.empty(), table.rowFilter());
    }
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void tellsWhatRowsHadBeforeAColumnWasAdded(int major) throws SQLException {
    try (Database database = SharedServers.database(major)) {
      database.execute(
          """
          create domain five as int default 5;
          create table t (id int);
          insert into t values (1);
          alter table t add nothing int, add fixed numeric(10,2) default 1.5,
            add odd text default E'a "b" \\\\ {c}, NULL\\n''d''', add list int[] default '{1,NULL}',
            add json json default '{"a" :  1}', add stamp timestamp default '2024-02-29 12:00',
            add kept int not null default 7, add dom five;
          alter table t alter fixed drop default;
          create table defaulted (a int default 5, b serial, c int generated always as identity);
          create table tossed (id int, a int, b int default 2);
          create table parts (id int) partition by range (id);
          create table parts_1 partition of parts for values from (0) to (10);
          alter table parts add same int default 8, add nothing int;
          create table parts_2 partition of parts for values from (10) to (20);
          alter table parts add later int default 9;
          create publication p for table t, defaulted, tossed, parts
            with (publish_via_partition_root = true);
          """);
      database.execute("truncate tossed");

      assertEquals(
          List.of(
              "id=null",
              "nothing=null",
              "fixed=1.50",
              "odd=a \"b\" \\ {c}, NULL\n'd'",
              "list={1,NULL}",
              "json={\"a\" :  1}",
              "stamp=2024-02-29 12:00:00",
              "kept=7",
              "dom=5"),
          formerValues(table(database, "t")));
      assertEquals(List.of("a=?", "b=?", "c=?"), formerValues(table(database, "defaulted")));
      assertEquals(List.of("id=?", "a=?", "b=?"), formerValues(table(database, "tossed")));
      assertEquals(
          List.of("id=null", "same=?", "nothing=null", "later=9"),
          formerValues(table(database, "parts")));
      database.execute("vacuum full t");
      assertEquals(
          List.of("id=?", "nothing=?", "fixed=?"),
          formerValues(table(database, "t")).subList(0, 3));
    }
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void aColumnThatIsOlderThanItsPublicationMayHaveAnyValue(int major) throws SQLException {
    try (Database database = SharedServers.database(major)) {
      database.execute("create table t (id int primary key, a text)");
      database.execute("create table parts (id int, a text) partition by range (id)");
      database.execute("create table leaf partition of parts for values from (0) to (9)");
      database.execute("create publication p for table t, parts");
      database.execute("alter table t add b text");
      database.execute("alter table parts add b text default 'x'");

      assertEquals(List.of("id=?", "a=?", "b=null"), formerValues(table(database, "t")));
      assertEquals(List.of("id=?", "a=?", "b=x"), formerValues(table(database, "leaf")));
      database.execute("alter publication p drop table t");
      database.execute("alter publication p add table t");
      assertEquals(List.of("id=?", "a=?", "b=?"), formerValues(table(database, "t")));
      database.execute("create publication everything for all tables");
      try (Connection connection = database.connect()) {
        assertEquals(
            List.of("id=null", "a=null", "b=null"),
            formerValues(new PublicationCatalog(connection).tables("everything").getLast()));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {15, 18})
  void aListedColumnMayHaveAnyValue(int major) throws SQLException {
    try (Database database = SharedServers.database(major)) {
      database.execute(
          """
          create table t (id int primary key, a text);
          create publication p for table t (id, a);
          alter table t add b text;
          alter publication p set table t (id, a, b);
          """);

      assertEquals(List.of("id=?", "a=?", "b=?"), formerValues(table(database, "t")));
    }
  }

  private static List<String> formerValues(PublishedTable table) {
    return table.columns().stream()
        .map(
            column ->
                column.name()
                    + "="
                    + switch (column.formerValue()) {
                      case FormerValue.Null none -> "null";
                      case FormerValue.Constant(String text) -> text;
                      case FormerValue.Unknown unknown -> "?";
                    })
        .toList();
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void readsReplicaIdentities(int major) throws SQLException {
    try (Database database = SharedServers.database(major)) {
      database.execute(
          """
          create table plain (a int);
          create table whole (a int); alter table whole replica identity full;
          create table nothing (a int); alter table nothing replica identity nothing;
          create table indexed (a int not null unique);
          alter table indexed replica identity using index indexed_a_key;
          create table dropped (a int not null); create unique index di on dropped (a);
          alter table dropped replica identity using index di; drop index di;
          create table late (a int primary key deferrable initially deferred);
          create table empty ();
          create publication p for all tables;
          """);

      assertEquals(ReplicaIdentity.DEFAULT, table(database, "plain").replicaIdentity());
      assertEquals(ReplicaIdentity.FULL, table(database, "whole").replicaIdentity());
      assertEquals(ReplicaIdentity.NOTHING, table(database, "nothing").replicaIdentity());
      assertEquals(ReplicaIdentity.INDEX, table(database, "indexed").replicaIdentity());
      assertEquals(ReplicaIdentity.NOTHING, table(database, "dropped").replicaIdentity());
      assertEquals(List.of(), table(database, "late").primaryKey());
      assertEquals(List.of(), table(database, "empty").columns());
      assertEquals(0, table(database, "plain").estimatedRows());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {12, 14, 15, 18})
  void leavesOutWhatNeverReplicates(int major) throws SQLException {
    try (Database database = SharedServers.database(major)) {
      database.execute(
          """
          create table kept (id int primary key, g int generated always as (id * 2) stored);
          create unlogged table u (id int primary key);
          create view v as select 1;
          create materialized view m as select 1;
          create publication p for all tables;
          """);

      List<PublishedTable> tables = tables(database);

      assertEquals(
          List.of(new TableId("public", "kept")),
          tables.stream().map(PublishedTable::table).toList());
      assertEquals(List.of("id"), tables.getFirst().columnNames());
    }
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void listsPartitionsOrTheTableAboveThem(int major) throws SQLException {
    try (Database database = SharedServers.database(major)) {
      database.execute(
          """
          create table r (id int primary key, a int) partition by range (id);
          create table r1 partition of r for values from (0) to (10);
          create table r2 partition of r for values from (10) to (99) partition by range (id);
          create table r2a partition of r2 for values from (10) to (50);
          insert into r select n, n from generate_series(1, 30) n;
          analyze;
          create publication p for table r;
          """);

      assertEquals(
          List.of("public.r1", "public.r2a"),
          tables(database).stream().map(PublishedTable::toString).toList());

      database.execute("alter publication p set (publish_via_partition_root = true)");
      PublishedTable root = tables(database).getFirst();

      assertEquals(
          List.of("public.r"), tables(database).stream().map(PublishedTable::toString).toList());
      assertEquals(List.of("id"), root.primaryKey());
      assertEquals(30, root.estimatedRows());
      assertEquals(2 * 8192, root.byteSize());
      try (Connection connection = database.connect()) {
        assertEquals(
            List.of(new TableId("public", "r1"), new TableId("public", "r2a")),
            new PublicationCatalog(connection).leaves(root));
        assertTrue(new PublicationCatalog(connection).find("p").orElseThrow().viaPartitionRoot());
      }
    }
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void readsWhatIsPublishedOfATable(int major) throws SQLException {
    try (Database database = SharedServers.database(major);
        Connection connection = database.connect()) {
      database.execute("create publication p for all tables with (publish = 'insert, truncate')");

      assertEquals(
          Optional.of(
              new Publication(
                  "p", true, Set.of(Operation.INSERT, Operation.TRUNCATE), false, false)),
          new PublicationCatalog(connection).find("p"));
      assertEquals(Optional.empty(), new PublicationCatalog(connection).find("P"));
    }
  }

  /** Servers open each table for its columns, from 16 on after they have listed all of them. */
  @ParameterizedTest
  @FieldSource("MAJORS")
  void aTableThatIsDroppedMeanwhileMayBeLookedAtAgain(int major) throws Exception {
    try (Database database = SharedServers.database(major);
        Connection dropping = database.connect();
        Connection looking = database.connect()) {
      database.execute(
          "create table t (id int primary key); create table u (id int primary key);"
              + " create publication p for all tables");
      dropping.setAutoCommit(false);
      try (Statement drop = dropping.createStatement()) {
        drop.execute("drop table t");
      }
      CompletableFuture<List<PublishedTable>> looked =
          CompletableFuture.supplyAsync(() -> new PublicationCatalog(looking).tables("p"));
      database.await(
          "the look waits for the table",
          "exists (select from pg_locks l join pg_database d on d.oid = l.database"
              + " where not l.granted and d.datname = current_database())");
      dropping.commit();
      try {
        List<PublishedTable> seen = looked.get(1, TimeUnit.MINUTES);
        assertEquals("public.u", seen.getLast().toString(), "as of before, or after");
      } catch (ExecutionException e) {
        WalferryException failure = assertInstanceOf(WalferryException.class, e.getCause());
        assertEquals(ErrorCode.SOURCE_SCHEMA_MOVING, failure.code(), failure::toString);
      }
      assertEquals("[public.u]", new PublicationCatalog(looking).tables("p").toString());
    }
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void saysWhichPublicationIsMissing(int major) throws SQLException {
    try (Database database = SharedServers.database(major)) {
      WalferryException e = assertThrows(WalferryException.class, () -> tables(database));

      assertEquals(ErrorCode.PUBLICATION_MISSING, e.code());
      assertTrue(e.toString().contains("publication p does not exist"), e.toString());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {15, 18})
  void readsColumnListsRowFiltersAndSchemas(int major) throws SQLException {
    try (Database database = SharedServers.database(major)) {
      database.execute(
          """
          create table t (id int primary key, secret text, a int);
          create table nokey (id int primary key, a int); alter table nokey replica identity nothing;
          create schema s; create table s.x (id int primary key);
          create publication p for table t (a, id) where (id > 5), nokey (a);
          create publication q for tables in schema s;
          """);

      PublishedTable table = table(database, "t");

      assertEquals(List.of("id", "a"), table.columnNames());
      assertEquals(Optional.of("(id > 5)"), table.rowFilter());
      assertEquals(List.of("id"), table.primaryKey());
      assertEquals(List.of(), table(database, "nokey").primaryKey());
      try (Connection connection = database.connect()) {
        assertEquals(
            List.of("s.x"),
            new PublicationCatalog(connection)
                .tables("q").stream().map(PublishedTable::toString).toList());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = 18)
  void readsStoredGeneratedColumnsWherePublished(int major) throws SQLException {
    try (Database database = SharedServers.database(major)) {
      database.execute(
          """
          create table t (id int primary key, s int generated always as (id) stored,
            v int generated always as (id) virtual);
          create table listed (id int primary key, s int generated always as (id) stored);
          create publication p for table t with (publish_generated_columns = stored);
          """);

      assertEquals(List.of("id", "s"), table(database, "t").columnNames());
      try (Connection connection = database.connect()) {
        assertTrue(new PublicationCatalog(connection).find("p").orElseThrow().generatedColumns());
      }

      database.execute("drop publication p; create publication p for table t, listed (id, s)");

      assertEquals(List.of("id"), table(database, "t").columnNames());
      assertEquals(List.of("id", "s"), table(database, "listed").columnNames());
    }
  }
}
