package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.error.ErrorCode;
import io.walferry.testkit.junit.EachPostgres;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.io.TempDir;

/**
 * A table that is followed becomes another one, of which the stream may have nothing at all: what
 * {@code source.replaced} says happens, while a feed runs and at a start.
 */
@Postgres
final class ReplacedTableWaysTest {
  /** Into other columns, types and another key. */
  private static final String SWAP =
      "begin; alter table t rename to t_old; alter table t_new rename to t; commit;";

  private static final String ROWS =
      "select group_concat(id || v, ' ') from (select * from t order by id)";
  private static final String NEW_ROWS =
      "select group_concat(v || ifnull(n, '-'), ' ') from (select * from t order by v)";
  private static final String OTHER =
      "select group_concat(id, ' ') from (select * from o order by id)";

  private static final String STATE = "select state from walferry_position";

  @TempDir private Path directory;

  /** The publication names its tables, so that the stream never has a row of the new one. */
  @EachPostgres(
      from = 10,
      quick = {14, 18})
  void aSwapStopsAFeedWhichHasWaysOnFromThere(Database database) throws Exception {
    Scene scene = scene(database).source("tables: [public.t, public.o]");
    Scene.Running feed = scene.start().awaitSaid("following from");
    database.execute("insert into t values (3, 'c')");
    database.execute(SWAP);
    database.execute("insert into o values (2)");
    feed.awaitFailed(
        ErrorCode.SOURCE_TABLE_REPLACED,
        "a table was replaced at the source: public.t, which was followed, is called public.t_old"
            + " now, and another table has its name; publication %s does not carry public.t. Run:"
                .formatted(database.name()),
        add(database));
    assertEquals("1a 2b 3c", scene.answer(ROWS));
    scene.failed(ErrorCode.PUBLICATION_INCOMPLETE, add(database));

    database.execute(add(database));
    database.execute("insert into t values (9, 'neu')");
    scene.failed(ErrorCode.SOURCE_TABLE_REPLACED, "another table has its name");
    scene.source("tables: [public.t, public.o], replaced: reload");
    scene.failed(
        ErrorCode.DESTINATION_SHAPE, "public.t: expected primary key (v), got primary key (n)");
    scene.tell("drop table t");
    feed = scene.start().awaitSaid("following from");
    assertEquals("neu9 x- y5", scene.answer(NEW_ROWS));
    database.execute("update t set n = 6 where v = 'y'; delete from t where v = 'neu'");
    scene.awaitAnswer("x- y6", NEW_ROWS);
    assertEquals("1 2", scene.answer(OTHER));
    feed.stop();
    scene.source("tables: [public.t, public.o]").followed();
  }

  @EachPostgres(
      from = 10,
      quick = {14, 18})
  void aFeedLoadsWhatHasTheNameNow(Database database) throws Exception {
    Scene scene = scene(database).source("replaced: reload");
    database.execute(
        "drop table t_new; create table t_new (id bigint primary key, v varchar(9));"
            + "insert into t_new values (5, 'y'), (6, 'x')");
    Scene.Running feed = scene.start().awaitSaid("following from");
    database.execute(SWAP.replace("commit;", add(database) + " commit;"));
    scene.awaitAnswer("5y 6x", ROWS);
    database.execute("insert into t values (1, 'z'); insert into o values (2)");
    scene.awaitAnswer("1 2", OTHER);
    assertEquals("1z 5y 6x", scene.answer(ROWS));

    database.execute(
        "begin; drop table t; create table t (id int primary key, w int, v text);"
            + "insert into t values (7, 8, 'g');"
            + add(database)
            + " commit");
    scene.awaitAnswer("7g", ROWS);
    assertEquals("8", scene.answer("select w from t"));
    feed.stop();
  }

  /** Nothing can be loaded that is not published: a feed has to be told so. */
  @EachPostgres(
      from = 10,
      quick = {18})
  void whatIsNotPublishedCannotBeLoaded(Database database) throws Exception {
    Scene scene = scene(database).source("replaced: reload");
    Scene.Running feed = scene.start().awaitSaid("following from");
    database.execute("drop table t; create table t (id int primary key, v text)");
    feed.awaitFailed(
        ErrorCode.PUBLICATION_INCOMPLETE,
        "public.t, which was followed, was dropped, and another table has its name",
        add(database));
    database.execute("insert into t values (1, 'q'); " + add(database));
    scene.caughtUp();
    assertEquals("1q", scene.answer(ROWS));
  }

  @EachPostgres(
      from = 10,
      quick = {14, 18})
  void aTableIsLeftAsItIs(Database database) throws Exception {
    String leave = "tables: [public.t, public.o], replaced: leave";
    Scene scene = scene(database).source(leave);
    Scene.Running feed = scene.start().awaitSaid("following from");
    database.execute(SWAP);
    feed.awaitSaid("its rows at the destination stay as they are");
    database.execute("insert into t_old values (3, 'c'); insert into o values (2)");
    scene.awaitAnswer("1 2", OTHER);
    feed.stop();
    for (int start = 3; start < 5; start++) {
      database.execute("insert into o values (%d); update t_old set v = 'd'".formatted(start));
      scene.caughtUp();
      assertEquals("1a 2b", scene.answer(ROWS));
    }
    assertEquals("1 2 3 4", scene.answer(OTHER));
    scene.source("tables: [public.o]").caughtUp();
    database.execute("begin; alter table t rename to t_new; alter table t_old rename to t; commit");
  }

  /** Reads what was left out meanwhile. */
  @EachPostgres(
      from = 10,
      quick = {18})
  void oneThatComesBackToItsNameIsLoadedAgain(Database database) throws Exception {
    Scene scene = scene(database).source("replaced: leave").followed();
    database.execute(
        "alter table t rename to t_old; update t_old set v = 'left'; insert into o values (2)");
    scene.caughtUp();
    assertEquals("1a 2b", scene.answer(ROWS));
    assertEquals("1 2", scene.answer(OTHER));
    database.execute("alter table t_old rename to t");
    scene.caughtUp();
    assertEquals("1left 2left", scene.answer(ROWS));
  }

  @EachPostgres(
      from = 10,
      quick = {18})
  void changesUnderAnotherNameWaitUntilItIsKnownWhatBecameOfTheTable(Database database)
      throws Exception {
    Scene scene = scene(database).source("replaced: reload");
    Scene.Running feed = scene.start().awaitSaid("following from");
    database.execute(
        "alter table t rename to t_old; update t_old set v = 'under another name';"
            + " insert into o values (2)");
    scene.awaitAnswer("1 2", OTHER);
    assertEquals("1a 2b", scene.answer(ROWS));
    database.execute("alter table t_old rename to t; update t set v = v || id");
    scene.awaitAnswer("1under another name1 2under another name2", ROWS);
    feed.awaitSaid("public.t, which is followed, had another name for a while: it is loaded again");
    feed.stop();
  }

  /** A table that is renamed comes as a new one. */
  @EachPostgres(
      from = 10,
      quick = {18})
  void aTableThatIsRenamedIsFollowedUnderItsNewName(Database database) throws Exception {
    Scene scene = scene(database).source("replaced: reload").followed();
    database.execute(
        "alter table t rename to t2; create view t as select * from t2; update t2 set v = 'z'");
    scene.caughtUp();
    assertEquals("1a 2b", scene.answer(ROWS));
    assertEquals("1z 2z", scene.answer(ROWS.replace("from t ", "from t2 ")));
  }

  /** The source does not tell of a table that no publication carries. */
  @EachPostgres(
      from = 14,
      quick = {14, 18})
  void aSwapIsNoticedToWhereTheSourceTellsOfDdl(Database database) throws Exception {
    Scene scene = scene(database).source("tables: ['public.?']");
    assertEquals(0, CapturedRun.plain().execute("ddl", "install", database.uri()));
    Scene.Running feed = scene.start().awaitSaid("following from");
    database.execute("drop table t_new; create table t_new (id int primary key, v text, w int)");
    database.execute("insert into t values (3, 'c')");
    database.execute(SWAP);
    feed.awaitFailed(
        ErrorCode.SOURCE_TABLE_REPLACED,
        "public.t, which was followed, is called public.t_old",
        add(database));
    assertEquals("1a 2b 3c", scene.answer(ROWS));
    scene.start().awaitFailed(ErrorCode.SOURCE_TABLE_REPLACED, add(database));

    database.execute("insert into t values (7, 'g', 8)");
    database.execute(add(database));
    scene.source("tables: ['public.?'], replaced: reload").caughtUp();
    assertEquals("7g", scene.answer(ROWS));
    assertEquals("following", scene.answer(STATE));
  }

  @EachPostgres(
      from = 14,
      quick = {18})
  void whatComesToANameThatWasLeftIsLoaded(Database database) throws Exception {
    Scene scene = scene(database).source("tables: [public.t, public.o], replaced: reload");
    assertEquals(0, CapturedRun.plain().execute("ddl", "install", database.uri()));
    Scene.Running feed = scene.start().awaitSaid("following from");
    database.execute(
        "begin; alter table t rename to t_old; create table t (id int primary key, v text);"
            + "insert into t values (7, 'g');"
            + add(database)
            + " commit; insert into t values (8, 'h')");
    scene.awaitAnswer("7g 8h", ROWS);
    database.execute("update t set v = 'i'; insert into o values (2)");
    scene.awaitAnswer("1 2", OTHER);
    assertEquals("7i 8i", scene.answer(ROWS));
    feed.stop();
  }

  /** The stream shows what happened before the source was made to tell of it. */
  @EachPostgres(
      from = 14,
      quick = {18})
  void aSwapFromBeforeTheSourceToldOfDdlHasTheSameWaysOn(Database database) throws Exception {
    Scene scene = scene(database).followed();
    database.execute(
        "drop table t_new; create table t_new (id int primary key, v text);"
            + "insert into t_new values (5, 'e');"
            + SWAP
            + "insert into t_old values (3, 'c')");
    scene.failed(ErrorCode.SOURCE_TABLE_REPLACED, add(database));
    database.execute(add(database));
    assertEquals(0, CapturedRun.plain().execute("ddl", "install", database.uri()));
    scene.source("replaced: reload").caughtUp();
    assertEquals("5e", scene.answer(ROWS));
  }

  /** Reads what was changed where no publication carries it, which is in no stream. */
  @EachPostgres(
      from = 15,
      quick = {18})
  void aTableThatWasAwayIsLoadedAgain(Database database) throws Exception {
    Scene scene = scene(database);
    database.execute(
        "drop publication \"%s\"; create publication \"%s\" for tables in schema public; create schema x"
            .formatted(database.name(), database.name()));
    Scene.Running feed = scene.start().awaitSaid("following from");
    database.execute("alter table t set schema x; insert into x.t values (3, 'c')");
    feed.awaitSaid("public.t, which was followed, is called x.t now; its rows");
    database.execute("alter table x.t set schema public");
    scene.awaitAnswer("1a 2b 3c", ROWS);
    feed.stop();
  }

  @EachPostgres(
      from = 10,
      quick = {18})
  void aTableThatWasAlteredBeforeItWasMadeAgainIsLoaded(Database database) throws Exception {
    Scene scene = scene(database);
    database.execute(
        "drop publication \"%s\"; create publication \"%s\" for all tables"
            .formatted(database.name(), database.name()));
    scene.source("tables: [public.t, public.o], replaced: reload").followed();
    database.execute(
        "alter table t alter v type varchar(3) using 'x'; insert into t values (4, 'y');alter table"
            + " t alter v type bytea using 'z'; insert into t values (5, 'y');drop table t; create"
            + " table t (id int primary key, v text); insert into t values (6, 'f')");
    scene.caughtUp();
    assertEquals("6f", scene.answer(ROWS));
  }

  /** Its partitions are tables that are new to the feed. */
  @EachPostgres(
      from = 13,
      quick = {18})
  void aSuccessorOfPartitionsStopsNothing(Database database) throws Exception {
    Scene scene = scene(database).source("replaced: reload").followed();
    database.execute(
        "begin; alter table t rename to t_old; create table t (id int primary key, v text)"
            + " partition by range (id);create table p partition of t default; insert into t values"
            + " (7, 'g');"
            + "alter publication \"%s\" add table p; commit".formatted(database.name()));
    scene.caughtUp();
    assertEquals("7g", scene.answer(ROWS.replace("from t ", "from p ")));
    assertEquals("following", scene.answer(STATE));
  }

  @EachPostgres(
      from = 10,
      quick = {18})
  void theOnlyTableOfAFeedMayBeLeft(Database database) throws Exception {
    Scene scene = scene(database).source("tables: [public.t], replaced: leave").followed();
    database.execute(SWAP);
    for (int start = 0; start < 2; start++) {
      scene.caughtUp();
      assertEquals("following", scene.answer(STATE));
    }
    assertEquals("1a 2b", scene.answer(ROWS));
  }

  @EachPostgres(
      from = 10,
      quick = {18})
  void aTableThatIsDroppedUnderAnotherNameHoldsNothingUp(Database database) throws Exception {
    Scene scene = scene(database).source("replaced: reload");
    Scene.Running feed = scene.start().awaitSaid("following from");
    database.execute("alter table t rename to x; update x set v = 'x'; drop table x");
    feed.awaitSaid("public.t, which was followed, was dropped; its rows at the destination stay");
    scene.awaitAnswer("following", STATE);
    feed.stop();
  }

  /** A run that ends by itself ends behind that. */
  @EachPostgres(
      from = 10,
      quick = {18})
  void aBacklogUnderAnotherNameIsLoadedAgain(Database database) throws Exception {
    Scene scene = scene(database).source("replaced: reload").followed();
    database.execute("alter table t rename to x; update x set v = 'x'; alter table x rename to t");
    scene.caughtUp();
    assertEquals("1x 2x", scene.answer(ROWS));
    assertEquals("following", scene.answer(STATE));
  }

  /** Many drop a table for good, and nobody is to get up for that at night. */
  @EachPostgres(
      from = 10,
      quick = {18})
  void aTableThatIsDroppedStopsNothing(Database database) throws Exception {
    Scene scene = scene(database);
    Scene.Running feed = scene.start().awaitSaid("following from");
    database.execute("drop table t");
    feed.awaitSaid("public.t, which was followed, was dropped; its rows at the destination stay");
    database.execute("insert into o values (2)");
    scene.awaitAnswer("1 2", OTHER);
    feed.stop();
    scene.caughtUp();
    assertEquals("1a 2b", scene.answer(ROWS));
  }

  private static String add(Database database) {
    return "ALTER PUBLICATION \"%s\" ADD TABLE \"public\".\"t\";".formatted(database.name());
  }

  private Scene scene(Database database) throws SQLException {
    database.execute(
        "create table t (id int primary key, v text); insert into t values (1, 'a'), (2, 'b');"
            + "create table o (id int primary key); insert into o values (1);"
            + "create publication \"%s\" for table t, o".formatted(database.name()));
    database.execute(
        "create table t_new (n bigint, v varchar(9) primary key);"
            + "insert into t_new values (null, 'x'), (5, 'y')");
    return new Scene(database, directory).pipeline("statusInterval: 1s");
  }
}
