package io.walferry.bench.drain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Debezium is not here: only bench/run fetches it. */
final class DrainBenchmarkTest {
  private static final PrintStream NOWHERE =
      new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);

  @Test
  void spreadHasTheMiddleOfAnEvenNumber() {
    assertEquals(new Spread(2.5, 1, 4), Spread.of(DoubleStream.of(4, 1, 3, 2)));
    assertEquals("2.5 (1.0-4.0)", new Spread(2.5, 1, 4).text(1));
  }

  @Test
  @Tag("full")
  void everyClientDrainsEveryLoad(@TempDir Path directory) throws Exception {
    List<Client> clients = new Clients("256m", Optional.empty()).all();
    DrainReport report =
        new DrainBenchmark(
                new DrainReport.Settings(1000, 1, "256m"), clients, Duration.ofSeconds(60), NOWHERE)
            .run(15, List.of(Load.values()), directory);
    assertEquals(
        List.of(), report.runs().stream().filter(run -> !run.succeeded()).toList(), "failures");
    int able = clients.size() - report.skipped().size();
    assertEquals(able * Load.values().length, report.summaries().size());
    assertTrue(report.runs().stream().allMatch(run -> run.drainSeconds() > 0), "drain times");
    new ReportTable(report, clients, NOWHERE).print();
  }
}
