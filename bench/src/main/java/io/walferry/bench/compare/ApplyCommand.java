package io.walferry.bench.compare;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench/run apply}. */
@Command(
    name = "bench/run apply",
    header = "Applies the same changes with Walferry's sinks and by hand, in turns.",
    description = {
      "Fills a durable log on disc with the changes of a table at a PostgreSQL server, and lets"
          + " every client apply it to an empty database of each destination.",
      "Prints progress on standard error and the result on standard output. See docs/benchmarks.md."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:every run succeeded", "1:some run failed", "2:unusable arguments"},
    footerHeading = "Examples:%n",
    footer = {
      "  bench/run apply",
      "  bench/run apply --destinations mysql,mariadb --rows 500000",
      "  bench/run apply --destinations sqlite --loads mix --repeat 1 --json"
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpWidth = 100)
final class ApplyCommand implements Callable<Integer> {
  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "200000",
      description =
          "Rows of the inserts, and about as many of the mix (default: ${DEFAULT-VALUE}).")
  private long rows;

  @Option(
      names = "--repeat",
      paramLabel = "N",
      defaultValue = "5",
      description = "Rounds; each client has its turn in each (default: ${DEFAULT-VALUE}).")
  private int repeat;

  @Option(
      names = "--destinations",
      paramLabel = "NAME",
      split = ",",
      defaultValue = "mysql,mariadb,postgres,sqlite",
      description = "Out of ${DEFAULT-VALUE} (default: all).")
  private List<ApplyDestination> destinations = List.of();

  @Option(
      names = "--loads",
      paramLabel = "NAME",
      split = ",",
      defaultValue = "inserts,mix",
      description = "Out of ${DEFAULT-VALUE} (default: both).")
  private List<ApplyLoad> loads = List.of();

  @Option(
      names = "--postgres",
      paramLabel = "MAJOR",
      defaultValue = "18",
      description =
          "Version of the source and of a PostgreSQL destination (default: ${DEFAULT-VALUE}).")
  private int major;

  @Option(
      names = "--heap",
      paramLabel = "SIZE",
      defaultValue = "256m",
      description = "-Xmx of every client (default: ${DEFAULT-VALUE}).")
  private String heap = "";

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "900",
      description = "After which a run has failed (default: ${DEFAULT-VALUE}).")
  private long timeoutSeconds;

  @Option(
      names = "--json",
      description = "Print one JSON object with every run; the tables go to standard error.")
  private boolean json;

  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(new ApplyCommand())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    Path directory = Files.createTempDirectory("walferry-bench");
    try {
      ApplyReport report =
          new ApplyBenchmark(
                  new Report.Settings(rows, repeat, heap),
                  Duration.ofSeconds(timeoutSeconds),
                  directory,
                  System.err)
              .run(major, destinations, loads);
      PrintStream tables = json ? System.err : System.out;
      tables.println();
      report.print(tables);
      if (json) {
        System.out.println(BenchmarkOptions.mapper().writeValueAsString(report));
      }
      return report.complete() ? 0 : 1;
    } finally {
      BenchmarkOptions.remove(directory);
    }
  }
}
