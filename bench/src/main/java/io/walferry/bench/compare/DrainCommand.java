package io.walferry.bench.compare;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench/run drain}. */
@Command(
    name = "bench/run drain",
    header = "Drains the same slot with Walferry and with its peers, in turns.",
    description = {
      "Starts PostgreSQL, writes the loads once, and lets every client drain copies of their"
          + " slots.",
      "Prints progress on standard error and the result on standard output. See docs/benchmarks.md."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:every run succeeded", "1:some run failed", "2:unusable arguments"},
    footerHeading = "Examples:%n",
    footer = {
      "  bench/run drain --rows 2000000 --repeat 5 --json > drain.json",
      "  bench/run drain --loads l1,l3 --walferry walferry-postgres --peers subscription",
      "  bench/run drain --rows 500000 --walferry walferry-jsonlines --peers debezium-json"
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpWidth = 100)
final class DrainCommand implements Callable<Integer> {
  /** Set by bench/run where it has built the Debezium client. */
  private static final String DEBEZIUM = "walferry.bench.debezium";

  @Mixin private BenchmarkOptions options = new BenchmarkOptions();

  @Option(
      names = "--loads",
      paramLabel = "LOAD",
      split = ",",
      defaultValue = "l1,l2,l3",
      description = {
        "l1: small transactions of 100 wide rows; l2: one transaction of wide rows;",
        "l3: TPC-B by 8 writers; l4: updates of one row after the other (default:"
            + " ${DEFAULT-VALUE})."
      })
  private List<String> loads = List.of();

  @Option(
      names = "--peers",
      paramLabel = "NAME",
      split = ",",
      defaultValue = "recvlogical,debezium,subscription",
      description = {
        "Peers, by name or by the beginning of several names, or 'none':",
        "recvlogical-text, -binary, -streaming; debezium-connect, -json; subscription,",
        "subscription-parallel",
        "(default: ${DEFAULT-VALUE})."
      })
  private List<String> peers = List.of();

  @Option(
      names = "--walferry",
      paramLabel = "NAME",
      split = ",",
      defaultValue = "walferry",
      description =
          "Walferry's own clients, in the same way: walferry-stream, -typed-text,"
              + " -typed-binary, -pipeline, -jsonlines, -postgres (default: all).")
  private List<String> variants = List.of();

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new DrainCommand()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    Optional<Path> debezium = Optional.ofNullable(System.getProperty(DEBEZIUM)).map(Path::of);
    List<Client> all = new Clients(options.heap(), debezium, options.major()).all();
    return options.run(
        loads.stream().map(this::load).distinct().toList(), options.choose(all, variants, peers));
  }

  private Load load(String label) {
    return Stream.of(Load.values())
        .filter(Load::isStreamed)
        .filter(load -> load.label().equals(label.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(() -> options.unusable("no load '" + label + "'; there are l1 to l4"));
  }
}
