package io.walferry.bench.follow;

import io.walferry.change.Change;
import io.walferry.change.Row;
import io.walferry.change.TransactionHeader;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;

/**
 * Notes of each inserted row that counts how long after its transaction's commit it is here, with
 * every column read. The server takes the time of a commit before it writes the log to the disc,
 * from the clock that this process has, too. Not for several threads.
 */
final class LatencyReader implements ChangeReader {
  /** Where table latency says what a row is for: {@code warm}, {@code count} or {@code end}. */
  private static final int PHASE = 1;

  private final Path file;
  private final StringColumns strings = new StringColumns();
  private final ColumnReader columns = new ColumnReader(strings);
  private Instant commit = Instant.EPOCH;
  private int[] micros = new int[1 << 16];
  private int count;
  private boolean ended;

  /**
   * Starts with nothing.
   *
   * @param file gets the microseconds, as integers of 4 bytes, when the last row is there
   */
  LatencyReader(Path file) {
    this.file = file;
  }

  @Override
  public void begin(TransactionHeader transaction) {
    commit = transaction.commitTime();
  }

  @Override
  public void read(Change change) {
    columns.read(change);
    if (change instanceof Change.Insert insert) {
      took(insert.after(), Instant.now());
    }
  }

  /** A row of the transaction that was begun last was here at that time. */
  void took(Row row, Instant at) {
    switch (row.byteAt(PHASE, 0)) {
      case 'c' -> note(ChronoUnit.MICROS.between(commit, at));
      case 'e' -> end();
      default -> {}
    }
  }

  private void note(long took) {
    if (count == micros.length) {
      micros = Arrays.copyOf(micros, 2 * count);
    }
    micros[count] = Math.toIntExact(took);
    count++;
  }

  private void end() {
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
      for (int i = 0; i < count; i++) {
        out.writeInt(micros[i]);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ended = true;
    System.out.println("end rows=" + count);
  }

  /** Whether the last row is here. */
  boolean hasEnded() {
    return ended;
  }
}
