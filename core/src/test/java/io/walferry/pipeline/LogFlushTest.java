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
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LogFlushTest {
  private static final Lsn START = new Lsn(1000);
  private static final Lsn LATER = new Lsn(2000);

  /** What {@link LogFlush} gathers before a flush. */
  private static final Duration GATHER = Duration.ofMillis(50);

  @TempDir Path directory;

  @Test
  void whoHasNothingToFlushWaits() {
    LogIdentity identity = new LogIdentity(1, 1, "slot");
    try (DurableLog log = DurableLog.open(directory, 64 << 20, Compression.NONE)) {
      log.begin(identity, START);
      try (ChangeStream stream = LoggedStream.open(log, START, SpoolSettings.in(directory))) {
        LogWriter writer = new LogWriter(log, identity, stream);
        // Is over as soon as it has begun.
        LogFlush flush = new LogFlush(log, stream, writer, Duration.ofNanos(1));
        assertTrue(flush.timeLeft().isPositive());
        flush.take(new StreamEvent.KeepAlive(START, true));
        assertFalse(flush.isDue());
        assertTrue(flush.timeLeft().isPositive());
        flush.take(new StreamEvent.KeepAlive(LATER, false));
        assertTrue(flush.isDue());
        flush.toDisk();
        assertFalse(flush.isDue());
        assertTrue(flush.timeLeft().isPositive());
      }
    }
  }

  /** As the collector takes them, however long that lasts on a busy machine. */
  @Test
  void transactionsOfTheSameMomentShareAFlush() throws Exception {
    int count = 2000;
    LogIdentity identity = new LogIdentity(1, 1, "slot");
    FaultyFiles files = new FaultyFiles();
    try (DurableLog received = files.log(directory.resolve("received"));
        DurableLog log = files.log(directory.resolve("kept"))) {
      received.begin(identity, START);
      log.begin(identity, START);
      for (int i = 1; i <= count; i++) {
        append(received, new Lsn(START.value() + 100L * i));
      }
      try (ChangeStream stream = LoggedStream.open(received, START, SpoolSettings.in(directory))) {
        long begun = System.nanoTime();
        LogFlush flush =
            new LogFlush(log, stream, new LogWriter(log, identity, stream), Duration.ofSeconds(10));
        int before = files.flushes();
        for (int i = 1; i <= count; i++) {
          flush.take(stream.next(Duration.ZERO));
          if (flush.isDue()) {
            flush.toDisk();
          }
        }
        long moments = (System.nanoTime() - begun) / GATHER.toNanos();
        int flushes = files.flushes() - before;
        assertTrue(flushes <= moments, flushes + " flushes in " + moments + " moments");

        Lsn end = new Lsn(START.value() + 100L * count);
        assertEquals(end, flush.toDisk());
        assertEquals(end, log.extent().orElseThrow().to());
        assertEquals(flushes + 1, files.flushes() - before);
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
