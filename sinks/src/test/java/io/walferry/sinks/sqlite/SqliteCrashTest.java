package io.walferry.sinks.sqlite;

import static io.walferry.sinks.SinkCalls.FEED;
import static io.walferry.sinks.SinkCalls.header;
import static io.walferry.sinks.SinkCalls.position;
import static io.walferry.sinks.SinkCalls.published;
import static io.walferry.sinks.SourceTable.INT8;
import static io.walferry.sinks.SourceTable.TEXT;
import static io.walferry.sinks.SourceTable.table;
import static io.walferry.sinks.sqlite.SqliteFixture.rows;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.sink.Claim;
import io.walferry.sink.SinkState;
import io.walferry.sinks.SourceTable;
import io.walferry.testkit.process.ChildJvm;
import io.walferry.testkit.wait.Await;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A process that is killed leaves whole source transactions, and its successor goes on. */
final class SqliteCrashTest {
  private static final Duration PATIENCE = Await.patience(Duration.ofSeconds(60));
  private static final int ROWS = 2000;

  private static final SourceTable ITEM =
      table("item").key("id", INT8).column("transaction", INT8).column("text", TEXT).build();

  @TempDir private Path directory;

  /** Applies transactions one after another, says where it is, and is killed from outside. */
  static final class Victim {
    private Victim() {}

    public static void main(String[] arguments) {
      try (SqliteSink sink = new SqliteSink(Path.of(arguments[0]), SqliteSettings.DEFAULT)) {
        long next = start(sink);
        for (long number = next; ; number++) {
          sink.begin(header(number));
          for (int row = 0; row < ROWS; row++) {
            String id = String.valueOf(number * ROWS + row);
            sink.append(ITEM.insert(id, String.valueOf(number), "x".repeat(200)));
            if (row == ROWS / 2) {
              System.out.println("half " + number);
            }
          }
          System.out.println("whole " + number);
          sink.commit(position(number));
          System.out.println("durable " + number);
        }
      }
    }

    private static long start(SqliteSink sink) {
      return switch (sink.open(FEED, new Claim())) {
        case SinkState.Following(var position, var saved, var ledger) -> {
          sink.resume(published(ITEM));
          yield position.endLsn().value() + 1;
        }
        case SinkState.Fresh fresh -> load(sink);
      };
    }

    private static long load(SqliteSink sink) {
      sink.prepare(published(ITEM));
      sink.commit(position(1));
      return 2;
    }
  }

  @ParameterizedTest
  @CsvSource({"half 2, 1", "whole 4, 3", "durable 6, 6"})
  void aKilledProcessLeavesWholeTransactions(String moment, long durable) throws SQLException {
    Path file = directory.resolve("shop.db");
    for (int round = 0; round < 2; round++) {
      long before = round == 0 ? 0 : reached(file);
      String awaited =
          moment.substring(0, moment.indexOf(' ') + 1)
              + (Long.parseLong(moment.substring(moment.indexOf(' ') + 1)) + before);
      try (ChildJvm child =
          ChildJvm.running(Victim.class).jvmOptions("-Xmx64m").arguments(file.toString()).start()) {
        child.awaitLine(line -> line.equals(awaited), PATIENCE);
        child.kill();
        child.awaitExit(PATIENCE);
      }
      assertTrue(reached(file) >= durable + before, () -> "after " + awaited);
      assertWhole(file);
    }
  }

  private static long reached(Path file) {
    try (SqliteSink sink = new SqliteSink(file, SqliteSettings.DEFAULT)) {
      return sink.open(FEED, new Claim())
              instanceof SinkState.Following(var position, var saved, var ledger)
          ? position.endLsn().value()
          : 0;
    }
  }

  private static void assertWhole(Path file) throws SQLException {
    long reached = reached(file);
    assertEquals(
        List.of((reached - 1) + "|" + (reached - 1) * ROWS),
        rows(file, "SELECT count(DISTINCT \"transaction\"), count(*) FROM item"));
    assertEquals(
        List.of(),
        rows(file, "SELECT \"transaction\" FROM item GROUP BY 1 HAVING count(*) <> " + ROWS));
    assertEquals(List.of("ok"), rows(file, "PRAGMA integrity_check"));
  }
}
