package io.walferry.cli.config;

import io.walferry.postgres.ConnectionSettings;
import io.walferry.postgres.ServerAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;

/**
 * Finds pipelines, and sinks of one pipeline, that would take something from one another: a slot, a
 * position, a file.
 */
final class FeedConflicts {
  private final Reading reading;
  private final List<FeedConfig> feeds = new ArrayList<>();

  FeedConflicts(Reading reading) {
    this.reading = reading;
  }

  /** Reports what the feed has in common with earlier ones, but must not. */
  void add(FeedConfig feed, Section section) {
    for (FeedConfig earlier : feeds) {
      compareSlots(earlier, feed, section);
      compareDestinations(earlier, feed, section);
    }
    feeds.add(feed);
  }

  private void compareSlots(FeedConfig earlier, FeedConfig feed, Section section) {
    SourceConfig source = feed.source();
    if (source.slot().equals(earlier.source().slot()) && source.isOnServerOf(earlier.source())) {
      Section own = section.section("source");
      reading.problem(
          own.has("slot") && !own.inherits("slot") ? own.placeOf("slot") : section.place(),
          "'%s' has the slot '%s' of the pipeline '%s', on the same server; set '%s' for one of them"
              .formatted(
                  feed.name(), source.slot(), earlier.name(), section.path() + ".source.slot"));
    }
  }

  private void compareDestinations(FeedConfig earlier, FeedConfig feed, Section section) {
    Place place = section.isInFile("sinks") ? section.section("sinks").place() : section.place();
    if (anySinks(earlier, feed, FeedConflicts::shareLines)) {
      reading.problem(
          place,
          "'%s' writes where the pipeline '%s' writes, but lines of JSON take one pipeline; set"
                  .formatted(feed.name(), earlier.name())
              + " another path for one of them");
    } else if (anySinks(earlier, feed, FeedConflicts::isSame)
        && feed.pipeline().name().equals(earlier.pipeline().name())) {
      reading.problem(
          place,
          "'%s' keeps its position at the destination under the name '%s', as the pipeline '%s' does"
                  .formatted(feed.name(), feed.pipeline().name(), earlier.name())
              + "; set another 'pipeline.name' for one of them");
    }
  }

  private static boolean anySinks(
      FeedConfig left, FeedConfig right, BiPredicate<SinkConfig, SinkConfig> share) {
    return left.sinks().stream()
        .map(SinkConfig::plain)
        .anyMatch(one -> right.sinks().stream().anyMatch(other -> share.test(one, other.plain())));
  }

  /**
   * Reports what sinks of one pipeline have in common, but must not.
   *
   * @param section where they stand
   */
  static void compareSinks(Reading reading, List<SinkConfig> sinks, Section section) {
    for (int i = 0; i < sinks.size(); i++) {
      SinkConfig sink = sinks.get(i);
      Optional<SinkConfig> earlier =
          sinks.subList(0, i).stream()
              .filter(
                  other ->
                      isSame(other.plain(), sink.plain())
                          || shareLines(other.plain(), sink.plain()))
              .findFirst();
      if (sinks.size() > 1 && !sink.savesPosition()) {
        reading.problem(
            section.section(sink.name()).placeOf("path"),
            "standard output remembers no position, so that after a restart it would need changes"
                + " which the other sinks have confirmed; '%s' needs a pipeline of its own"
                    .formatted(sink.name()));
      } else if (earlier.isPresent()) {
        reading.problem(
            section.section(sink.name()).place(),
            "'%s' is the same destination as '%s'; leave one of them out"
                .formatted(sink.name(), earlier.get().name()));
      }
    }
  }

  /** Also standard output. */
  private static boolean shareLines(SinkConfig left, SinkConfig right) {
    boolean lines = left instanceof SinkConfig.JsonLines || right instanceof SinkConfig.JsonLines;
    return lines && isFile(left) && isFile(right) && file(left).equals(file(right));
  }

  /** Or standard output. */
  private static boolean isFile(SinkConfig sink) {
    return sink instanceof SinkConfig.JsonLines || sink instanceof SinkConfig.Sqlite;
  }

  private static boolean isSame(SinkConfig left, SinkConfig right) {
    if (left instanceof SinkConfig.Postgres one && right instanceof SinkConfig.Postgres other) {
      return one.connection().database().equals(other.connection().database())
          && shareServer(one.connection(), other.connection());
    }
    if (left instanceof SinkConfig.Mysql one && right instanceof SinkConfig.Mysql other) {
      return one.connection().database().equals(other.connection().database())
          && isSame(one.connection().server(), other.connection().server());
    }
    if (left instanceof SinkConfig.SqlServer one && right instanceof SinkConfig.SqlServer other) {
      return one.connection().database().equalsIgnoreCase(other.connection().database())
          && isSame(one.connection().server(), other.connection().server());
    }
    if (left instanceof SinkConfig.Kafka one && right instanceof SinkConfig.Kafka other) {
      return one.settings().sharesPosition(other.settings());
    }
    return left instanceof SinkConfig.Sqlite && file(left).equals(file(right));
  }

  private static boolean isSame(ServerAddress one, ServerAddress other) {
    return one.port() == other.port() && one.host().equalsIgnoreCase(other.host());
  }

  /** Whether one address at least is the same; a name and the number behind it are not. */
  static boolean shareServer(ConnectionSettings left, ConnectionSettings right) {
    return left.servers().stream()
        .anyMatch(
            one ->
                right.servers().stream()
                    .anyMatch(
                        other ->
                            one.port() == other.port()
                                && one.host().equalsIgnoreCase(other.host())));
  }

  private static Optional<Path> file(SinkConfig sink) {
    return switch (sink) {
      case SinkConfig.Sqlite sqlite -> Optional.of(sqlite.path());
      case SinkConfig.JsonLines lines -> lines.path();
      case SinkConfig.Postgres postgres -> Optional.empty();
      case SinkConfig.Mysql mysql -> Optional.empty();
      case SinkConfig.SqlServer sqlServer -> Optional.empty();
      case SinkConfig.Kafka kafka -> Optional.empty();
      case SinkConfig.Provided provided -> Optional.empty();
      case SinkConfig.Transformed transformed -> file(transformed.plain());
    };
  }
}
