package io.walferry.bench.compare;

import io.walferry.testkit.postgres.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/**
 * Inserts rows at a steady rate, by several connections whose turns lie evenly beside each other.
 * At most a thousand transactions a second: beyond that rate each has more rows. A commit waits for
 * the disc, as the walsender does. Who is late goes on at once, so that the rate is kept as long as
 * the server can.
 */
final class LatencyWriter {
  private static final int WRITERS = 4;
  private static final int TRANSACTIONS_PER_SECOND_MAX = 1000;
  private static final String INSERT =
      "insert into latency (phase, made, title, price) select ?, clock_timestamp(),"
          + " 'Order ' || i || ' ' || md5(i::text), i / 7.0 from generate_series(1, ?) i";

  private final Database database;
  private final int transactionsPerSecond;
  private final int rowsPerTransaction;

  LatencyWriter(Database database, int rowsPerSecond) {
    this.database = database;
    this.rowsPerTransaction = Math.ceilDiv(rowsPerSecond, TRANSACTIONS_PER_SECOND_MAX);
    this.transactionsPerSecond = rowsPerSecond / rowsPerTransaction;
  }

  int rowsPerTransaction() {
    return rowsPerTransaction;
  }

  /** The rows of each second that were really written. */
  double write(String phase, Duration time) throws SQLException {
    long transactions = time.toMillis() * transactionsPerSecond / 1000;
    long start = System.nanoTime();
    try (ExecutorService writers = Executors.newFixedThreadPool(WRITERS)) {
      List<Future<?>> turns = new ArrayList<>();
      for (int writer = 0; writer < WRITERS; writer++) {
        long first = writer;
        turns.add(
            writers.submit(
                () -> {
                  write(phase, start, first, transactions);
                  return phase;
                }));
      }
      for (Future<?> turn : turns) {
        turn.get();
      }
    } catch (ExecutionException e) {
      throw new SQLException("A writer failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLException("Interrupted while rows were written", e);
    }
    return transactions * rowsPerTransaction * 1e9 / (System.nanoTime() - start);
  }

  private void write(String phase, long start, long first, long transactions) throws SQLException {
    try (Connection connection = database.connect();
        PreparedStatement insert = connection.prepareStatement(INSERT)) {
      insert.setString(1, phase);
      insert.setInt(2, rowsPerTransaction);
      for (long turn = first; turn < transactions; turn += WRITERS) {
        long due = start + turn * 1_000_000_000 / transactionsPerSecond;
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
          LockSupport.parkNanos(left);
        }
        int unused = insert.executeUpdate();
      }
    }
  }

  /** After everything else. */
  void end() throws SQLException {
    database.execute(
        "insert into latency (phase, made, title) values ('end', clock_timestamp(), '')");
  }
}
