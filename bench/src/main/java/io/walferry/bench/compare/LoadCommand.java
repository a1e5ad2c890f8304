package io.walferry.bench.compare;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench/run load}. */
@Command(
    name = "bench/run load",
    header = "Loads the same table with Walferry, with a subscription and by hand, in turns.",
    description = {
      "Starts two PostgreSQL servers, fills a table of 21 columns at one, and lets every client"
          + " bring it to the other until that is consistent.",
      "Prints progress on standard error and the result on standard output. See docs/benchmarks.md."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:every run succeeded", "1:some run failed", "2:unusable arguments"},
    footerHeading = "Examples:%n",
    footer = {
      "  bench/run load --rows 2000000 --postgres 17",
      "  bench/run load --rows 20000 --repeat 1 --walferry walferry-readers-2 --json"
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpWidth = 100)
final class LoadCommand implements Callable<Integer> {
  @Mixin private BenchmarkOptions options = new BenchmarkOptions();

  @Option(
      names = "--peers",
      paramLabel = "NAME",
      split = ",",
      defaultValue = "tablesync,copy",
      description = {
        "Peers, by name or by the beginning of several names, or 'none':",
        "tablesync-text, -binary (from PostgreSQL 16 on), copy-binary-1, -2 (default:"
            + " ${DEFAULT-VALUE})."
      })
  private List<String> peers = List.of();

  @Option(
      names = "--walferry",
      paramLabel = "NAME",
      split = ",",
      defaultValue = "walferry",
      description =
          "Walferry's own clients, in the same way: walferry-readers-1, -2, -4 (default: all).")
  private List<String> variants = List.of();

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new LoadCommand()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    List<Client> all = new LoadClients(options.heap(), options.major()).all();
    return options.run(List.of(Load.TABLE), options.choose(all, variants, peers));
  }
}
