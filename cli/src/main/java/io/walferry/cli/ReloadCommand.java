package io.walferry.cli;

import io.walferry.change.Lsn;
import io.walferry.cli.config.ConfigProblem;
import io.walferry.cli.config.ConfigResult;
import io.walferry.cli.config.FeedConfig;
import io.walferry.cli.config.WalferryConfig;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.pipeline.ReloadRequest;
import io.walferry.pipeline.RowReloadRequest;
import io.walferry.postgres.PostgresConnector;
import io.walferry.publication.PublishedTable;
import io.walferry.publication.TablePattern;
import io.walferry.sink.RowKeys;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code walferry reload}: has a feed read a table again. */
@Command(
    name = "reload",
    header = "Has a running feed read a table again.",
    description = {
      "The wish goes through the source's own log, so it works from anywhere and reaches a feed",
      "that is not running as soon as it does. At the destination the table's rows are removed and",
      "loaded again while the feed goes on; until it has caught up, the position's state there is",
      "'loading'. Takes PostgreSQL 14 or later as the source.",
      "",
      "With --where only those rows are read again for which a condition holds, at the source or"
          + " in",
      "a sink: afterwards a sink has them as the source does, also those that it lacked or that it",
      "alone had. The command looks for their keys itself, so it has to reach the sinks, and the",
      "condition has to mean something in the SQL of each; names other than PostgreSQL's own are",
      "qualified, and times without a zone are UTC. The feed never waits for transactions that are",
      "open at the source: it reads the rows as soon as they have ended. Lines of JSON, and sinks",
      "with 'existing' append or merge, leave such a request out.",
      ""
    },
    footer = {
      "  walferry reload public.orders",
      "  walferry reload 'sales.*' shop.yaml",
      "  walferry reload public.orders shop.yaml --only orders",
      "  walferry reload public.orders --where \"customer_id = 7 and status <> 'paid'\""
    })
final class ReloadCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(
      index = "0",
      paramLabel = "TABLE",
      description = "schema.table, or a pattern such as 'sales.*'.")
  private String table = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "CONFIG",
      description = "Default: the variable WALFERRY_CONFIG, or walferry.yaml.")
  private Optional<Path> file = Optional.empty();

  @Option(
      names = "--only",
      paramLabel = "NAME",
      description = "Ask this one of several pipelines; may be given more than once.")
  private List<String> only = List.of();

  @Option(
      names = "--where",
      paramLabel = "CONDITION",
      description = "Only rows of one table for which this SQL expression holds, at either side.")
  private Optional<String> where = Optional.empty();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Mixin private GlobalOptions options = new GlobalOptions();

  ReloadCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  /**
   * What a feed was asked for.
   *
   * @param rows how many; empty for all
   * @param lsn where in the source's log; empty if there was nothing to ask for
   * @param passedOver sinks that leave it out
   */
  private record Asked(
      String pipeline,
      PublishedTable table,
      OptionalInt rows,
      Optional<Lsn> lsn,
      List<String> passedOver) {
    Map<String, Object> json() {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("pipeline", pipeline);
      json.put("table", table.table().toString());
      rows.ifPresent(count -> json.put("rows", count));
      lsn.ifPresent(at -> json.put("lsn", at.toString()));
      if (!passedOver.isEmpty()) {
        json.put("passedOver", passedOver);
      }
      return json;
    }

    String text() {
      if (lsn.isEmpty()) {
        return "Pipeline %s has nothing to load: no row of %s meets the condition, at either side."
            .formatted(pipeline, table);
      }
      String what = rows.isPresent() ? rows.getAsInt() + " rows of " + table : table.toString();
      return "Pipeline %s loads %s again when it comes to %s.".formatted(pipeline, what, lsn.get());
    }
  }

  @Override
  public Integer call() throws SQLException {
    Logging.start(terminal, options);
    ConfigArgument config = new ConfigArgument(file);
    return switch (config.read(terminal)) {
      case ConfigResult.Invalid(List<ConfigProblem> problems) ->
          config.report(terminal, problems, json);
      case ConfigResult.Valid(WalferryConfig valid) -> ask(valid);
    };
  }

  private int ask(WalferryConfig valid) throws SQLException {
    TablePattern pattern = TablePattern.parse(table);
    FeedSelection selection = new FeedSelection(valid.feeds(), only);
    Optional<Failure> unknown = selection.unknown();
    if (unknown.isPresent()) {
      return unknown.get().report(terminal, json);
    }
    List<Asked> asked = new ArrayList<>();
    for (FeedConfig feed : selection.feeds()) {
      asked.addAll(ask(feed, pattern));
    }
    if (asked.isEmpty()) {
      throw new WalferryException(
          ErrorCode.TABLE_MISSING, "no pipeline follows a table that matches " + table);
    }
    if (json) {
      Json.print(terminal.out(), Map.of("asked", asked.stream().map(Asked::json).toList()));
    } else {
      for (Asked one : asked) {
        terminal.out().println(one.text());
        if (!one.passedOver().isEmpty()) {
          terminal.say("Left out: " + String.join(", ", one.passedOver()));
        }
      }
    }
    return 0;
  }

  private List<Asked> ask(FeedConfig feed, TablePattern pattern) throws SQLException {
    try (Connection source =
        new PostgresConnector(feed.source().connection(), "walferry reload").connect()) {
      List<PublishedTable> tables =
          FeedTables.of(feed, source).stream().filter(it -> pattern.matches(it.table())).toList();
      if (where.isPresent() && tables.size() > 1) {
        throw new WalferryException(
            ErrorCode.CONDITION_INVALID,
            "a condition is about one table, but " + table + " matches " + tables.size());
      }
      List<Asked> asked = new ArrayList<>();
      for (PublishedTable published : tables) {
        asked.add(
            where.isPresent()
                ? askForRows(feed, published, where.get(), source)
                : ask(feed, published, source));
      }
      return asked;
    }
  }

  private static Asked ask(FeedConfig feed, PublishedTable table, Connection source) {
    Lsn lsn = new ReloadRequest(feed.source().slot(), table.table()).send(source);
    return new Asked(
        feed.pipeline().name(), table, OptionalInt.empty(), Optional.of(lsn), List.of());
  }

  private static Asked askForRows(
      FeedConfig feed, PublishedTable table, String condition, Connection source) {
    RowsOfCondition meant = new RowsOfCondition(feed, source, condition);
    RowKeys rows = meant.find(table);
    Optional<Lsn> lsn =
        rows.keys().isEmpty()
            ? Optional.empty()
            : Optional.of(
                new RowReloadRequest(feed.source().slot(), table.table(), rows).send(source));
    return new Asked(
        feed.pipeline().name(), table, OptionalInt.of(rows.keys().size()), lsn, meant.passedOver());
  }
}
