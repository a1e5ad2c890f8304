package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.cli.feed.Destination.Kind;
import io.walferry.cli.feed.Destination.MysqlCopy;
import io.walferry.ddl.DdlInstallation;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.junit.EachMysql;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.mysql.MysqlDatabase;
import io.walferry.testkit.mysql.MysqlFlavor;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.workload.Seeds;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tables that are made, dropped, rewritten and renamed again and again are equal at the end,
 * whenever the feed is killed.
 */
@Postgres
final class TableKillTest {
  private static final int KILLS = 3;

  /** What becomes of a table between its feed's end and the next start. */
  private static final List<String> MEANWHILE =
      List.of(
          "UPDATE made SET n = 3",
          "ALTER TABLE made ALTER n TYPE text",
          "ALTER TABLE made RENAME TO other; INSERT INTO other VALUES (7, 7)",
          "ALTER TABLE made RENAME TO other; CREATE TABLE made (id text PRIMARY KEY); ALTER TABLE"
              + " other DROP n",
          "DROP TABLE made",
          "DROP TABLE made; CREATE TABLE made (k uuid PRIMARY KEY, v text)",
          "ALTER TABLE t ADD \"more\" int DEFAULT 5; ALTER TABLE made ADD x int; INSERT INTO t"
              + " VALUES (100); ALTER TABLE t DROP \"more\"");

  @TempDir Path directory;

  @Test
  void contentsAreEqualAfterKills(Database source) throws Exception {
    killAndCompare(source, Kind.POSTGRES);
  }

  @Tag("full")
  @Test
  void contentsAreEqualAfterKillsInSqlite(Database source) throws Exception {
    killAndCompare(source, Kind.SQLITE);
  }

  private void killAndCompare(Database source, Kind kind) throws Exception {
    try (Destination destination = kind.create(directory, source.server())) {
      assertNoneLeft(destination, killAndCompare(source, destination, Seeds.next(), KILLS));
    }
  }

  @EachMysql(quick = MysqlFlavor.MARIADB)
  void contentsAreEqualAfterKillsInMysql(Database source, MysqlDatabase database) throws Exception {
    killAndCompare(source, new MysqlCopy(database), Seeds.next(), KILLS);
  }

  @EachMysql(quick = MysqlFlavor.MARIADB)
  void whatAKilledFeedHasMadeIsMadeAgainAsItIsAtTheNextStart(
      Database source, MysqlDatabase database) throws Exception {
    makeAndKill(source, new MysqlCopy(database), false);
  }

  @EachMysql(quick = MysqlFlavor.MARIADB)
  void whatAKilledFeedHasMadeOnItsWayIsMadeAgain(Database source, MysqlDatabase database)
      throws Exception {
    makeAndKill(source, new MysqlCopy(database), true);
  }

  /** Makes a table, kills the feed that has made it, too, and alters it before the next start. */
  private static void makeAndKill(Database source, Destination destination, boolean live)
      throws Exception {
    try (Connection connection = source.connect()) {
      new DdlInstallation(connection).install(Optional.empty());
    }
    source.execute(
        "CREATE PUBLICATION \"%s\" FOR ALL TABLES; CREATE TABLE t (id int PRIMARY KEY)"
            .formatted(source.name()));
    FeedSetup.catchUp(source, destination);
    for (String meanwhile : MEANWHILE) {
      String made =
          "CREATE TABLE made (id int PRIMARY KEY, n bigint); INSERT INTO made VALUES (1, 2);"
              + " INSERT INTO t SELECT coalesce(max(id), 0) + 1 FROM t";
      if (live) {
        Sender.awaitGone(source);
        CompletableFuture<Void> killed =
            CompletableFuture.runAsync(
                () -> HaltedFeed.run(source, destination, HaltingSink.Step.MADE, 0));
        Sender.awaitThere(source);
        source.execute(made);
        killed.join();
      } else {
        source.execute(made);
        HaltedFeed.run(source, destination, HaltingSink.Step.MADE, 0);
      }
      source.execute(meanwhile);
      FeedSetup.catchUp(source, destination);
      List<TableName> tables = new ArrayList<>(List.of(new TableName("public", "t")));
      for (String name : List.of("made", "other")) {
        String there = "SELECT to_regclass('public.%s') IS NOT NULL".formatted(name);
        if (source.answer(there).equals("t")) {
          tables.add(new TableName("public", name));
        } else {
          assertThrows(
              SQLException.class, () -> destination.answer("SELECT count(*) FROM " + name));
        }
      }
      assertEquals(List.of(), destination.compare(source, tables).tableDifferences(), meanwhile);
      source.execute("DROP TABLE IF EXISTS made, other");
    }
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("fullSeeds")
  void contentsAreEqualAfterManyKills(long seed, Database source) throws Exception {
    Kind kind = seed % 2 == 0 ? Kind.SQLITE : Kind.POSTGRES;
    try (Destination destination = kind.create(directory, source.server())) {
      assertNoneLeft(destination, killAndCompare(source, destination, seed, 10));
    }
    FullProgress.finished("table-kill", seed);
  }

  static List<Long> fullSeeds() {
    return FullProgress.openSeeds("table-kill", 6);
  }

  /** Returns the tables that the source has at the end. */
  private static List<TableName> killAndCompare(
      Database source, Destination destination, long seed, int kills) throws Exception {
    Random random = new Random(seed);
    FeedSetup.streamEarly(source);
    try (Connection connection = source.connect()) {
      new DdlInstallation(connection).install(Optional.empty());
    }
    source.execute("CREATE PUBLICATION \"" + source.name() + "\" FOR ALL TABLES");
    Tabling tabling = new Tabling(source, new Random(random.nextLong()));
    tabling.createTable();
    DdlKillTest.kill(source, destination, "following", random);
    AtomicBoolean writing = new AtomicBoolean(true);
    CompletableFuture<Void> writer =
        CompletableFuture.runAsync(
            () -> {
              while (writing.get()) {
                tabling.write(5);
              }
            });
    try {
      for (int kill = 0; kill < kills; kill++) {
        DdlKillTest.kill(source, destination, "committed", random);
      }
    } finally {
      writing.set(false);
      writer.join();
    }
    FeedSetup.catchUp(source, destination);
    List<TableName> tables = tabling.tables();
    assertEquals(List.of(), destination.compare(source, tables).tableDifferences(), "seed " + seed);
    assertTrue(tabling.made() > kills, () -> tabling.made() + " tables, seed " + seed);
    return tables;
  }

  private static String count(Destination destination, TableName table) {
    String name =
        destination instanceof Destination.PostgresDatabase
            ? table.schema() + "." + table.name()
            : table.schema().equals("public")
                ? table.name()
                : "\"" + table.schema() + "." + table.name() + "\"";
    return "SELECT count(*) FROM " + name;
  }

  private static void assertNoneLeft(Destination destination, List<TableName> tables) {
    for (int table = 0; table < Tabling.TABLES; table++) {
      TableName name = Tabling.name(table);
      if (!tables.contains(name)) {
        assertThrows(SQLException.class, () -> destination.answer(count(destination, name)));
      }
    }
  }
}
