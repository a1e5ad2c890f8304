package io.walferry.cli.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The form with several pipelines: below its name, each has the sections that a single one has at
 * the top. There they stand for what pipelines share: a pipeline takes from them what it does not
 * say itself, of source and pipeline key by key, of sinks all or nothing.
 */
final class PipelinesReader {
  static final String PIPELINES = "pipelines";

  private final Reading reading;
  private final ConfigReader reader;
  private final FeedConflicts conflicts;

  PipelinesReader(Reading reading, ConfigReader reader) {
    this.reading = reading;
    this.reader = reader;
    this.conflicts = new FeedConflicts(reading);
  }

  /** Empty only if there are problems. */
  Optional<WalferryConfig> read(Section root) {
    Section pipelines = root.section(PIPELINES, Optional.empty());
    List<String> names = pipelines.names();
    if (names.isEmpty() && pipelines.isMapping()) {
      reading.problem(
          pipelines.place(),
          "'pipelines' needs a pipeline, such as: shop: {source: {url: …}, sinks: {…}}");
    }
    reader.readShared(root);
    List<FeedConfig> feeds = new ArrayList<>();
    for (String name : names) {
      feed(name, pipelines.section(name, Optional.of(root))).ifPresent(feeds::add);
    }
    return feeds.isEmpty() ? Optional.empty() : Optional.of(WalferryConfig.several(feeds));
  }

  private Optional<FeedConfig> feed(String name, Section section) {
    if (!section.isMapping() || !reading.checkName("pipeline", name, section.place())) {
      // What else may be wrong with it follows from that.
      return Optional.empty();
    }
    Optional<FeedConfig> feed = reader.feed(section, Optional.of(name));
    section.finish();
    feed.ifPresent(it -> conflicts.add(it, section));
    return feed;
  }
}
