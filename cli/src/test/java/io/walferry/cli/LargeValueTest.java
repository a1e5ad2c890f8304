package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.error.ErrorCode;
import io.walferry.testkit.junit.EachMysql;
import io.walferry.testkit.junit.EachPostgres;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.mysql.MysqlDatabase;
import io.walferry.testkit.postgres.Database;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.StringJoiner;
import org.junit.jupiter.api.io.TempDir;

/** Sends values that are a good part of the heap, which is divided as the launcher does it. */
@Postgres
final class LargeValueTest {
  private static final double TIMES = 2.5;
  private static final LargeValue LARGE = new LargeValue(1_980_000);
  private static final String ROWS =
      "SELECT string_agg(concat_ws(' ', id, small, md5(body), md5(more::text), md5(data)), E'\\n'"
          + " ORDER BY id) FROM t";

  /** Fits into the packet of 64 MiB that MySQL takes, and not into the 16 MiB of MariaDB. */
  private static final LargeValue OF_A_PACKET = new LargeValue(1_140_000);

  @TempDir Path directory;

  @EachPostgres(
      from = 10,
      quick = {13})
  void sqliteTakesThemInTwoAndAHalfTimesTheirSize(Database database) throws Exception {
    arrive(database, new Scene(database, directory), LARGE);
    assertEquals(database.answer(ROWS), copied());
  }

  /** Sees transactions that come while they are in progress, which 13 cannot send. */
  @EachPostgres(
      from = 14,
      quick = {18})
  void postgresTakesThemInTwoAndAHalfTimesTheirSize(Database database) throws Exception {
    try (Database copy = database.server().createDatabase(database.name() + "_copy")) {
      String sink = "{type: postgres, url: '%s'}".formatted(copy.uri());
      arrive(database, new Scene(database, directory).sink(sink), LARGE);
      assertEquals(database.answer(ROWS), copy.answer(ROWS));
    }
  }

  @EachMysql
  void mysqlAndMariadbTakeThemInTwoAndAHalfTimesTheirSize(Database database, MysqlDatabase copy)
      throws Exception {
    String sink = "{type: mysql, url: '%s'}".formatted(copy.uri());
    arrive(database, new Scene(database, directory).sink(sink), OF_A_PACKET);
    assertEquals(database.answer(ROWS), copied(copy));
  }

  @EachPostgres(
      from = 10,
      quick = {18})
  void whatDoesNotFitSaysItsTableItsColumnAndTheHeapThatIsEnough(Database database)
      throws Exception {
    create(database);
    Scene scene = new Scene(database, directory);
    database.execute("INSERT INTO t (id, body) VALUES (4, " + LARGE.text() + ")");
    requireTooLarge(scene);
    database.execute("DELETE FROM t WHERE id = 4");
    LargeValue.run(scene, 96, 0);
    database.execute("UPDATE t SET body = " + LARGE.text() + " WHERE id = 2");
    requireTooLarge(scene);
    LargeValue.run(scene, LARGE.heapMib(TIMES), 0);
    assertEquals(database.answer(ROWS), copied());
  }

  private void requireTooLarge(Scene scene) {
    String said = LargeValue.run(scene, 96, ErrorCode.MEMORY_EXHAUSTED.exitStatus());
    String expected =
        "no memory for column body of table public.t, which has %,d bytes: the heap"
            .formatted(LARGE.bytes());
    assertTrue(said.contains(expected), said);
    assertTrue(said.contains("-Xmx%dm is enough".formatted(128 + 4 * 78)), said);
  }

  /** Brings them by the load, as new rows, in changed ones, and as what an update leaves alone. */
  private void arrive(Database database, Scene scene, LargeValue value) throws Exception {
    String large = value.text();
    create(database);
    database.execute("INSERT INTO t (id, body) VALUES (4, " + large + ")");
    database.execute("INSERT INTO t (id, data) VALUES (8, " + value.binary() + ")");
    LargeValue.run(scene, value.heapMib(TIMES), 0);
    database.execute(
        "INSERT INTO t (id, body) SELECT g, " + large + " FROM unnest('{5,6}'::int[]) g");
    database.execute("INSERT INTO t (id, data) VALUES (9, " + value.binary() + ")");
    database.execute("UPDATE t SET body = " + large + ", small = 'x' WHERE id = 1");
    database.execute("UPDATE t SET data = " + value.binary() + " WHERE id = 2");
    database.execute("UPDATE t SET small = 'unchanged' WHERE id IN (4, 5, 8)");
    database.execute("UPDATE t SET more = to_jsonb(" + large + ") WHERE id = 3");
    LargeValue.run(scene, value.heapMib(TIMES), 0);
  }

  private static void create(Database database) throws Exception {
    database.execute(
        "CREATE TABLE t (id int PRIMARY KEY, small text, body text, more jsonb," + " data bytea)");
    database.execute("ALTER TABLE t ALTER body SET STORAGE external");
    database.execute("INSERT INTO t SELECT g, 's', 'b', '[1]' FROM generate_series(1, 3) g");
  }

  private String copied() throws Exception {
    try (Connection copy = DriverManager.getConnection("jdbc:sqlite:" + directory + "/copy.db");
        Statement statement = copy.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT concat_ws(' ', id, small), CAST(body AS BLOB), CAST(more AS BLOB),"
                    + " data, typeof(coalesce(body, '')) FROM t ORDER BY id")) {
      StringBuilder all = new StringBuilder();
      while (rows.next()) {
        all.append(all.isEmpty() ? "" : "\n").append(rows.getString(1));
        for (int column = 2; column <= 4; column++) {
          byte[] value = rows.getBytes(column);
          if (value != null) {
            byte[] md5 = MessageDigest.getInstance("MD5").digest(value);
            all.append(' ').append(HexFormat.of().formatHex(md5));
          }
        }
        assertEquals("text", rows.getString(5));
      }
      return all.toString();
    }
  }

  private static String copied(MysqlDatabase database) throws Exception {
    try (Connection copy = database.connect();
        Statement statement = copy.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT concat_ws(' ', id, small, md5(body), md5(more), md5(data)) FROM t"
                    + " ORDER BY id")) {
      StringJoiner all = new StringJoiner("\n");
      while (rows.next()) {
        all.add(rows.getString(1));
      }
      return all.toString();
    }
  }
}
