package io.walferry.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Lsn;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.ConnectionSettings;
import io.walferry.postgres.PostgresConnector;
import io.walferry.spool.Compression;
import io.walferry.spool.DurableLog;
import io.walferry.spool.LogIdentity;
import io.walferry.spool.LogReader;
import io.walferry.testkit.wait.Await;
import io.walferry.time.NanoClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever reads the durable spool hears why nothing comes into it any more. */
final class CollectorTest {
  private static final Duration PATIENCE = Await.patience(Duration.ofSeconds(60));

  @TempDir Path directory;

  @Test
  void anErrorOfTheJvmEndsTheLog() {
    PipelineListener failing =
        new PipelineListener() {
          @Override
          public void receivingAgain(WalferryException cause, Duration delay) {
            throw new NoClassDefFoundError("it is not there");
          }
        };
    PostgresConnector nowhere =
        new PostgresConnector(
            ConnectionSettings.parse("postgresql://nobody@127.0.0.1:1/nothing", Map.of()),
            "walferry");
    PipelineSettings settings =
        PipelineSettings.of(
            new FeedSettings("feed", "slot", "publication", List.of(), true, LoadMode.NONE));
    try (DurableLog log = DurableLog.openEmpty(directory, 64 << 20, Compression.NONE)) {
      log.begin(new LogIdentity(7, 1, "slot"), new Lsn(1000));
      LogReader reader = log.reader(NanoClock.system());
      try (Collector collector = new Collector(settings, nowhere, log, Optional.empty(), failing)) {
        WalferryException e = assertThrows(WalferryException.class, () -> reader.next(PATIENCE));

        assertEquals(ErrorCode.INTERNAL, e.code(), e::toString);
        assertTrue(String.valueOf(e.getMessage()).contains("it is not there"), e::toString);
        Await.until("the collector has ended", PATIENCE, () -> !collector.isRunning());
      }
    }
  }
}
