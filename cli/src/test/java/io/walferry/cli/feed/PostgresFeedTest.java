package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.change.Lsn;
import io.walferry.cli.feed.Destination.PostgresDatabase;
import io.walferry.testkit.compare.DatabaseComparison;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServers;
import io.walferry.testkit.process.ChildJvm;
import io.walferry.testkit.wait.Await;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From PostgreSQL to PostgreSQL: every type, and a transaction that is larger than the heap. */
@Postgres
final class PostgresFeedTest {
  private static final Duration PATIENCE = Await.patience(Duration.ofMinutes(2));

  private static final String TYPES =
      """
      CREATE TYPE mood AS ENUM ('sad', 'it''s "ok"');
      CREATE DOMAIN short AS varchar(20) CHECK (value <> '');
      CREATE DOMAIN shorts AS short[];
      CREATE TYPE pair AS (a int, b text);
      CREATE TYPE textrange AS RANGE (subtype = text);
      """;

  /** Those without an equality or an array, or whose text is awkward in one, above all. */
  private static final String TABLE =
      """
      CREATE TABLE every (id int PRIMARY KEY, m mood, ma mood[], s short, ss shorts, p pair,
        pa pair[], tr textrange, mr int4multirange, c "char", n name, bc bpchar, c3 char(3)[],
        bi bit(3), vb bit varying, bo box, boa box[], pt point, ln line, ls lseg, pth path,
        pg polygon, ci circle, ja json[], jb jsonb[], jp jsonpath, ts tsvector,
        tq tsquery, mc macaddr, mc8 macaddr8, cd cidr, mo money, iv interval(2), tz timetz(1),
        ov oidvector, i2 int2vector, rc regclass, rt regtype, pl pg_lsn, x8 xid8, ti tid,
        ba bytea[], na numeric[], nn numeric(6,2), snap pg_snapshot);
      """;

  private static final String ROW =
      """
      INSERT INTO every VALUES (%d, 'it''s "ok"', '{sad,NULL,"it''s \\"ok\\""}', 'a,b{}"\\',
        '{x,"y z"}', '(1,"a,""b""\\\\")', '{"(1,x)","(,)"}', '[a,b)', '{[1,3),[5,7)}', 'x', 'nm',
        'ab  ', '{a,bcd}', '101', '1', '(1,2),(0,0)', '{(1,2),(0,0);(3,4),(1,1)}', '(1.5,-0)',
        '{1,-1,0}', '[(0,0),(1,1)]', '((0,0),(1,1))', '((0,0),(1,1),(2,0))', '<(0,0),2>',
        '{"{\\"a\\": 1}",null}', '{"[1, 2]"}', '$."a"[*]',
        '''a b'':1A c', '''x'' & !y', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05', '10.0.0.0/8',
        '12.34', '1 day 02:03:04.567', '12:00:00.55+02', '1 2 3', '4 5', 'pg_class', 'int4[]',
        '16/B374D848', '123456789012', '(1,2)', '{"\\\\x00ff",NULL}', '{1.00,NaN}', 1234.5,
        '10:20:10,14,15');
      """;

  @ParameterizedTest
  @CsvSource({"14, 18", "18, 14"})
  void everyTypeArrivesAsItPrints(int from, int to, PostgresServers servers) throws Exception {
    try (Database source = servers.server(from).createDatabase("types");
        Database target = servers.server(to).createDatabase("types")) {
      source.execute(TYPES + TABLE + "CREATE TABLE twin (LIKE every)");
      source.execute("ALTER TABLE twin REPLICA IDENTITY FULL");
      target.execute(TYPES);
      source.execute(ROW.formatted(1) + "INSERT INTO every (id) VALUES (2)");
      PostgresDatabase destination = new PostgresDatabase(target);
      try (RunningFeed feed =
          RunningFeed.start(
              FeedSetup.settings(source.name(), List.of("public.*")),
              FeedSetup.connector(source.uri()),
              destination::sink)) {
        feed.awaitFollowing();
        change(source);
        feed.awaitDurable(FeedSetup.walEnd(source));
      }
      assertEqual(source, target, "every", "twin");
    }
  }

  private static void change(Database source) throws SQLException {
    source.execute(ROW.formatted(3) + "INSERT INTO twin SELECT * FROM every");
    source.execute("INSERT INTO twin SELECT * FROM every");
    source.execute("UPDATE every SET m = NULL WHERE id = 1");
    source.execute("UPDATE every SET s = 'new', n = 'other' WHERE id IN (2, 3)");
    source.execute("DELETE FROM twin WHERE ctid = '(0,1)'");
    source.execute("UPDATE twin SET mo = '1.00' WHERE ctid = '(0,2)'");
    source.execute("UPDATE twin SET mo = '2.00' WHERE id = 3");
    source.execute("INSERT INTO every (id) SELECT g FROM generate_series(10, 200) g");
  }

  /**
   * The stream does not say that a column lost its NOT NULL, and the catalog may be ahead of it.
   */
  @Test
  void aColumnTakesNullOnceTheSourceDoes(Database source) throws Exception {
    try (Database target = source.server().createDatabase("nulls")) {
      source.execute(
          "CREATE TABLE n (id int PRIMARY KEY, a int NOT NULL, b int NOT NULL, c int NOT NULL)");
      PostgresDatabase destination = new PostgresDatabase(target);
      try (RunningFeed feed =
          RunningFeed.start(
              FeedSetup.settings(source.name(), List.of("public.*")),
              FeedSetup.connector(source.uri()),
              destination::sink)) {
        feed.awaitFollowing();
        source.execute("INSERT INTO n VALUES (1, 1, 1, 1), (2, 2, 2, 2)");
        feed.awaitDurable(FeedSetup.walEnd(source));
        source.execute("ALTER TABLE n ALTER a DROP NOT NULL; INSERT INTO n VALUES (3, NULL, 3, 3)");
        source.execute(
            """
            BEGIN; ALTER TABLE n ALTER b DROP NOT NULL; UPDATE n SET b = NULL WHERE id = 1;
            UPDATE n SET b = 1 WHERE id = 1; ALTER TABLE n ALTER b SET NOT NULL; COMMIT;
            """);
        feed.awaitDurable(FeedSetup.walEnd(source));
      }
      assertEqual(source, target, "n");
      assertEquals(
          "id,c",
          target.answer(
              "SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute"
                  + " WHERE attrelid = 'n'::regclass AND attnum > 0 AND attnotnull"));
    }
  }

  @Test
  void aTransactionLargerThanTheHeapPassesThrough(Database source) throws Exception {
    try (Database target = source.server().createDatabase("large")) {
      source.execute("CREATE TABLE large (id int PRIMARY KEY, a text, b text)");
      try (ChildJvm child =
          ChildJvm.running(FeedMain.class)
              .arguments(source.uri(), source.name(), target.uri())
              .jvmOptions("-Xmx128m")
              .start()) {
        child.awaitLine(line -> line.startsWith("following"), PATIENCE);
        source.execute(
            """
            BEGIN;
            INSERT INTO large SELECT g, repeat('x', 900), md5(g::text)
              FROM generate_series(1, 200000) g;
            UPDATE large SET b = 'changed' WHERE id % 2 = 0;
            DELETE FROM large WHERE id % 4 = 1;
            COMMIT;
            """);
        Lsn end = FeedSetup.walEnd(source);
        child.awaitLine(line -> KillTest.hasReached(line, end), PATIENCE);
        child.kill();
        child.awaitExit(PATIENCE);
      }
      assertEqual(source, target, "large");
    }
  }

  private static void assertEqual(Database source, Database target, String... tables)
      throws SQLException {
    try (Connection left = source.connect();
        Connection right = target.connect()) {
      assertEquals(
          List.of(),
          DatabaseComparison.between(left, right)
              .tables(Arrays.stream(tables).map(name -> new TableName("public", name)).toList())
              .compare()
              .tableDifferences());
    }
  }
}
