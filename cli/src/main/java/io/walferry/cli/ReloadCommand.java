package io.walferry.cli;

import io.walferry.change.Lsn;
import io.walferry.cli.config.ConfigProblem;
import io.walferry.cli.config.ConfigResult;
import io.walferry.cli.config.FeedConfig;
import io.walferry.cli.config.WalferryConfig;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.pipeline.ReloadRequest;
import io.walferry.postgres.PostgresConnector;
import io.walferry.publication.PublicationCatalog;
import io.walferry.publication.PublishedTable;
import io.walferry.publication.TablePattern;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
      "'loading'. Takes PostgreSQL 14 or later as the source."
    },
    footer = {
      "  walferry reload public.orders",
      "  walferry reload 'sales.*' shop.yaml",
      "  walferry reload public.orders shop.yaml --only orders"
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

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Mixin private GlobalOptions options = new GlobalOptions();

  ReloadCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  /** What a feed was asked for, and where in the source's log. */
  private record Asked(String pipeline, PublishedTable table, Lsn lsn) {
    Map<String, Object> json() {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("pipeline", pipeline);
      json.put("table", table.table().toString());
      json.put("lsn", lsn.toString());
      return json;
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
        terminal
            .out()
            .printf(
                "Pipeline %s loads %s again when it comes to %s.%n",
                one.pipeline(), one.table(), one.lsn());
      }
    }
    return 0;
  }

  private static List<Asked> ask(FeedConfig feed, TablePattern pattern) throws SQLException {
    List<TablePattern> followed = feed.source().tables().stream().map(TablePattern::parse).toList();
    List<Asked> asked = new ArrayList<>();
    try (Connection source =
        new PostgresConnector(feed.source().connection(), "walferry reload").connect()) {
      for (PublishedTable published :
          new PublicationCatalog(source).tables(feed.source().publication())) {
        boolean wanted =
            followed.isEmpty() || followed.stream().anyMatch(it -> it.matches(published.table()));
        if (wanted && pattern.matches(published.table())) {
          ReloadRequest request = new ReloadRequest(feed.source().slot(), published.table());
          asked.add(new Asked(feed.pipeline().name(), published, request.send(source)));
        }
      }
    }
    return asked;
  }
}
