package io.walferry.bench.drain;

import io.walferry.change.Lsn;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.ToStringSerializer;

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
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpWidth = 100)
final class DrainCommand implements Callable<Integer> {
  /** Set by bench/run where it has built the Debezium client. */
  private static final String DEBEZIUM = "walferry.bench.debezium";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "200000",
      description = "Row events of each load (default: ${DEFAULT-VALUE}).")
  private long rows;

  @Option(
      names = "--repeat",
      paramLabel = "N",
      defaultValue = "5",
      description = "Rounds; each client has its turn in each (default: ${DEFAULT-VALUE}).")
  private int repeat;

  @Option(
      names = "--loads",
      paramLabel = "LOAD",
      split = ",",
      defaultValue = "l1,l2,l3",
      description = {
        "l1: small transactions of 100 wide rows; l2: one transaction of wide rows;",
        "l3: TPC-B by 8 writers (default: ${DEFAULT-VALUE})."
      })
  private List<String> loads = List.of();

  @Option(
      names = "--peers",
      paramLabel = "NAME",
      split = ",",
      defaultValue = "recvlogical,debezium,subscription",
      description = {
        "Peers, by name or by the beginning of several names, or 'none':",
        "recvlogical-text, -binary, -streaming; debezium-connect, -json; subscription",
        "(default: ${DEFAULT-VALUE})."
      })
  private List<String> peers = List.of();

  @Option(
      names = "--walferry",
      paramLabel = "NAME",
      split = ",",
      defaultValue = "walferry",
      description =
          "Walferry's own clients, in the same way: walferry-stream, -pipeline, -jsonlines"
              + " (default: all).")
  private List<String> variants = List.of();

  @Option(
      names = "--postgres",
      paramLabel = "MAJOR",
      defaultValue = "15",
      description = "Version of both servers, 14 to 18 (default: ${DEFAULT-VALUE}).")
  private int major;

  @Option(
      names = "--heap",
      paramLabel = "SIZE",
      defaultValue = "1g",
      description = "-Xmx of every client that is a JVM (default: ${DEFAULT-VALUE}).")
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
    System.exit(new CommandLine(new DrainCommand()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    require(ProcessFiles.supported(), "needs Linux: processor times come from /proc");
    require(rows > 0 && repeat > 0 && timeoutSeconds > 0, "numbers must be positive");
    List<Load> wanted = loads.stream().map(this::load).distinct().toList();
    Optional<Path> debezium = Optional.ofNullable(System.getProperty(DEBEZIUM)).map(Path::of);
    List<Client> clients =
        new Clients(heap, debezium).all().stream().filter(client -> isWanted(client)).toList();
    require(!clients.isEmpty(), "no such client");
    DrainReport report = measure(wanted, clients);
    print(report, clients);
    return report.complete() ? 0 : 1;
  }

  private boolean isWanted(Client client) {
    return (client.isOurs() ? variants : peers)
        .stream().anyMatch(wanted -> client.name().startsWith(wanted));
  }

  private Load load(String label) {
    return Stream.of(Load.values())
        .filter(load -> load.label().equals(label.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(() -> unusable("no load '" + label + "'; there are l1, l2 and l3"));
  }

  private DrainReport measure(List<Load> wanted, List<Client> clients) throws Exception {
    Path directory = Files.createTempDirectory("walferry-bench");
    try {
      return new DrainBenchmark(
              new DrainReport.Settings(rows, repeat, heap),
              clients,
              Duration.ofSeconds(timeoutSeconds),
              System.err)
          .run(major, wanted, directory);
    } finally {
      remove(directory);
    }
  }

  private void print(DrainReport report, List<Client> clients) {
    PrintStream tables = json ? System.err : System.out;
    tables.println();
    new ReportTable(report, clients, tables).print();
    if (json) {
      System.out.println(mapper().writeValueAsString(report));
    }
  }

  private static JsonMapper mapper() {
    return JsonMapper.builder()
        .enable(SerializationFeature.INDENT_OUTPUT)
        .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
        .addModule(new SimpleModule().addSerializer(Lsn.class, ToStringSerializer.instance))
        .build();
  }

  private static void remove(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private void require(boolean condition, String otherwise) {
    if (!condition) {
      throw unusable(otherwise);
    }
  }

  private ParameterException unusable(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
