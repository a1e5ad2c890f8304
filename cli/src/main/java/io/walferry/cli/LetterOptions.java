package io.walferry.cli;

import io.walferry.cli.config.ConfigProblem;
import io.walferry.cli.config.ConfigResult;
import io.walferry.cli.config.FeedConfig;
import io.walferry.cli.config.SinkConfig;
import io.walferry.cli.config.WalferryConfig;
import io.walferry.error.DidYouMean;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Whose letters a command is about. */
final class LetterOptions {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Default: the variable WALFERRY_CONFIG, or walferry.yaml.")
  private Optional<Path> file = Optional.empty();

  @Option(
      names = "--only",
      paramLabel = "NAME",
      description = "This one of several pipelines; may be given more than once.")
  private List<String> only = List.of();

  @Option(
      names = "--sink",
      paramLabel = "NAME",
      description = "This one of several sinks; may be given more than once.")
  private List<String> sinks = List.of();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Mixin private GlobalOptions global = new GlobalOptions();

  /** What a command does with them. */
  interface Action {
    /** Returns the exit status. */
    int run(List<SinkLetters> letters) throws SQLException;
  }

  boolean json() {
    return json;
  }

  /** Reads the configuration, and says what is wrong with it or with the options. */
  int with(Terminal terminal, Action action) throws SQLException {
    Logging.start(terminal, global);
    ConfigArgument config = new ConfigArgument(file);
    return switch (config.read(terminal)) {
      case ConfigResult.Invalid(List<ConfigProblem> problems) ->
          config.report(terminal, problems, json);
      case ConfigResult.Valid(WalferryConfig valid) -> with(valid, terminal, action);
    };
  }

  private int with(WalferryConfig valid, Terminal terminal, Action action) throws SQLException {
    FeedSelection selection = new FeedSelection(valid.feeds(), only);
    Optional<Failure> wrong = selection.unknown().or(() -> unknownSink(selection.feeds()));
    if (wrong.isPresent()) {
      return wrong.get().report(terminal, json);
    }
    selection
        .feeds()
        .forEach(feed -> feed.sinks().forEach(sink -> tellOfTopic(terminal, feed, sink)));
    return action.run(
        selection.feeds().stream()
            .flatMap(feed -> feed.sinks().stream().flatMap(sink -> letters(feed, sink)))
            .toList());
  }

  /** Who finds no letters of such a sink here must not take it for having none. */
  private void tellOfTopic(Terminal terminal, FeedConfig feed, SinkConfig sink) {
    String pipeline = feed.pipeline().name();
    if (isMeant(sink) && sink.plain() instanceof SinkConfig.Kafka kafka) {
      FeedWiring.settings(kafka, feed)
          .deadLetterTopic(pipeline)
          .ifPresent(
              topic ->
                  terminal.say(
                      ("Dead letters of sink %s of pipeline %s are not read here: they are records"
                           + " of topic %s, for any consumer with isolation.level=read_committed.")
                          .formatted(sink.name(), pipeline, topic)));
    }
  }

  private boolean isMeant(SinkConfig sink) {
    return sinks.isEmpty() || sinks.contains(sink.name());
  }

  private Stream<SinkLetters> letters(FeedConfig feed, SinkConfig sink) {
    return isMeant(sink)
        ? FeedWiring.deadLetters(sink).map(it -> new SinkLetters(feed, sink, it)).stream()
        : Stream.empty();
  }

  private Optional<Failure> unknownSink(List<FeedConfig> feeds) {
    List<String> names =
        feeds.stream().flatMap(feed -> feed.sinks().stream()).map(SinkConfig::name).toList();
    return sinks.stream()
        .filter(name -> !names.contains(name))
        .findFirst()
        .map(
            name ->
                Failure.ofUsage(
                    "--sink: there is no sink '%s'".formatted(name)
                        + DidYouMean.suffix(name, names),
                    "The sinks are: " + String.join(", ", names) + "."));
  }
}
