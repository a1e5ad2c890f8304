package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.error.ErrorCode;
import io.walferry.testkit.junit.EachPostgres;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code source.where}: rows that nobody wants never leave the server. */
@Postgres(18)
final class SourceWhereTest {
  private static final String CONTENTS = "select id, v, length(big) from t order by id";

  /** A condition that the source understands; what is too large for a row is not in its log. */
  private static final String TABLES =
      """
      create table t (id int primary key, v text, big text);
      alter table t alter big set storage external, replica identity full;
      insert into t select i, case i % 2 when 0 then 'in' else 'out' end, repeat('x', 5000)
        from generate_series(1, 10) i;
      create table "Odd.ly" (id int primary key) partition by range (id);
      create table part partition of "Odd.ly" for values from (0) to (100);
      insert into "Odd.ly" select generate_series(1, 20);
      create table whole (id int primary key);
      insert into whole values (1);
      """;

  private static final String WHERE =
      "tables: ['public.*'], where: {public.t: \"v = 'in' -- and no more\","
          + " 'public.\"Odd.ly\"': id > 15}";

  @TempDir private Path directory;

  @EachPostgres(from = 15)
  void onlyRowsThatMatchAreLoadedAndFollowed(Database database) throws Exception {
    database.execute(TABLES);
    Scene scene = new Scene(database, directory).source(WHERE);
    run(scene);
    assertSame(database);
    database.execute(
        """
        update t set v = 'out' where id in (2, 4);
        update t set v = 'in' where id in (1, 3);
        update t set id = -id where id in (5, 6);
        update t set v = 'in', id = 70 where id = 7;
        delete from t where id in (8, 9);
        insert into t values (20, 'in', 'a'), (21, 'out', 'b'), (22, null, 'c');
        insert into "Odd.ly" values (21), (0); delete from "Odd.ly" where id in (1, 16);
        update "Odd.ly" set id = 50 where id = 2; update "Odd.ly" set id = 9 + 90 where id = 17;
        insert into whole values (2);
        """);
    run(scene);
    assertSame(database);
    assertEquals(
        List.of("1 in 5000", "3 in 5000", "10 in 5000", "-6 in 5000", "20 in 1", "70 in 5000")
            .stream()
            .sorted()
            .toList(),
        copy(CONTENTS).stream().sorted().toList());
  }

  /** A publication is never altered, so somebody should know that it sends more. */
  @Test
  void aPublicationThatIsThereStaysAsItIs(Database database) throws Exception {
    database.execute(TABLES);
    database.execute(
        "create publication \"%s\" for table t, \"Odd.ly\" where (id > 5), whole with"
                .formatted(database.name())
            + " (publish_via_partition_root)");
    Scene scene = new Scene(database, directory).source(WHERE);
    Scene.Running running = scene.start();
    running.awaitSaid(
        "WARN Publication "
            + database.name()
            + " has no row filter for public.t: 'source.where' counts only when one is made. Once"
            + " the replica identity has its columns, run: ALTER PUBLICATION");
    running.awaitSaid("following from").stop();
    assertEquals(List.of("10"), copy("select count(*) from t"));
    assertEquals(List.of("15"), copy("select count(*) from \"Odd.ly\""));
    CapturedRun check = scene.command("validate", "--connect");
    assertTrue(check.out().contains("none for public.t"), check.out());
    database.execute(
        "alter publication \"%1$s\" drop table t; alter publication \"%1$s\" add table t where (v = 'in')"
            .formatted(database.name()));
    run(scene);
    assertEquals(List.of("5"), copy("select count(*) from t"));
    Scene.Running again = scene.start();
    again.awaitSaid("has row filters of its own; 'source.where' counts only");
    again.awaitSaid("following from").stop();
  }

  @Test
  void whatWouldBreakUpdatesAtTheSourceIsRefused(Database database) throws Exception {
    Scene scene =
        new Scene(database, directory).withTable().source("where: {public.item: v is not null}");
    CapturedRun check = scene.command("validate", "--connect");
    assertTrue(check.out().contains("it lacks v"), check.out());
    scene.refused(
        ErrorCode.REPLICA_IDENTITY_MISSING,
        "publication " + database.name() + " was not created",
        "public.item (it lacks v). Run: ALTER TABLE \"public\".\"item\" REPLICA IDENTITY FULL;");
    database.execute("alter table item replica identity full");
    run(scene);
    database.execute("update item set v = 'new'");
  }

  @Test
  void conditionsThatMeanNothingAreRefused(Database database) throws Exception {
    Scene scene = new Scene(database, directory).withTable();
    scene
        .source("where: {public.item: w > 5}")
        .refused(
            ErrorCode.CONFIGURATION_INVALID,
            "with 'source.where' for public.item: column \"w\" does not exist");
    scene
        .source("where: {public.itme: v is null}")
        .refused(ErrorCode.CONFIGURATION_INVALID, "'source.where' names public.itme, of which");
  }

  @Test
  @Postgres(14)
  void anOlderServerIsRefusedWhetherOrNotThereIsAPublication(Database database) throws Exception {
    Scene scene = new Scene(database, directory).withTable().source("where: {public.item: id > 0}");
    String message = "needs PostgreSQL 15 or later, and the source is 14: use 'where' in";
    scene.refused(ErrorCode.CONFIGURATION_INVALID, message);
    CapturedRun check = scene.command("validate", "--connect");
    assertTrue(check.out().contains(message), check.out());
    database.execute("create publication \"%s\" for table item".formatted(database.name()));
    scene.refused(ErrorCode.CONFIGURATION_INVALID, message);
  }

  private static void run(Scene scene) {
    CapturedRun run = scene.command("run", "--until-lsn", "now");
    assertTrue(run.err().contains("following from"), run.err());
  }

  private void assertSame(Database database) throws SQLException {
    for (String query :
        List.of(
            CONTENTS.replace("order", "where v = 'in' order"),
            "select id from \"Odd.ly\" where id > 15 order by id",
            "select id from whole order by id")) {
      try (Connection source = database.connect()) {
        String all = query.replaceAll("where .*(?=order)", "");
        assertEquals(rows(source, query), copy(all), query);
      }
    }
  }

  private List<String> copy(String query) throws SQLException {
    try (Connection copy =
        DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("copy.db"))) {
      return rows(copy, query);
    }
  }

  private static List<String> rows(Connection connection, String query) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      while (result.next()) {
        List<String> row = new ArrayList<>();
        for (int column = 1; column <= result.getMetaData().getColumnCount(); column++) {
          row.add(String.valueOf(result.getString(column)));
        }
        rows.add(String.join(" ", row));
      }
    }
    return rows;
  }
}
