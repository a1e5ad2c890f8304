package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.error.ErrorCode;
import io.walferry.testkit.junit.EachMysql;
import io.walferry.testkit.junit.EachPostgres;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.mysql.MysqlDatabase;
import io.walferry.testkit.postgres.Database;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** Rows with bytes that are no UTF-8 go to the dead letters, and the others arrive. */
@Postgres
final class InvalidTextLettersTest {
  private static final String SOURCE = "invalidText: deadLetter";
  private static final String LETTERS =
      "select group_concat(operation || ' ' || error || ' ' || row_key, '; ') from"
          + " (select * from walferry_dead_letter order by id)";

  private static final String ROWS =
      "select group_concat(id || v || n, ', ') from (select * from t order by id)";

  @TempDir private Path directory;

  private static Database source(Database server) throws SQLException {
    Database database = InvalidTextTest.unencoded(server);
    database.execute(
        "create table t (id int primary key, v text, n int);"
            + "insert into t values (1, 'ü�', 1), (2, %s, 2)".formatted(InvalidTextTest.MIXED));
    return database;
  }

  private Scene scene(Database database, String more) {
    return new Scene(database, directory)
        .source(SOURCE)
        .sink("{type: sqlite, path: copy.db, rows: {refused: deadLetter}" + more + "}");
  }

  @EachPostgres(
      from = 10,
      quick = {14, 18})
  void rowsStayBehindAndTheOthersArrive(Database server) throws Exception {
    try (Database database = source(server)) {
      Scene scene = scene(database, "").caughtUp();
      assertEquals("1ü�1", scene.answer(ROWS));
      assertEquals("load SOURCE_TEXT_INVALID {\"id\":\"2\"}", scene.answer(LETTERS));
      assertEquals(
          "{\"id\":\"2\",\"v\":\"a\\ufffd\\ufffd\\u0009b\\\\c\\u00fc\",\"n\":\"2\"}",
          scene.answer("select after_row from walferry_dead_letter"));
      assertEquals(
          "column v of public.t has a value that is not UTF-8, in a database with the encoding"
              + " SQL_ASCII",
          scene.answer("select reason from walferry_dead_letter"));

      database.execute(
          """
          begin;
          insert into t values (3, %1$s, 3), (4, 'x', 4);
          update t set n = 5 where id = 2;
          update t set n = 6 where id = 1;
          update t set v = %1$s where id = 4;
          commit
          """
              .formatted(InvalidTextTest.MIXED));
      scene.caughtUp();
      assertEquals("1ü�6, 4x4", scene.answer(ROWS));
      assertEquals(
          "load SOURCE_TEXT_INVALID {\"id\":\"2\"}; insert SOURCE_TEXT_INVALID {\"id\":\"3\"};"
              + " update SOURCE_TEXT_INVALID {\"id\":\"2\"};"
              + " update SOURCE_TEXT_INVALID {\"id\":\"4\"}",
          scene.answer(LETTERS));
    }
  }

  @EachPostgres(
      from = 14,
      quick = {14, 18})
  void theyArriveWhenTheyAreMended(Database server) throws Exception {
    try (Database database = source(server)) {
      database.execute("insert into t values (3, 'x', 3), (4, 'x', 4)");
      Scene scene = scene(database, "").caughtUp();
      database.execute("update t set v = v || E'\\xE4' where id > 2");
      scene.caughtUp();
      assertEquals("1ü�1, 3x3, 4x4", scene.answer(ROWS));

      // What is not mended stays a letter, and the row as it was goes.
      assertTrue(scene.command("deadletters", "retry").out().contains("3 rows"));
      database.execute("delete from t where id = 3");
      scene.caughtUp();
      assertEquals("1ü�1", scene.answer(ROWS));
      assertTrue(scene.answer(LETTERS).contains("load SOURCE_TEXT_INVALID {\"id\":\"4\"}"));

      database.execute("update t set v = 'ganz' where id in (2, 4)");
      scene.command("deadletters", "retry");
      scene.caughtUp();
      assertEquals("1ü�1, 2ganz2, 4ganz4", scene.answer(ROWS));
      assertEquals("0", scene.answer("select count(*) from walferry_dead_letter"));
    }
  }

  /** The statement that mends a value sends the old one too. */
  @EachPostgres(
      from = 14,
      quick = {18})
  void wholeOldRowsAreLookedAtToo(Database server) throws Exception {
    try (Database database = source(server)) {
      database.execute("alter table t replica identity full");
      Scene scene = scene(database, "").caughtUp();
      database.execute(
          "update t set v = %s where id = 1; update t set v = 'ganz' where id = 1;"
                  .formatted(InvalidTextTest.MIXED)
              + "delete from t where id = 2");
      scene.caughtUp();
      assertEquals("1ü�1", scene.answer(ROWS));
      assertEquals(
          "load SOURCE_TEXT_INVALID {\"id\":\"2\"}; update SOURCE_TEXT_INVALID {\"id\":\"1\"};"
              + " update SOURCE_TEXT_INVALID {\"id\":\"1\"};"
              + " delete SOURCE_TEXT_INVALID {\"id\":\"2\"}",
          scene.answer(LETTERS));
      scene.command("deadletters", "retry");
      scene.caughtUp();
      assertEquals("1ganz1", scene.answer(ROWS));
      assertEquals("0", scene.answer("select count(*) from walferry_dead_letter"));
    }
  }

  /** A key tells rows apart, in letters too. */
  @EachPostgres(
      from = 10,
      quick = {18})
  void aKeyEndsTheFeed(Database server) throws Exception {
    try (Database database = source(server)) {
      database.execute("create table k (id text primary key, v text)");
      Scene scene = scene(database, "").followed();
      database.execute("insert into k values (E'\\xE4', 'a')");
      scene.failed(
          ErrorCode.SOURCE_TEXT_INVALID,
          "column id of public.k (key: id) has a value that is not UTF-8");
    }
  }

  /** Nothing is made of such text; where a destination gets none of it, its row arrives. */
  @EachPostgres(
      from = 10,
      quick = {18})
  void transformsDoNotReadIt(Database server) throws Exception {
    try (Database database = source(server)) {
      Files.writeString(directory.resolve("key"), "0123456789abcdef");
      String columns = "(id int primary key, v text, w text)";
      for (String table : List.of("dropped", "masked", "hashed", "made", "kept")) {
        database.execute(
            "create table %s %s; alter table %1$s replica identity full;".formatted(table, columns)
                + "insert into %s values (1, %s, 'w')".formatted(table, InvalidTextTest.MIXED));
      }
      Scene scene =
          scene(
                  database,
                  ", tables: {public.t: public.u}, transforms: ["
                      + "{tables: [public.dropped], drop: [v], where: 'id < 9'},"
                      + "{tables: [public.masked], mask: {columns: [v, w], last: 1}},"
                      + "{tables: [public.hashed], hmac: {columns: [v], key: {file: key}}},"
                      + "{tables: [public.made], drop: [v], set: {x: {expression: 'v + w'}}},"
                      + "{tables: [public.kept], drop: [v], where: 'v == \"x\" || id < 3'}]")
              .caughtUp();
      for (String table : List.of("dropped", "masked", "kept")) {
        database.execute(
            "insert into %s values (2, %s, 'w'), (9, %2$s, 'w'), (8, 'x', 'w')"
                .formatted(table, InvalidTextTest.MIXED));
      }
      database.execute(
          "update dropped set w = 'new' where id = 1; delete from dropped where id = 2");
      scene.caughtUp();
      assertEquals(
          "1new, 8w",
          scene.answer(
              "select group_concat(id || w, ', ') from (select * from dropped order by id)"));
      assertEquals(
          "hashed 1, kept 1, kept 2, kept 9, made 1, masked 1, masked 2, masked 9, u 2",
          scene.answer(
              "select group_concat(table_name || ' ' || json_extract(after_row, '$.id'), ', ')"
                  + " from (select * from walferry_dead_letter order by table_name, id)"));
      assertEquals("1", scene.answer("select count(*) from kept"));
      assertEquals("1", scene.answer("select count(*) from masked"));
      assertEquals(
          "{\"id\":\"1\",\"v\":\"*******\\u00fc\",\"w\":\"*\"}",
          scene.answer("select after_row from walferry_dead_letter where table_name = 'masked'"));
    }
  }

  @EachPostgres(
      from = 14,
      quick = {18})
  void lanesArePassedBy(Database server) throws Exception {
    try (Database database = source(server)) {
      Scene scene =
          scene(database, "")
              .sink(
                  "{type: postgres, url: '%s', rows: {refused: deadLetter}, apply: {workers: 3}}"
                      .formatted(server.uri()));
      changeMuch(scene, database);
      try (Connection copy = server.connect()) {
        assertSame(copy);
      }
    }
  }

  @EachMysql
  void otherServersGetNothingThatIsNotUtf8(Database server, MysqlDatabase copy) throws Exception {
    try (Database database = source(server)) {
      Scene scene =
          scene(database, "")
              .sink(
                  "{type: mysql, url: '%s', rows: {refused: deadLetter}, apply: {workers: 3}}"
                      .formatted(copy.uri()));
      changeMuch(scene, database);
      try (Connection connection = copy.connect()) {
        assertSame(connection);
      }
    }
  }

  private static void changeMuch(Scene scene, Database database) throws SQLException {
    scene.caughtUp();
    database.execute(
        "do $$ begin for i in 10..400 loop"
            + " insert into t values (i, case when i %% 50 = 0 then %s else 'v' || i end, i);"
                .formatted(InvalidTextTest.MIXED)
            + " end loop; end $$");
    for (int id = 401; id <= 460; id++) {
      database.execute(
          "insert into t values (%d, %s, 0)"
              .formatted(id, id % 20 == 0 ? InvalidTextTest.MIXED : "'ß'"));
    }
    scene.caughtUp();
  }

  private static void assertSame(Connection copy) throws SQLException {
    try (Statement statement = copy.createStatement()) {
      assertEquals(1 + 391 - 8 + 60 - 3, number(statement, "select count(*) from t"));
      assertEquals(
          0,
          number(
              statement,
              "select count(*) from t where id > 9 and v <> concat('v', id) and v <> 'ß'"));
      assertEquals(0, number(statement, "select count(*) from t where id = 2 or v like 'a%'"));
    }
  }

  private static int number(Statement statement, String query) throws SQLException {
    try (ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getInt(1);
    }
  }
}
