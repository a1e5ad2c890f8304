package io.walferry.cli;

import io.walferry.cli.LetterRetry.Asked;
import io.walferry.cli.LetterRetry.Left;
import io.walferry.cli.config.FeedConfig;
import io.walferry.postgres.PostgresConnector;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code walferry deadletters retry}. */
@Command(
    name = "retry",
    header = "Has the rows of dead letters read again, after the cause is mended.",
    description = {
      "A letter is never replayed: its row may have changed since. So the feed is asked, through",
      "the source's own log, to read the rows by their keys as they are then, at every sink of the",
      "pipeline, in the place of what is there. A letter goes in the transaction in which its row"
          + " is",
      "read again; a row that is still refused becomes a letter anew. A feed that does not run is",
      "asked as soon as it does. If rows cannot be read one by one, its log says so (a table with"
          + " a",
      "unique index of the destination's own besides the key), and 'walferry reload TABLE' helps.",
      "",
      "Letters without a key cannot be retried, nor those of a table whose key has changed. The",
      "command says which, and what to do, and ends with exit status 1.",
      ""
    },
    footer = {
      "  walferry deadletters retry",
      "  walferry deadletters retry public.orders --config shop.yaml",
      "  walferry deadletters retry 17 18 --sink copy --json"
    })
final class DeadLettersRetryCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(
      paramLabel = "LETTER|TABLE",
      arity = "0..*",
      description =
          "Numbers of letters, or tables as the destination knows them: schema.table, or a pattern"
              + " such as 'sales.*'. Default: all letters.")
  private List<String> words = List.of();

  @Mixin private LetterOptions options = new LetterOptions();

  DeadLettersRetryCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws SQLException {
    return options.with(terminal, this::retry);
  }

  private int retry(List<SinkLetters> sinks) throws SQLException {
    LetterChoice choice = new LetterChoice(words);
    Map<FeedConfig, List<SinkLetters>> feeds =
        sinks.stream()
            .collect(
                Collectors.groupingBy(
                    SinkLetters::feed, LinkedHashMap::new, Collectors.toUnmodifiableList()));
    List<Asked> asked = new ArrayList<>();
    Map<Left, Long> left = new LinkedHashMap<>();
    for (Map.Entry<FeedConfig, List<SinkLetters>> feed : feeds.entrySet()) {
      try (Connection source = connect(feed.getKey())) {
        LetterRetry retry = new LetterRetry(feed.getKey(), source);
        feed.getValue().forEach(sink -> retry.add(sink, choice));
        asked.addAll(retry.send());
        left.putAll(retry.left());
      }
    }
    if (options.json()) {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("asked", asked.stream().map(DeadLettersRetryCommand::json).toList());
      json.put(
          "left", left.entrySet().stream().map(it -> json(it.getKey(), it.getValue())).toList());
      Json.print(terminal.out(), json);
    } else {
      print(asked, left);
    }
    return left.isEmpty() ? 0 : 1;
  }

  private static Connection connect(FeedConfig feed) {
    return new PostgresConnector(feed.source().connection(), "walferry deadletters").connect();
  }

  private static Map<String, Object> json(Asked asked) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("pipeline", asked.pipeline());
    json.put("table", asked.table().toString());
    json.put("rows", asked.rows());
    json.put("letters", asked.letters());
    json.put("lsn", asked.lsn().toString());
    return json;
  }

  private static Map<String, Object> json(Left left, long letters) {
    Map<String, Object> json = left.sink().json();
    json.put("table", left.table().toString());
    json.put("letters", letters);
    json.put("why", left.why().reason());
    json.put("advice", left.why().advice(left.table()));
    return json;
  }

  private void print(List<Asked> asked, Map<Left, Long> left) {
    if (asked.isEmpty() && left.isEmpty()) {
      terminal
          .out()
          .println(words.isEmpty() ? "There are no dead letters." : "No dead letter is meant.");
    }
    asked.forEach(
        it ->
            terminal
                .out()
                .println(
                    "Pipeline %s reads %s of table %s again when it comes to %s, for letters: %s."
                        .formatted(
                            it.pipeline(),
                            it.rows() == 1 ? "1 row" : Human.count(it.rows()) + " rows",
                            it.table(),
                            it.lsn(),
                            Human.count(it.letters()))));
    left.forEach(
        (letters, count) ->
            terminal
                .out()
                .println(
                    "Not retried, letters of table %s at %s: %s; %s. %s."
                        .formatted(
                            letters.table(),
                            letters.sink(),
                            Human.count(count),
                            letters.why().reason(),
                            capital(letters.why().advice(letters.table())))));
  }

  private static String capital(String text) {
    return Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }
}
