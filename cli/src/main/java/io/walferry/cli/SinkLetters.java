package io.walferry.cli;

import io.walferry.cli.config.FeedConfig;
import io.walferry.cli.config.SinkConfig;
import io.walferry.error.WalferryException;
import io.walferry.sink.DeadLetterSearch;
import io.walferry.sink.KeptLetter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** The letters of a feed at one of its sinks. */
record SinkLetters(FeedConfig feed, SinkConfig sink, DeadLetterSearch search) {
  /** Reads them in the order in which they came. */
  void read(Consumer<KeptLetter> found) {
    try {
      search.find(feed.pipeline().name(), found);
    } catch (WalferryException e) {
      throw new WalferryException(e.code(), "sink " + sink.name() + ": " + e.getMessage(), e);
    }
  }

  /** Reads those that are meant, and tells whether there are any. */
  boolean read(LetterChoice choice, Consumer<KeptLetter> found) {
    AtomicBoolean any = new AtomicBoolean();
    read(
        kept -> {
          if (choice.means(kept)) {
            any.set(true);
            found.accept(kept);
          }
        });
    return any.get();
  }

  /** Whose they are, for machines. */
  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("pipeline", feed.pipeline().name());
    json.put("sink", sink.name());
    return json;
  }

  /** Whose they are, for people. */
  @Override
  public String toString() {
    return "sink " + sink.name() + " of pipeline " + feed.pipeline().name();
  }
}
