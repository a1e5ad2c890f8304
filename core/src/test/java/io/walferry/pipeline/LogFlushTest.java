package io.walferry.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Lsn;
import io.walferry.change.TransactionHeader;
import io.walferry.change.Xid;
import io.walferry.pgoutput.PgOutputEncoder;
import io.walferry.spool.Compression;
import io.walferry.spool.DurableLog;
import io.walferry.spool.FaultyFiles;
import io.walferry.spool.LogIdentity;
import io.walferry.spool.SpoolSettings;
import io.walferry.stream.ChangeStream;
import io.walferry.stream.LogWriter;
import io.walferry.stream.LoggedStream;
import io.walferry.stream.StreamEvent;
import io.walferry.time.MovableClock;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LogFlushTest {
  private static final Lsn START = new Lsn(1000);
  private static final Lsn LATER = new Lsn(2000);
  private static final Lsn LATEST = new Lsn(3000);

  /** What {@link LogFlush} gathers before a flush. */
  private static final Duration GATHER = Duration.ofMillis(50);

  private static final Duration REST = Duration.ofSeconds(10);

  private final MovableClock clock = MovableClock.stopped();

  @TempDir Path directory;

  @Test
  void whoHasNothingToFlushWaits() {
    LogIdentity identity = new LogIdentity(1, 1, "slot");
    try (DurableLog log = DurableLog.open(directory, 64 << 20, Compression.NONE)) {
      log.begin(identity, START);
      try (ChangeStream stream =
          LoggedStream.open(log, START, SpoolSettings.in(directory), clock)) {
        LogWriter writer = new LogWriter(log, identity, stream);
        LogFlush flush = new LogFlush(log, stream, writer, REST, clock);
        assertTrue(flush.timeLeft().isPositive());
        flush.take(new StreamEvent.KeepAlive(START, true));
        assertFalse(flush.isDue());
        assertTrue(flush.timeLeft().isPositive());
        flush.take(new StreamEvent.KeepAlive(LATER, false));
        assertTrue(flush.isDue(), "the server has asked");
        flush.toDisk();
        assertFalse(flush.isDue());
        assertEquals(REST, flush.timeLeft());
        clock.advance(GATHER);
        flush.take(new StreamEvent.KeepAlive(LATEST, false));
        assertFalse(flush.isDue());
        assertEquals(REST.minus(GATHER), flush.timeLeft());
        clock.advance(REST.minus(GATHER));
        assertTrue(flush.isDue());
      }
    }
  }

  /** Takes the transactions as the collector does, one each millisecond. */
  @Test
  void transactionsOfTheSameMomentShareAFlush() throws Exception {
    int count = 2020;
    LogIdentity identity = new LogIdentity(1, 1, "slot");
    FaultyFiles files = new FaultyFiles();
    try (DurableLog received = files.log(directory.resolve("received"));
        DurableLog log = files.log(directory.resolve("kept"))) {
      received.begin(identity, START);
      log.begin(identity, START);
      for (int i = 1; i <= count; i++) {
        append(received, new Lsn(START.value() + 100L * i));
      }
      try (ChangeStream stream =
          LoggedStream.open(received, START, SpoolSettings.in(directory), clock)) {
        LogFlush flush =
            new LogFlush(log, stream, new LogWriter(log, identity, stream), REST, clock);
        int before = files.flushes();
        for (int i = 1; i <= count; i++) {
          flush.take(stream.next(Duration.ZERO));
          clock.advance(Duration.ofMillis(1));
          if (flush.isDue()) {
            flush.toDisk();
          }
        }
        assertEquals(count / GATHER.toMillis(), files.flushes() - before);
        assertFalse(flush.isDue());
        assertEquals(Duration.ofMillis(30), flush.timeLeft());
        Lsn end = new Lsn(START.value() + 100L * count);
        assertEquals(end, flush.toDisk());
        assertEquals(end, log.extent().orElseThrow().to());
      }
    }
  }

  /** An empty transaction. */
  private static void append(DurableLog log, Lsn end) {
    Lsn commit = new Lsn(end.value() - 10);
    TransactionHeader header = new TransactionHeader(new Xid(7), commit, Instant.EPOCH);
    log.append(
        end,
        true,
        frame(commit, PgOutputEncoder.begin(header)),
        frame(commit, PgOutputEncoder.commit(header, end)));
  }

  private static ByteBuffer frame(Lsn lsn, ByteBuffer message) {
    ByteBuffer frame = ByteBuffer.allocate(5 + 25 + message.remaining());
    frame.put((byte) 'd').putInt(frame.capacity() - 1);
    frame.put((byte) 'w').putLong(lsn.value()).putLong(lsn.value()).putLong(0);
    return frame.put(message).flip();
  }
}
