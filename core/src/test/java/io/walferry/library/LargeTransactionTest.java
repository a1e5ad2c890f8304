package io.walferry.library;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.SharedServers;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.process.ChildJvm;
import io.walferry.testkit.wait.Await;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A transaction of a hundred times the heap, as text; the server has compressed its rows. */
final class LargeTransactionTest {
  private static final Duration PATIENCE = Await.patience(Duration.ofMinutes(5));
  private static final int HEAP_MB = 24;
  private static final int REPETITIONS = 600;
  private static final int ROWS = (int) (HEAP_MB * 100L * (1 << 20) / (REPETITIONS * 32));

  @TempDir Path directory;

  @Tag("full")
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void passesThroughTheSpool(boolean durable) throws Exception {
    try (Database database = SharedServers.database(18);
        ChildJvm child = start(database, durable)) {
      child.awaitLineOfTalker(line -> line.equals("status LISTENING"), PATIENCE);
      database.execute(
          "INSERT INTO t SELECT g, repeat(md5(g::text), %d) FROM generate_series(1, %d) g"
              .formatted(REPETITIONS, ROWS));
      String said = child.awaitLineOfTalker(line -> line.startsWith("sum "), PATIENCE);
      assertEquals("sum " + expected(), said);
      child.kill();
      child.awaitExit(PATIENCE);
    }
  }

  private ChildJvm start(Database database, boolean durable) throws Exception {
    database.execute("CREATE TABLE t (id int PRIMARY KEY, filler text)");
    return ChildJvm.running(LargeTransactionMain.class)
        .arguments(database.uri(), database.name(), directory.toString(), Boolean.toString(durable))
        .jvmOptions("-Xmx" + HEAP_MB + "m")
        .start();
  }

  private static long expected() throws Exception {
    MessageDigest md5 = MessageDigest.getInstance("MD5");
    CRC32C sum = new CRC32C();
    for (int row = 1; row <= ROWS; row++) {
      byte[] hash = md5.digest(Integer.toString(row).getBytes(StandardCharsets.UTF_8));
      LargeTransactionMain.add(sum, HexFormat.of().formatHex(hash).repeat(REPETITIONS));
    }
    return sum.getValue();
  }
}
