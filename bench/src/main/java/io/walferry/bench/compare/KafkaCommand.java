package io.walferry.bench.compare;

import io.walferry.bench.compare.KafkaWriters.Writer;
import io.walferry.change.Change;
import io.walferry.testkit.kafka.KafkaBroker;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench/run kafka}. */
@Command(
    name = "bench/run kafka",
    header = "Writes the same records with the Kafka sink and with a bare producer, in turns.",
    description = {
      "Both write to one broker, which runs in a JVM of its own, in transactions of the same size"
          + " and with the same settings of the producer. The bare one has made its records before"
          + " and only sends them; the sink makes them of rows.",
      "Prints progress on standard error and the result on standard output. See docs/benchmarks.md."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpWidth = 100)
final class KafkaCommand implements Callable<Integer> {
  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "500000",
      description = "Records of each turn (default: ${DEFAULT-VALUE}).")
  private long rows;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "10000",
      description = "Records of each transaction (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--repeat",
      paramLabel = "N",
      defaultValue = "5",
      description = "Rounds that count, after one that does not (default: ${DEFAULT-VALUE}).")
  private int repeat;

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new KafkaCommand()).execute(arguments));
  }

  /** The rates that one turn of each writer reached, in records per second. */
  private record Round(double sink, double bare) {
    double ratio() {
      return sink / bare;
    }
  }

  @Override
  public Integer call() throws IOException {
    Machine machine = Machine.detect();
    List<Change.Insert> changes = KafkaOrders.inserts(batch);
    List<Round> rounds = new ArrayList<>();
    try (KafkaBroker broker = KafkaBroker.builder().start();
        Writer sink = KafkaWriters.sink(broker.bootstrapServers(), changes);
        Writer bare = KafkaWriters.bare(broker.bootstrapServers(), changes)) {
      for (int number = 0; number <= repeat; number++) {
        Round round = round(sink, bare, number % 2 == 0);
        System.err.printf(
            Locale.ROOT,
            "round %d/%d: sink %,.0f, bare %,.0f records/s, %.2f%s%n",
            number,
            repeat,
            round.sink(),
            round.bare(),
            round.ratio(),
            number == 0 ? " (does not count)" : "");
        if (number > 0) {
          rounds.add(round);
        }
      }
    }
    print(machine, rounds, System.out);
    return 0;
  }

  /** Runs both writers once; rounds change which one goes first. */
  private Round round(Writer sink, Writer bare, boolean sinkFirst) {
    double before = sinkFirst ? turn(sink) : turn(bare);
    double after = sinkFirst ? turn(bare) : turn(sink);
    return sinkFirst ? new Round(before, after) : new Round(after, before);
  }

  private double turn(Writer writer) {
    long begun = System.nanoTime();
    long written = 0;
    while (written < rows) {
      writer.write();
      written += batch;
    }
    return written / ((System.nanoTime() - begun) / 1e9);
  }

  private void print(Machine machine, List<Round> rounds, PrintStream out) {
    machine.print(out);
    out.printf(
        Locale.ROOT,
        "%d rounds of %,d records, %,d in a transaction, heap of %,d MB; median (min-max)%n%n",
        repeat,
        rows,
        batch,
        Runtime.getRuntime().maxMemory() >> 20);
    MarkdownTable.print(
        List.of(
            List.of("client", "records/s", "sink by bare"),
            List.of(
                "walferry-sink",
                Spread.of(rounds.stream().mapToDouble(Round::sink)).text(0),
                Spread.of(rounds.stream().mapToDouble(Round::ratio)).text(2)),
            List.of("bare-producer", Spread.of(rounds.stream().mapToDouble(Round::bare)).text(0))),
        out);
  }
}
