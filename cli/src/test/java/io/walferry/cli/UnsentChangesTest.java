package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.walferry.testkit.junit.EachPostgres;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.io.TempDir;

/** Sees that a feed warns of what is done to its tables and is in no stream. */
@Postgres
final class UnsentChangesTest {
  private static final String PARTITIONS =
      """
      create table m (id int, day int, v text, primary key (id, day)) partition by range (day);
      create table m1 partition of m for values from (1) to (2);
      create table m2 partition of m for values from (2) to (3);
      create table m3 partition of m for values from (3) to (4) partition by range (id);
      create table m3a partition of m3 for values from (0) to (100);
      insert into m select i, 1 + i % 3, 'v' || i from generate_series(1, 9) i;
      create table late (id int, day int, v text, primary key (id, day));
      insert into late values (1, 5, 'late');
      create table o (id int primary key);
      """;

  @TempDir private Path directory;

  @EachPostgres(
      from = 13,
      quick = {14, 18})
  void namesWhatIsDoneToPartitions(Database database) throws Exception {
    database.execute(PARTITIONS);
    Scene scene = scene(database, "public.m, public.o");
    Scene.Running feed = scene.start().awaitSaid("Followed with partitions: public.m");
    database.execute("truncate m1");
    feed.awaitSaid("Table public.m, partition public.m1: truncated, or its rows were written anew");
    database.execute("alter table m attach partition late for values from (5) to (6)");
    feed.awaitSaid(
        "Table public.m, partition public.late: attached: rows that it had then are not in the"
            + " stream; 'walferry reload public.m' reads the table again");
    database.execute("alter table m detach partition late");
    database.execute("alter table m attach partition late for values from (5) to (6)");
    database.execute("alter table m detach partition m2; drop table m3a");
    feed.awaitSaid(
        "Table public.m, partition public.m2, public.m3a: detached or dropped: rows that it had"
            + " then stay at the destination");
    database.execute("create unlogged table m8 partition of m for values from (8) to (9)");
    feed.awaitSaid("Table public.m, partition public.m8: unlogged, so that changes of its rows");
    database.execute("alter table m8 set logged");
    feed.awaitSaid("Table public.m, partition public.m8: was unlogged for a while");
    feed.stop();
    String said = feed.run().err();
    assertEquals(3, said.split("public.late: attached", -1).length, said);
  }

  /** These are in the stream, or change no row. */
  @EachPostgres(
      from = 13,
      quick = {14, 18})
  void saysNothingOfWhatIsSent(Database database) throws Exception {
    database.execute(
        PARTITIONS + "create unlogged table m7 partition of m for values from (7) to (8)");
    Scene scene = scene(database, "public.m, public.o");
    Scene.Running feed = scene.start().awaitSaid("Followed with partitions: public.m");
    database.execute(
        "truncate m; create table m9 partition of m for values from (9) to (10); alter table m9"
            + " rename to m10; insert into m values (1, 9); alter table m1 rename to first");
    database.execute("alter table m10 rename to m11; delete from m where id = -1");
    database.execute("create unlogged table last partition of m for values from (8) to (9)");
    feed.awaitSaid("Table public.m, partition public.last: unlogged");
    scene.awaitAnswer("1", "select count(*) from m");
    database.execute("drop table m; insert into o values (3)");
    scene.awaitAnswer("3", "select max(id) from o");
    feed.stop();
    String said = feed.run().err();
    assertFalse(said.contains("anew"), said);
    assertFalse(said.contains(": attached"), said);
    assertFalse(said.contains(": detached"), said);
  }

  @EachPostgres(
      from = 13,
      quick = {14, 18})
  void namesTablesThatAreUnlogged(Database database) throws Exception {
    database.execute(PARTITIONS + "create publication \"" + database.name() + "\" for all tables");
    database.execute("create unlogged table never (id int primary key)");
    Scene scene = scene(database, "public.*");
    scene.start().awaitSaid("so these are not followed: public.never").stop();
    Scene.Running feed = scene.start().awaitSaid("so these are not followed: public.never");
    feed.awaitSaid("following from");
    database.execute("alter table o set unlogged; insert into o values (7)");
    feed.awaitSaid("Table public.o: unlogged, so that changes of its rows are not in the stream");
    database.execute("alter table o set logged; insert into late values (2, 5, 'more')");
    feed.awaitSaid(
        "Table public.o: was unlogged for a while, and changes of that time are missing");
    scene.awaitAnswer("2", "select count(*) from late");
    assertEquals("0", scene.answer("select count(*) from o"));
    database.execute("alter publication \"" + database.name() + "\" set (publish = 'insert')");
    feed.awaitSaid("does not carry UPDATE, DELETE, TRUNCATE any more");
    feed.stop();
  }

  private Scene scene(Database database, String tables) throws SQLException {
    return new Scene(database, directory)
        .source("tables: [" + tables + "]")
        .pipeline("statusInterval: 1s");
  }
}
