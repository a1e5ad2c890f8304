package io.walferry.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Debezium is not here: only bench/run fetches it. */
final class BenchmarkTest {
  private static final PrintStream NOWHERE =
      new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);

  @TempDir private Path directory;

  @Test
  void spreadHasTheMiddleOfAnEvenNumber() {
    assertEquals(new Spread(2.5, 1, 4), Spread.of(DoubleStream.of(4, 1, 3, 2)));
    assertEquals("2.5 (1.0-4.0)", new Spread(2.5, 1, 4).text(1));
  }

  @Test
  void aPercentileIsATimeThatSoManyDidNotExceed() {
    int[] micros = IntStream.rangeClosed(1, 200).map(i -> i * 1000).toArray();
    assertEquals(100, LatencyRun.percentile(micros, 0.5));
    assertEquals(198, LatencyRun.percentile(micros, 0.99));
    assertEquals(200, LatencyRun.percentile(micros, 1));
    assertEquals(1, LatencyRun.percentile(new int[] {1000}, 0.5));
  }

  @Test
  @Tag("full")
  void everyClientIsThereAfterACommit() throws Exception {
    List<LatencyClient> clients = List.of(LatencyClient.values());
    LatencyReport report =
        new LatencyBenchmark(new Jvm("256m"), Duration.ofSeconds(1), 1, directory, NOWHERE)
            .run(15, List.of(200, 2000), clients);
    assertTrue(report.complete(), report.runs().toString());
    long able = clients.stream().filter(client -> client.missing().isEmpty()).count();
    assertEquals(2 * able, report.runs().size());
    for (LatencyRun run : report.runs()) {
      assertEquals(run.rate(), run.changes(), run.toString());
      assertTrue(run.p50() > 0 && run.p50() <= run.most(), run.toString());
    }
    report.print(List.of(200, 2000), clients, NOWHERE);
  }

  @Test
  @Tag("full")
  void everyClientDrainsEveryLoad() throws Exception {
    measure(new Clients("256m", Optional.empty(), 15).all(), 15, Load.L1, Load.L2, Load.L3);
  }

  @Test
  @Tag("full")
  void everyClientLoadsTheTable() throws Exception {
    Report report = measure(new LoadClients("256m", 16).all(), 16, Load.TABLE);
    assertEquals(
        6,
        report.comparisons().size(),
        "each of our three, with the fastest kind of tablesync and of a plain copy");
    // A single one of these runs may be shorter than a tick of the processes' clock.
    assertTrue(report.runs().stream().mapToDouble(Run::sourceCpuSeconds).sum() > 0, "source CPU");
  }

  @Test
  void tablesAreOnlyCopiedAsBinaryFrom16On() {
    assertEquals(Set.of("tablesync-binary"), missing(15));
    assertEquals(Set.of(), missing(16));
  }

  private static Set<String> missing(int major) {
    return new LoadClients("256m", major)
        .all().stream()
            .filter(client -> client.missing().isPresent())
            .map(Client::name)
            .collect(Collectors.toSet());
  }

  private Report measure(List<Client> clients, int major, Load... loads) throws Exception {
    Report.Settings settings = new Report.Settings(1000, 1, "256m");
    Report report =
        new Benchmark(settings, clients, Duration.ofSeconds(60), NOWHERE)
            .run(major, List.of(loads), directory);
    assertEquals(
        List.of(), report.runs().stream().filter(run -> !run.succeeded()).toList(), "failures");
    int able = clients.size() - report.skipped().size();
    assertEquals(able * loads.length, report.summaries().size());
    assertTrue(report.runs().stream().allMatch(run -> run.seconds() > 0), "times");
    new ReportTable(report, clients, NOWHERE).print();
    return report;
  }
}
