package io.walferry.stream;

import io.walferry.change.Lsn;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.spool.DurableLog;
import io.walferry.spool.LogReader;
import io.walferry.spool.Spool;
import io.walferry.spool.SpoolSettings;
import io.walferry.time.NanoClock;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;

/** What a {@link LogWriter} has kept and keeps. To confirm is to let go of what the log holds. */
public final class LoggedStream implements ChangeStream {
  /** What a {@link LogWriter} writes. */
  private static final int PROTOCOL = 1;

  private record Blocks(LogReader reader, String where) implements BlockSource {
    @Override
    public NanoClock clock() {
      return reader.clock();
    }

    @Override
    public Optional<ByteBuffer> next(Duration atMost) {
      try {
        return reader.next(atMost);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new WalferryException(ErrorCode.INTERRUPTED, "interrupted while reading " + where, e);
      }
    }

    @Override
    public boolean isInterrupted() {
      return reader.isWoken();
    }
  }

  private final DurableLog log;
  private final LogReader reader;
  private final TransactionReader transactions;

  private LoggedStream(DurableLog log, LogReader reader, TransactionReader transactions) {
    this.log = log;
    this.reader = reader;
    this.transactions = transactions;
  }

  /**
   * Reads a log in which something was begun.
   *
   * @param from where the durable transactions end, which need not be kept and are left out
   * @param clock the clock that the reader waits by
   */
  public static LoggedStream open(DurableLog log, Lsn from, SpoolSettings spool, NanoClock clock) {
    log.release(from);
    LogReader reader = log.reader(clock);
    String where = "the spool in " + log.directory();
    TransactionReader transactions =
        new TransactionReader(
            new Blocks(reader, where), PROTOCOL, from, new Spool(spool), xids -> Optional.empty());
    return new LoggedStream(log, reader, transactions);
  }

  @Override
  public StreamEvent next(Duration atMost) {
    return transactions.next(atMost);
  }

  @Override
  public long announcements() {
    return transactions.announcements();
  }

  @Override
  public void confirm(Lsn lsn) {
    log.release(lsn);
  }

  @Override
  public void interrupt() {
    reader.wake();
  }

  @Override
  public void close() {
    reader.close();
    transactions.close();
  }
}
