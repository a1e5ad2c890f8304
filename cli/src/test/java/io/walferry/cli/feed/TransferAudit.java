package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.testkit.wait.Await;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Reads the destination of {@link Transfers} again and again while it is fed. One statement sees
 * one state of it: where that is said to be consistent, the books must balance.
 */
final class TransferAudit implements AutoCloseable {
  @SuppressWarnings("InlineFormatString") // Too long to be read within a call.
  private static final String AUDIT =
      """
      SELECT p.state, (SELECT count(*) FROM account a
          LEFT JOIN (SELECT account, sum(amount) AS amount FROM journal GROUP BY account) j
            ON j.account = a.id WHERE a.balance <> coalesce(j.amount, 0)),
        (SELECT coalesce(sum(balance), 0) FROM account), (SELECT count(*) FROM account),
        (SELECT count(*) FROM journal)
      FROM %s p\
      """;

  private static final Duration PATIENCE = Await.patience(Duration.ofMinutes(3));
  private static final Duration BREAK = Duration.ofMillis(20);
  private static final int LINES_PER_TRANSFER = 2;

  private final Destination destination;
  private final Thread thread;
  private boolean ended;
  private int consistent;
  private int inconsistent;
  private long transfers;
  private String violation = "";

  private TransferAudit(Destination destination) {
    this.destination = destination;
    this.thread = Thread.ofPlatform().name("audit").unstarted(this::run);
  }

  static TransferAudit of(Destination destination) {
    TransferAudit audit = new TransferAudit(destination);
    audit.thread.start();
    return audit;
  }

  /** Anew when it fails: a server that starts refuses connections. */
  private void run() {
    while (goesOn()) {
      try (Connection connection = destination.connect();
          Statement statement = connection.createStatement()) {
        while (goesOn()) {
          look(statement);
        }
      } catch (SQLException e) {
        sawNothingConsistent();
      }
    }
  }

  private synchronized boolean goesOn() {
    return !ended && violation.isEmpty();
  }

  /** The tables are not there at first. */
  private void look(Statement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery(AUDIT.formatted(destination.positionTable()))) {
      if (row.next() && row.getString(1).equals("following")) {
        saw(row.getLong(2), row.getLong(3), row.getLong(4), row.getLong(5));
      } else {
        sawNothingConsistent();
      }
    }
  }

  private synchronized void saw(long unbalanced, long sum, long accounts, long lines) {
    consistent++;
    transfers = lines / LINES_PER_TRANSFER;
    if (unbalanced != 0
        || sum != 0
        || accounts != Transfers.ACCOUNTS
        || lines % LINES_PER_TRANSFER != 0) {
      violation =
          "%d balances differ from the journal, sum %d, %d accounts, %d lines"
              .formatted(unbalanced, sum, accounts, lines);
    }
    notifyAll();
  }

  private void sawNothingConsistent() {
    synchronized (this) {
      inconsistent++;
      notifyAll();
    }
    // The feed has more use for the processor.
    LockSupport.parkNanos(BREAK.toNanos());
  }

  /** Returns when the destination has been seen in some more states that are consistent. */
  synchronized void awaitConsistent(int states) throws InterruptedException {
    int wanted = consistent + states;
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (violation.isEmpty() && consistent < wanted) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      assertTrue(
          left > 0,
          () ->
              "consistent in %d looks, not in %d, last with %d transfers"
                  .formatted(consistent, inconsistent, transfers));
      wait(left);
    }
  }

  /**
   * Returns after some more looks, whatever they have seen. A writer that waits for them leaves the
   * feed the time that it needs where the machine has little.
   */
  synchronized void awaitLooks(int count) {
    int wanted = consistent + inconsistent + count;
    try {
      while (goesOn() && consistent + inconsistent < wanted) {
        wait();
      }
    } catch (InterruptedException e) {
      throw new AssertionError("Interrupted", e);
    }
  }

  /**
   * Returns when the destination has been seen in a consistent state with so many transfers. A
   * writer that waits for it now and then lets the slowest destination catch up. Returns as well
   * when the audit ends, or within a moment after the writer is to stop.
   */
  synchronized void awaitAllTransfers(long count, BooleanSupplier writing) {
    try {
      while (goesOn() && writing.getAsBoolean() && transfers < count) {
        wait(BREAK.toMillis());
      }
    } catch (InterruptedException e) {
      throw new AssertionError("Interrupted", e);
    }
  }

  /** Fails if a state that was said to be consistent was not one of the source's. */
  synchronized void requireNoViolation(long seed) {
    assertEquals("", violation, "seed " + seed);
  }

  /** The same, and that it was said to be consistent at all. */
  synchronized void requireConsistent(long seed) {
    requireNoViolation(seed);
    assertTrue(consistent > 0, "never consistent in " + inconsistent + " looks; seed " + seed);
    System.out.println("consistent " + consistent + ", not yet " + inconsistent);
  }

  @Override
  public void close() {
    synchronized (this) {
      ended = true;
      notifyAll();
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
