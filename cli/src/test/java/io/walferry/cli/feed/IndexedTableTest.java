package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.change.TableId;
import io.walferry.cli.feed.Destination.MysqlCopy;
import io.walferry.cli.feed.Destination.PostgresDatabase;
import io.walferry.cli.feed.Destination.SqliteFile;
import io.walferry.pipeline.ReloadRequest;
import io.walferry.publication.PublishedTable;
import io.walferry.publication.SourceIndex;
import io.walferry.publication.TablePattern;
import io.walferry.sink.Sink;
import io.walferry.sinks.postgres.PostgresSink;
import io.walferry.sinks.postgres.PostgresSinkSettings;
import io.walferry.sinks.table.DdlPolicies;
import io.walferry.sinks.table.ExistingRows;
import io.walferry.sinks.table.IndexPolicy;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.junit.EachMysql;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.mysql.MysqlDatabase;
import io.walferry.testkit.postgres.Database;
import io.walferry.transform.TableMapping;
import io.walferry.transform.TableRule;
import io.walferry.transform.TransformSettings;
import io.walferry.transform.TransformedSink;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The source's indexes, made at destinations once a load has caught up. */
@Postgres
final class IndexedTableTest {
  private static final DdlPolicies PLAIN =
      FeedSetup.DDL.with(FeedSetup.DDL.tables().with(IndexPolicy.PLAIN));

  private static final List<TableName> ITEM = List.of(new TableName("public", "item"));

  private static final String TABLE =
      """
      CREATE TABLE item (id int PRIMARY KEY, code text NOT NULL, name text, price int, tags int[]);
      CREATE UNIQUE INDEX item_code ON item (code);
      CREATE INDEX item_price ON item (price DESC, name);
      CREATE INDEX "Item lower" ON item (lower(name)) WHERE price > 0;
      CREATE INDEX item_tags ON item USING gin (tags);
      INSERT INTO item SELECT g, 'c' || g, repeat('n', g), g, ARRAY[g] FROM generate_series(1, 9) g;
      """;

  /** Passes through states that a unique index forbids, if changes come in another order. */
  private static final String SWAP =
      """
      BEGIN; UPDATE item SET code = 'c' WHERE id = 1; UPDATE item SET code = 'c1' WHERE id = 2;
      UPDATE item SET code = 'c2' WHERE id = 1; COMMIT;
      UPDATE item SET code = 'x' WHERE id = 1; UPDATE item SET code = 'c2' WHERE id = 3;
      """;

  private static final String POSTGRES_INDEXES =
      """
      SELECT string_agg(regexp_replace(indexdef, '^CREATE (.*)ON public.item USING ', '\\1'), '; '
        ORDER BY indexname COLLATE "C") FROM pg_indexes WHERE tablename = 'item'
      """;

  private static final String ALL_OF_POSTGRES =
      "INDEX \"Item lower\" btree (lower(name)) WHERE (price > 0); INDEX item_code btree (code);"
          + " UNIQUE INDEX item_pkey btree (id); INDEX item_price btree (price DESC, name);"
          + " INDEX item_tags gin (tags)";

  private static final String KEY_OF_POSTGRES = "UNIQUE INDEX item_pkey btree (id)";

  private static final String MYSQL_INDEXES =
      """
      SELECT group_concat(index_name, '(', names, ')', non_unique ORDER BY index_name SEPARATOR '; ')
      FROM (SELECT index_name, non_unique, group_concat(column_name, coalesce(sub_part, '')
          ORDER BY seq_in_index) AS names
        FROM information_schema.statistics WHERE table_schema = database() AND table_name = 'item'
        GROUP BY index_name, non_unique) i
      """;

  private static final String SQLITE_INDEXES =
      "SELECT group_concat(sql, '; ') FROM (SELECT sql FROM sqlite_master WHERE type = 'index' AND"
          + " sql IS NOT NULL ORDER BY name)";

  @TempDir private Path directory;

  private static RunningFeed start(Database source, Supplier<Sink> sink) {
    return RunningFeed.start(
        FeedSetup.settings(source.name(), List.of("public.*")),
        FeedSetup.connector(source.uri()),
        sink);
  }

  private static void follow(Database source, Destination destination, Supplier<Sink> sink)
      throws Exception {
    source.execute(TABLE);
    try (RunningFeed feed = start(source, sink)) {
      feed.awaitFollowing();
      source.execute(SWAP);
      feed.awaitDurable(FeedSetup.walEnd(source));
      source.execute("DELETE FROM item WHERE id = 4; UPDATE item SET name = 'z'");
      feed.awaitDurable(FeedSetup.walEnd(source));
    }
    assertEquals(List.of(), destination.compare(source, ITEM).tableDifferences());
  }

  @Test
  void postgresTakesEveryKind(Database source) throws Exception {
    try (PostgresDatabase destination = new PostgresDatabase(source.server().createDatabase("i"))) {
      follow(source, destination, () -> DdlPolicyTest.sink(destination, PLAIN));
      assertEquals(ALL_OF_POSTGRES, destination.answer(POSTGRES_INDEXES));
      assertEquals(
          "0", destination.answer("SELECT count(*) FROM walferry.ledger WHERE kind = 'indexes'"));
    }
  }

  @Test
  void thereAreNoneUnlessTheSettingsSaySo(Database source) throws Exception {
    try (PostgresDatabase destination = new PostgresDatabase(source.server().createDatabase("i"))) {
      follow(source, destination, destination::sink);
      assertEquals(KEY_OF_POSTGRES, destination.answer(POSTGRES_INDEXES));
    }
  }

  @Test
  void sqliteTakesPlainOnes(Database source) throws Exception {
    SqliteFile destination = new SqliteFile(directory.resolve("copy.db"));
    follow(source, destination, () -> DdlPolicyTest.sink(destination, PLAIN));
    assertEquals(
        "CREATE INDEX \"item.item_code\" ON \"item\" (\"code\"); CREATE INDEX \"item.item_price\""
            + " ON \"item\" (\"price\", \"name\")",
        destination.answer(SQLITE_INDEXES));
  }

  @EachMysql
  void mysqlTakesPlainOnesOfBeginnings(Database source, MysqlDatabase database) throws Exception {
    MysqlCopy destination = new MysqlCopy(database);
    follow(source, destination, () -> DdlPolicyTest.sink(destination, PLAIN));
    assertEquals(
        "item_code(code190)1; item_price(price,name190)1; PRIMARY(id)0",
        destination.answer(MYSQL_INDEXES));
  }

  /** What is left to do is in the ledger. */
  @Test
  void theNextStartMakesThoseThatAKillHasPutOff(Database source) throws Exception {
    try (PostgresDatabase destination = new PostgresDatabase(source.server().createDatabase("i"))) {
      follow(source, destination, () -> new Unindexed(DdlPolicyTest.sink(destination, PLAIN)));
      assertEquals(KEY_OF_POSTGRES, destination.answer(POSTGRES_INDEXES));
      assertEquals("following", destination.answer("SELECT state FROM walferry.position"));
      source.execute("INSERT INTO item (id, code) VALUES (10, 'c10')");
      try (RunningFeed feed = start(source, () -> DdlPolicyTest.sink(destination, PLAIN))) {
        feed.awaitDurable(FeedSetup.walEnd(source));
      }
      assertEquals(ALL_OF_POSTGRES, destination.answer(POSTGRES_INDEXES));
      // And none that somebody has dropped since.
      destination.execute("DROP INDEX item_code");
      source.execute("INSERT INTO item (id, code) VALUES (11, 'c11')");
      try (RunningFeed feed = start(source, () -> DdlPolicyTest.sink(destination, PLAIN))) {
        feed.awaitDurable(FeedSetup.walEnd(source));
        assertEquals(
            "3",
            destination.answer("SELECT count(*) - 1 FROM pg_indexes WHERE tablename = 'item'"));
        reload(source);
        feed.awaitDurable(FeedSetup.walEnd(source));
        // The first comes behind the load, the second behind all that the load may have seen.
        for (int id = 12; id < 14; id++) {
          source.execute("INSERT INTO item (id, code) VALUES (%1$d, 'c%1$d')".formatted(id));
          feed.awaitDurable(FeedSetup.walEnd(source));
        }
      }
      assertEquals(ALL_OF_POSTGRES, destination.answer(POSTGRES_INDEXES));
      assertEquals(List.of(), destination.compare(source, ITEM).tableDifferences());
    }
  }

  private static void reload(Database source) throws Exception {
    try (Connection connection = source.connect()) {
      new ReloadRequest(source.name(), new TableId("public", "item")).send(connection);
    }
  }

  @Test
  void aTableWithRowsOfItsOwnGetsNone(Database source) throws Exception {
    source.execute(TABLE);
    try (PostgresDatabase destination = new PostgresDatabase(source.server().createDatabase("i"))) {
      destination.execute(
          "CREATE TABLE item (id int PRIMARY KEY, code text, name text, price int, tags int[]);"
              + " INSERT INTO item VALUES (0, 'own')");
      PostgresSinkSettings settings =
          PostgresSinkSettings.DEFAULT.withDdl(PLAIN).withExisting(ExistingRows.APPEND);
      try (RunningFeed feed =
          start(
              source,
              () ->
                  new PostgresSink(FeedSetup.connector(destination.database().uri()), settings))) {
        feed.awaitFollowing();
        feed.awaitDurable(FeedSetup.walEnd(source));
      }
      assertEquals(KEY_OF_POSTGRES, destination.answer(POSTGRES_INDEXES));
      assertEquals("10", destination.answer("SELECT count(*) FROM item"));
    }
  }

  /** A function or a type may be missing: rows arrive without the index. */
  @Test
  void oneThatIsRefusedIsLeftOut(Database source) throws Exception {
    source.execute(
        "CREATE FUNCTION cut(v text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT left(v, 3)'");
    try (PostgresDatabase destination = new PostgresDatabase(source.server().createDatabase("i"))) {
      source.execute(TABLE + "CREATE INDEX item_cut ON item (public.cut(name));");
      try (RunningFeed feed = start(source, () -> DdlPolicyTest.sink(destination, PLAIN))) {
        feed.awaitFollowing();
        feed.awaitDurable(FeedSetup.walEnd(source));
      }
      assertEquals(ALL_OF_POSTGRES, destination.answer(POSTGRES_INDEXES));
      assertEquals(List.of(), destination.compare(source, ITEM).tableDifferences());
    }
  }

  @Test
  void underOtherNamesTheyHoldTheColumnsOfThose(Database source) throws Exception {
    TransformSettings transforms =
        new TransformSettings(
            new TableMapping(
                Map.of(), Map.of(new TableId("public", "item"), new TableId("shop", "thing"))),
            List.of(
                TableRule.forTables(TablePattern.parse("public.item"))
                    .renaming(Map.of("code", "sign"))));
    source.execute(TABLE);
    try (PostgresDatabase destination = new PostgresDatabase(source.server().createDatabase("i"))) {
      try (RunningFeed feed =
          start(
              source,
              () -> new TransformedSink(DdlPolicyTest.sink(destination, PLAIN), transforms))) {
        feed.awaitFollowing();
        feed.awaitDurable(FeedSetup.walEnd(source));
      }
      assertEquals(
          "INDEX \"Item lower\" btree (lower(name)) WHERE (price > 0);"
              + " INDEX item_code btree (sign); INDEX item_price btree (price DESC, name);"
              + " INDEX item_tags gin (tags); UNIQUE INDEX thing_pkey btree (id)",
          destination.answer(
              POSTGRES_INDEXES
                  .replace("public.item", "shop.thing")
                  .replace("tablename = 'item'", "tablename = 'thing'")));
    }
  }

  /** Ends before its indexes are made. */
  private record Unindexed(Sink target) implements ForwardingSink {
    @Override
    public boolean index(PublishedTable table, Supplier<List<SourceIndex>> indexes) {
      return false;
    }
  }
}
