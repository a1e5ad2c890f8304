package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.error.ErrorCode;
import io.walferry.testkit.junit.EachPostgres;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.io.TempDir;

/** A database with the encoding SQL_ASCII takes bytes that are no UTF-8. */
@Postgres
final class InvalidTextTest {
  @TempDir private Path directory;

  /** Two letters of Latin-1 and one of UTF-8, in a value with a tab and a backslash. */
  static final String MIXED = "E'a\\xE4\\xF6\\tb\\\\c' || E'\\xC3\\xBC'";

  private static final String REPLACED = "a\uFFFD\uFFFD\tb\\cü";

  @EachPostgres(
      from = 10,
      quick = {14, 18})
  void textThatIsNotUtf8StopsAFeedUntilItIsToBeReplaced(Database server) throws Exception {
    try (Database database = unencoded(server)) {
      Scene scene = new Scene(database, directory).withTable();
      database.execute(
          "create table \"größe\" (id int primary key, \"spüle\" text, n int);"
              + "insert into \"größe\" values (1, 'ünder �', 1)");
      CapturedRun check = CapturedRun.plain();
      var unused = check.execute("check", database.uri());
      assertTrue(check.out().contains("note     encoding: SQL_ASCII"), check.out());
      scene.followed();
      assertEquals("ünder �", scene.answer("select \"spüle\" from \"größe\" where id = 1"));

      database.execute("insert into \"größe\" values (2, %s, 2)".formatted(MIXED));
      scene.failed(
          ErrorCode.SOURCE_TEXT_INVALID,
          "column spüle of public.größe (key: id) has a value that is not UTF-8, in a database with"
              + " the encoding SQL_ASCII");
      scene.failed(ErrorCode.SOURCE_TEXT_INVALID, "public.größe");

      scene.source("invalidText: replace").caughtUp();
      assertEquals(REPLACED, scene.answer("select \"spüle\" from \"größe\" where id = 2"));
      database.execute(
          "alter table \"größe\" replica identity full;"
              + "update \"größe\" set n = 3 where id = 2; update \"größe\" set n = 4 where id = 1");
      scene.caughtUp();
      assertEquals(
          REPLACED + "3", scene.answer("select \"spüle\" || n from \"größe\" where id = 2"));
      database.execute("update \"größe\" set \"spüle\" = 'ganz' where id = 2");
      scene.caughtUp();
      assertEquals("ganz3", scene.answer("select \"spüle\" || n from \"größe\" where id = 2"));
    }
  }

  @EachPostgres(
      from = 10,
      quick = {14, 18})
  void existingRowsAreJudgedAlike(Database server) throws Exception {
    try (Database database = unencoded(server)) {
      database.execute(
          "create table t (id int primary key, v text, w text[]);"
              + "insert into t values (1, 'x', '{y}'), (2, %s, array[%s])".formatted(MIXED, MIXED));
      String named = "publication: \"gr\\u00f6\\u00dfe\"";
      Scene scene = new Scene(database, directory).source(named);
      scene.failed(ErrorCode.SOURCE_TEXT_INVALID, "column v of public.t (key: id)");
      scene.source(named + ", invalidText: replace").caughtUp();
      assertEquals(REPLACED, scene.answer("select v from t where id = 2"));
      assertEquals("{\"a\uFFFD\uFFFD\tb\\\\cü\"}", scene.answer("select w from t where id = 2"));
    }
  }

  /** Rows without a key may be equal anyway; and what could go in binary goes as text. */
  @EachPostgres(
      from = 14,
      quick = {14, 18})
  void rowsWithoutAKeyArriveInPostgres(Database server) throws Exception {
    arrive(server, "f", "");
  }

  @EachPostgres(
      from = 14,
      quick = {18})
  void rowsOnTheirWayToAnotherNameAreTextToo(Database server) throws Exception {
    arrive(server, "g", ", tables: {public.f: public.g}");
  }

  private void arrive(Database server, String name, String settings) throws Exception {
    try (Database database = unencoded(server)) {
      database.execute(
          "create table f (v text, n int); alter table f replica identity full;"
              + "insert into f values (%s, 1), ('ü', 2)".formatted(MIXED));
      Scene scene = new Scene(database, directory);
      scene.sink("{type: postgres, url: '%s'%s}".formatted(server.uri(), settings));
      scene.source("invalidText: replace").caughtUp();
      database.execute(
          "update f set n = 3 where n = 1; insert into f values (%s, 4)".formatted(MIXED));
      scene.caughtUp();
      assertEquals(
          "ü2, %s3, %s4".formatted(REPLACED, REPLACED),
          server.answer("select string_agg(v || n, ', ' order by n) from " + name));
    }
  }

  /** Two keys could become one, so that a row would be lost without a word. */
  @EachPostgres(
      from = 10,
      quick = {18})
  void inAKeyNothingIsReplaced(Database server) throws Exception {
    try (Database database = unencoded(server)) {
      Scene scene = new Scene(database, directory).withTable();
      database.execute("create table k (id text primary key, v text)");
      scene.source("invalidText: replace").followed();
      database.execute("insert into k values (E'\\xE4', 'a'); update item set v = 'w'");
      scene.failed(
          ErrorCode.SOURCE_TEXT_INVALID,
          "column id of public.k (key: id) has a value that is not UTF-8, in a database with the"
              + " encoding SQL_ASCII; in a key nothing can be replaced");
      scene.source("invalidText: replace, tables: [public.item]").caughtUp();
      assertEquals("w", scene.answer("select v from item"));
      database.execute("delete from k");
    }
  }

  /** The prefix of a message is no name of anything. */
  @EachPostgres(
      from = 14,
      quick = {18})
  void aMessageStopsNothing(Database server) throws Exception {
    try (Database database = unencoded(server)) {
      Scene scene = new Scene(database, directory).withTable().followed();
      database.execute(
          "select pg_logical_emit_message(true, E'\\xE4', 'x'); update item set v = 'w'");
      scene.caughtUp();
      assertEquals("w", scene.answer("select v from item"));
    }
  }

  static Database unencoded(Database server) throws SQLException {
    String name = server.name() + "_ascii";
    server.execute(
        "create database %s template template0 encoding 'SQL_ASCII' lc_collate 'C' lc_ctype 'C'"
            .formatted(name));
    return new Database(server.server(), name);
  }
}
