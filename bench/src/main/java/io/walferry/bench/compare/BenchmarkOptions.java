package io.walferry.bench.compare;

import io.walferry.change.Lsn;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.ToStringSerializer;

/** What the commands that compare clients have in common: their options and what follows. */
final class BenchmarkOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "200000",
      description = "Rows, or row events of each load (default: ${DEFAULT-VALUE}).")
  private long rows;

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
      description = "Version of PostgreSQL servers, 14 to 18 (default: ${DEFAULT-VALUE}).")
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

  int major() {
    return major;
  }

  String heap() {
    return heap;
  }

  /** Of everybody, those whose names begin as the user wants. */
  List<Client> choose(List<Client> all, List<String> variants, List<String> peers) {
    List<Client> clients =
        all.stream()
            .filter(
                client ->
                    (client.isOurs() ? variants : peers)
                        .stream().anyMatch(wanted -> client.name().startsWith(wanted)))
            .toList();
    require(!clients.isEmpty(), "no such client");
    return clients;
  }

  /** What was measured: whether every run succeeded, its tables, and its document. */
  record Outcome(boolean complete, Consumer<PrintStream> tables, Object document) {}

  /** A measurement by these options, in a directory of its own that is removed afterwards. */
  interface Measurement {
    Outcome run(Report.Settings settings, Duration timeout, Path directory) throws Exception;
  }

  /** Measures and prints; the result is the command's exit code. */
  int run(List<Load> loads, List<Client> clients) throws Exception {
    require(ProcessFiles.supported(), "needs Linux: processor times come from /proc");
    return run(
        (settings, timeout, directory) -> {
          Report report =
              new Benchmark(settings, clients, timeout, System.err).run(major, loads, directory);
          return new Outcome(
              report.complete(), out -> new ReportTable(report, clients, out).print(), report);
        });
  }

  /** Measures and prints; the result is the command's exit code. */
  int run(Measurement measurement) throws Exception {
    require(rows > 0 && repeat > 0 && timeoutSeconds > 0, "numbers must be positive");
    Outcome outcome = measure(measurement);
    PrintStream tables = json ? System.err : System.out;
    tables.println();
    outcome.tables().accept(tables);
    if (json) {
      System.out.println(mapper().writeValueAsString(outcome.document()));
    }
    return outcome.complete() ? 0 : 1;
  }

  private Outcome measure(Measurement measurement) throws Exception {
    Path directory = Files.createTempDirectory("walferry-bench");
    try {
      return measurement.run(
          new Report.Settings(rows, repeat, heap), Duration.ofSeconds(timeoutSeconds), directory);
    } finally {
      remove(directory);
    }
  }

  static JsonMapper mapper() {
    return JsonMapper.builder()
        .enable(SerializationFeature.INDENT_OUTPUT)
        .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
        .addModule(new SimpleModule().addSerializer(Lsn.class, ToStringSerializer.instance))
        .build();
  }

  static void remove(Path directory) throws IOException {
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

  ParameterException unusable(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
