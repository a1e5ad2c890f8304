package io.walferry.cli;

import io.walferry.sink.DeadLetter;
import io.walferry.sink.KeptLetter;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code walferry deadletters show}: the one command that shows values. */
@Command(
    name = "show",
    header = "Shows dead letters with the values of their rows.",
    description = {
      "Reads the letters at the destinations; the feed may run or not. Rows are shown as the"
          + " source",
      "sent them, in JSON: who can read them here can read the destination.",
      ""
    },
    footer = {
      "  walferry deadletters show 17",
      "  walferry deadletters show public.orders --config shop.yaml --sink copy",
      "  walferry deadletters show '*.*' --json"
    })
final class DeadLettersShowCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(
      paramLabel = "LETTER|TABLE",
      arity = "1..*",
      description =
          "Numbers of letters, or tables as the destination knows them: schema.table, or a pattern"
              + " such as 'sales.*'.")
  private List<String> words = List.of();

  @Mixin private LetterOptions options = new LetterOptions();

  DeadLettersShowCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws SQLException {
    return options.with(terminal, this::show);
  }

  private int show(List<SinkLetters> sinks) {
    LetterChoice choice = new LetterChoice(words);
    List<Map<String, Object>> shown = new ArrayList<>();
    boolean found = false;
    for (SinkLetters sink : sinks) {
      found |= sink.read(choice, kept -> show(sink, kept, shown));
    }
    if (!found) {
      return Failure.ofUsage(
              "there is no dead letter " + String.join(" ", words),
              "'walferry deadletters list' says of which tables there are any, and 'walferry"
                  + " deadletters show TABLE' their numbers.")
          .report(terminal, options.json());
    }
    if (options.json()) {
      Json.print(terminal.out(), Map.of("letters", shown));
    }
    return 0;
  }

  private void show(SinkLetters sink, KeptLetter kept, List<Map<String, Object>> shown) {
    if (options.json()) {
      shown.add(json(sink, kept));
    } else {
      print(sink, kept);
    }
  }

  private static Map<String, Object> json(SinkLetters sink, KeptLetter kept) {
    DeadLetter letter = kept.letter();
    Map<String, Object> json = sink.json();
    json.put("letter", kept.id());
    json.put("table", letter.table().toString());
    json.put("operation", letter.operation());
    letter.key().ifPresent(key -> json.put("key", Json.read(key)));
    letter.before().ifPresent(row -> json.put("before", Json.read(row)));
    letter.after().ifPresent(row -> json.put("after", Json.read(row)));
    json.put("error", letter.error());
    json.put("reason", letter.reason());
    json.put("buriedAt", kept.buriedAt().toString());
    if (letter.index() > 0) {
      json.put("commitLsn", letter.transaction().commitLsn().toString());
      json.put("xid", Integer.toUnsignedLong(letter.transaction().xid().value()));
      json.put("change", letter.index());
      json.put("committedAt", letter.transaction().commitTime().toString());
    }
    return json;
  }

  private void print(SinkLetters sink, KeptLetter kept) {
    DeadLetter letter = kept.letter();
    terminal
        .out()
        .println(
            "Letter %d, %s of %s, %s"
                .formatted(kept.id(), letter.operation(), letter.table(), sink));
    line("key", letter.key().orElse("none"));
    letter.before().ifPresent(row -> line("before", row));
    letter.after().ifPresent(row -> line("after", row));
    line("why", letter.error() + ": " + letter.reason());
    line("source", origin(letter));
    line("kept", kept.buriedAt().toString());
  }

  private static String origin(DeadLetter letter) {
    return letter.index() == 0
        ? "a load"
        : "change %d of transaction %s, committed at %s, %s"
            .formatted(
                letter.index(),
                letter.transaction().xid(),
                letter.transaction().commitLsn(),
                letter.transaction().commitTime());
  }

  private void line(String what, String text) {
    terminal.out().println("  %-7s %s".formatted(what, text));
  }
}
