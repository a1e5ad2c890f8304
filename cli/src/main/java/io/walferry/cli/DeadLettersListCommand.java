package io.walferry.cli;

import io.walferry.change.Lsn;
import io.walferry.change.TableId;
import io.walferry.sink.DeadLetter;
import io.walferry.sink.KeptLetter;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code walferry deadletters list}. */
@Command(
    name = "list",
    header = "Counts dead letters by table and reason.",
    description = {
      "Reads the letters at the destinations; the feed may run or not. No values are shown: for",
      "these see 'walferry deadletters show'. AS OF is where the last of them stands in the",
      "source's log; 0/0 for rows of a load.",
      ""
    },
    footer = {
      "  walferry deadletters list",
      "  walferry deadletters list --config shop.yaml --sink copy --json"
    })
final class DeadLettersListCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private LetterOptions options = new LetterOptions();

  DeadLettersListCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  private record Group(SinkLetters sink, TableId table, String error) {}

  /**
   * Of a group.
   *
   * @param reason of the first one
   * @param last how far the source was with the last one
   */
  private record Summary(
      long count,
      long withoutKey,
      String reason,
      Instant firstBuried,
      Instant lastBuried,
      Lsn last) {
    static Summary of(KeptLetter kept) {
      DeadLetter letter = kept.letter();
      return new Summary(
          1,
          letter.key().isPresent() ? 0 : 1,
          letter.reason(),
          kept.buriedAt(),
          kept.buriedAt(),
          letter.transaction().commitLsn());
    }

    Summary plus(Summary later) {
      return new Summary(
          count + later.count,
          withoutKey + later.withoutKey,
          reason,
          firstBuried,
          later.lastBuried,
          later.last);
    }
  }

  @Override
  public Integer call() throws SQLException {
    return options.with(terminal, this::list);
  }

  private int list(List<SinkLetters> sinks) {
    Map<Group, Summary> groups = new LinkedHashMap<>();
    for (SinkLetters sink : sinks) {
      sink.read(
          kept ->
              groups.merge(
                  new Group(sink, kept.letter().table(), kept.letter().error()),
                  Summary.of(kept),
                  Summary::plus));
    }
    if (options.json()) {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("letters", groups.values().stream().mapToLong(Summary::count).sum());
      json.put(
          "groups",
          groups.entrySet().stream().map(it -> json(it.getKey(), it.getValue())).toList());
      Json.print(terminal.out(), json);
    } else {
      print(groups);
    }
    return 0;
  }

  private static Map<String, Object> json(Group group, Summary summary) {
    Map<String, Object> json = group.sink().json();
    json.put("table", group.table().toString());
    json.put("error", group.error());
    json.put("letters", summary.count());
    json.put("withoutKey", summary.withoutKey());
    json.put("firstBuriedAt", summary.firstBuried().toString());
    json.put("lastBuriedAt", summary.lastBuried().toString());
    json.put("lastLsn", summary.last().toString());
    json.put("firstReason", summary.reason());
    return json;
  }

  private void print(Map<Group, Summary> groups) {
    if (groups.isEmpty()) {
      terminal.out().println("There are no dead letters.");
      return;
    }
    TextTable table =
        new TextTable(
            "PIPELINE", "SINK", "TABLE", "ERROR", "LETTERS", "WITHOUT KEY", "AS OF", "LAST AT");
    groups.forEach(
        (group, summary) ->
            table.add(
                group.sink().feed().pipeline().name(),
                group.sink().sink().name(),
                group.table().toString(),
                group.error(),
                Human.count(summary.count()),
                Human.count(summary.withoutKey()),
                summary.last().toString(),
                summary.lastBuried().toString()));
    table.lines().forEach(terminal.out()::println);
    groups.forEach(
        (group, summary) ->
            terminal.out().println("first of " + group.table() + ": " + summary.reason()));
  }
}
