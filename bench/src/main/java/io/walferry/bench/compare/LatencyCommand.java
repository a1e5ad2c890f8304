package io.walferry.bench.compare;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench/run latency}. */
@Command(
    name = "bench/run latency",
    header = "Measures how long a change takes from its commit to Walferry and to its peer.",
    description = {
      "Starts PostgreSQL and writes at a steady rate while one client follows, each in its turn.",
      "Prints progress on standard error and the result on standard output. See docs/benchmarks.md."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:every run succeeded", "1:some run failed", "2:unusable arguments"},
    footerHeading = "Examples:%n",
    footer = {
      "  bench/run latency --rate 1000,20000 --seconds 60 --repeat 5 --json > latency.json",
      "  bench/run latency --rate 100 --clients walferry-stream,recvlogical"
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpWidth = 100)
final class LatencyCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--rate",
      paramLabel = "N",
      split = ",",
      defaultValue = "1000,20000",
      description = "Rows per second, one after the other (default: ${DEFAULT-VALUE}).")
  private List<Integer> rates = List.of();

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "30",
      description =
          "For each client and rate, after 5 that do not count (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--repeat",
      paramLabel = "N",
      defaultValue = "5",
      description = "Rounds; each client has its turn in each (default: ${DEFAULT-VALUE}).")
  private int repeat;

  @Option(
      names = "--postgres",
      paramLabel = "MAJOR",
      defaultValue = "15",
      description = "Version of the server, 14 to 18 (default: ${DEFAULT-VALUE}).")
  private int major;

  @Option(
      names = "--heap",
      paramLabel = "SIZE",
      defaultValue = "1g",
      description = "-Xmx of every client (default: ${DEFAULT-VALUE}).")
  private String heap = "";

  @Option(
      names = "--clients",
      paramLabel = "NAME",
      split = ",",
      defaultValue = "walferry,recvlogical",
      description = {
        "By name or by the beginning of several names:",
        "walferry-stream, walferry-pipeline, recvlogical-text (default: all)."
      })
  private List<String> names = List.of();

  @Option(
      names = "--json",
      description = "Print one JSON object with every run; the tables go to standard error.")
  private boolean json;

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new LatencyCommand()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    List<LatencyClient> clients =
        Stream.of(LatencyClient.values())
            .filter(client -> names.stream().anyMatch(client.label()::startsWith))
            .toList();
    require(!clients.isEmpty(), "no such client");
    require(
        seconds > 0 && repeat > 0 && rates.stream().allMatch(rate -> rate > 0),
        "numbers must be positive");
    Path directory = Files.createTempDirectory("walferry-bench");
    try {
      LatencyReport report =
          new LatencyBenchmark(
                  new Jvm(heap), Duration.ofSeconds(seconds), repeat, directory, System.err)
              .run(major, rates, clients);
      print(report, clients);
      return report.complete() ? 0 : 1;
    } finally {
      BenchmarkOptions.remove(directory);
    }
  }

  private void print(LatencyReport report, List<LatencyClient> clients) {
    PrintStream tables = json ? System.err : System.out;
    tables.println();
    report.print(rates, clients, tables);
    if (json) {
      System.out.println(BenchmarkOptions.mapper().writeValueAsString(report));
    }
  }

  private void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new ParameterException(spec.commandLine(), otherwise);
    }
  }
}
