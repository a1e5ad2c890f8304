package io.walferry.pipeline;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Lsn;
import io.walferry.spool.Compression;
import io.walferry.spool.DurableLog;
import io.walferry.spool.LogIdentity;
import io.walferry.spool.SpoolSettings;
import io.walferry.stream.ChangeStream;
import io.walferry.stream.LogWriter;
import io.walferry.stream.LoggedStream;
import io.walferry.stream.StreamEvent;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LogFlushTest {
  private static final Lsn START = new Lsn(1000);
  private static final Lsn LATER = new Lsn(2000);

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
}
