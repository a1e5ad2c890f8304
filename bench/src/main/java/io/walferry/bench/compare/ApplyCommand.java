package io.walferry.bench.compare;

import io.walferry.bench.compare.BenchmarkOptions.Outcome;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
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
    defaultValueProvider = ApplyCommand.Defaults.class,
    sortOptions = false,
    usageHelpWidth = 100)
final class ApplyCommand implements Callable<Integer> {
  @Mixin private BenchmarkOptions options = new BenchmarkOptions();

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

  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(new ApplyCommand())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    return options.run(
        (settings, timeout, directory) -> {
          ApplyReport report =
              new ApplyBenchmark(settings, timeout, directory, System.err)
                  .run(options.major(), destinations, loads);
          return new Outcome(report.complete(), report::print, report);
        });
  }

  /** Where this command differs from others that compare clients. */
  static final class Defaults implements IDefaultValueProvider {
    private static final Map<String, String> VALUES = Map.of("--heap", "256m", "--postgres", "18");

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
      return argument instanceof OptionSpec option ? VALUES.get(option.longestName()) : null;
    }
  }
}
