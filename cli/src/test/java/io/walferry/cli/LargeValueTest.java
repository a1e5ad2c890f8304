package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.error.ErrorCode;
import io.walferry.testkit.junit.EachPostgres;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.process.ChildJvm;
import io.walferry.testkit.wait.Await;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.io.TempDir;

/** Sends values that are a good part of the heap, which is divided as the launcher does it. */
@Postgres
final class LargeValueTest {
  private static final Duration PATIENCE = Await.patience(Duration.ofMinutes(2));

  /** Has what COPY escapes, and a character of two bytes. */
  private static final String PART = "md5('x') || E'ü\\t\\\\\\n'";

  private static final int PART_BYTES = 37;
  private static final int PARTS = 2_200_000;
  private static final int VALUE_BYTES = PARTS * PART_BYTES;
  private static final String LARGE = "repeat(%s, %d)".formatted(PART, PARTS);

  private static final int YOUNG_MIB = 64;
  private static final int HEAP_MIB = YOUNG_MIB + (int) (2.5 * VALUE_BYTES / (1 << 20));
  private static final String ROWS =
      "SELECT string_agg(concat_ws(' ', id, small, md5(body), md5(more::text)), E'\\n' ORDER BY id)"
          + " FROM t";

  @TempDir Path directory;

  @EachPostgres(
      from = 10,
      quick = {13})
  void sqliteTakesThemInTwoAndAHalfTimesTheirSize(Database database) throws Exception {
    arrive(database, new Scene(database, directory));
    assertEquals(database.answer(ROWS), copied());
  }

  /** Sees transactions that come while they are in progress, which 13 cannot send. */
  @EachPostgres(
      from = 14,
      quick = {18})
  void postgresTakesThemInTwoAndAHalfTimesTheirSize(Database database) throws Exception {
    try (Database copy = database.server().createDatabase(database.name() + "_copy")) {
      String sink = "{type: postgres, url: '%s'}".formatted(copy.uri());
      arrive(database, new Scene(database, directory).sink(sink));
      assertEquals(database.answer(ROWS), copy.answer(ROWS));
    }
  }

  @EachPostgres(
      from = 10,
      quick = {18})
  void whatDoesNotFitSaysItsTableItsColumnAndTheHeapThatIsEnough(Database database)
      throws Exception {
    create(database);
    Scene scene = new Scene(database, directory);
    database.execute("INSERT INTO t (id, body) VALUES (4, " + LARGE + ")");
    requireTooLarge(scene);
    database.execute("DELETE FROM t WHERE id = 4");
    run(scene, 96, 0);
    database.execute("UPDATE t SET body = " + LARGE + " WHERE id = 2");
    requireTooLarge(scene);
    run(scene, HEAP_MIB, 0);
    assertEquals(database.answer(ROWS), copied());
  }

  private void requireTooLarge(Scene scene) {
    String said = run(scene, 96, ErrorCode.MEMORY_EXHAUSTED.exitStatus());
    String expected =
        "no memory for column body of table public.t, which has %,d bytes: the heap"
            .formatted(VALUE_BYTES);
    assertTrue(said.contains(expected), said);
    assertTrue(said.contains("-Xmx%dm is enough".formatted(128 + 4 * 78)), said);
  }

  /** Brings them by the load, as new rows, in changed ones, and as what an update leaves alone. */
  private void arrive(Database database, Scene scene) throws Exception {
    create(database);
    database.execute("INSERT INTO t (id, body) VALUES (4, " + LARGE + ")");
    run(scene, HEAP_MIB, 0);
    database.execute(
        "INSERT INTO t (id, body) SELECT g, " + LARGE + " FROM unnest('{5,6,7}'::int[]) g");
    database.execute("UPDATE t SET body = " + LARGE + ", small = 'x' WHERE id = 1");
    database.execute("UPDATE t SET small = 'unchanged' WHERE id IN (4, 5)");
    database.execute("UPDATE t SET more = to_jsonb(" + LARGE + ") WHERE id = 3");
    run(scene, HEAP_MIB, 0);
  }

  private static void create(Database database) throws Exception {
    database.execute("CREATE TABLE t (id int PRIMARY KEY, small text, body text, more jsonb)");
    database.execute("ALTER TABLE t ALTER body SET STORAGE external");
    database.execute("INSERT INTO t SELECT g, 's', 'b', '[1]' FROM generate_series(1, 3) g");
  }

  /** Returns what was said. */
  private static String run(Scene scene, int heapMib, int status) {
    try (ChildJvm feed =
        ChildJvm.running(Walferry.class)
            .arguments("run", scene.file().toString(), "--until-lsn", "now")
            .jvmOptions("-Xmx" + heapMib + "m", "-XX:MaxNewSize=" + YOUNG_MIB + "m")
            .jvmOptions("--enable-native-access=ALL-UNNAMED")
            .start()) {
      int ended = feed.awaitExit(PATIENCE);
      String said = String.join("\n", feed.lines());
      assertEquals(status, ended, said);
      return said;
    }
  }

  private String copied() throws Exception {
    try (Connection copy = DriverManager.getConnection("jdbc:sqlite:" + directory + "/copy.db");
        Statement statement = copy.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT concat_ws(' ', id, small), CAST(body AS BLOB), CAST(more AS BLOB),"
                    + " typeof(body) FROM t ORDER BY id")) {
      StringBuilder all = new StringBuilder();
      while (rows.next()) {
        all.append(all.isEmpty() ? "" : "\n").append(rows.getString(1));
        for (int column = 2; column <= 3; column++) {
          byte[] value = rows.getBytes(column);
          if (value != null) {
            byte[] md5 = MessageDigest.getInstance("MD5").digest(value);
            all.append(' ').append(HexFormat.of().formatHex(md5));
          }
        }
        assertEquals("text", rows.getString(4));
      }
      return all.toString();
    }
  }
}
