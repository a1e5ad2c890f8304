package io.walferry.cli;

import io.walferry.cli.config.FeedConfig;
import io.walferry.cli.config.SinkConfig;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.RowKeys;
import io.walferry.sink.RowSearch;
import io.walferry.snapshot.LoadTable;
import io.walferry.snapshot.SourceRowSearch;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The rows that a user's condition means: those for which it holds at either side of a feed. */
final class RowsOfCondition {
  /** About as many keys as a feed lets wait. */
  private static final long CHARACTERS_MAX = 16L << 20;

  private final FeedConfig feed;
  private final Connection source;
  private final String condition;

  RowsOfCondition(FeedConfig feed, Connection source, String condition) {
    this.feed = feed;
    this.source = source;
    this.condition = condition;
  }

  /** Sinks that leave such a request out. */
  List<String> passedOver() {
    return feed.sinks().stream()
        .filter(sink -> FeedWiring.rowSearch(sink).isEmpty())
        .map(SinkConfig::name)
        .toList();
  }

  /**
   * Finds their keys.
   *
   * @throws WalferryException {@code CONDITION_INVALID} if the source or a sink does not take the
   *     condition, or the table or every sink does not tell rows by keys
   */
  RowKeys find(PublishedTable table) {
    List<String> key = LoadTable.read(source, table).keyNames();
    if (key.isEmpty()) {
      throw refused("table " + table + " has no published key by which rows could be told");
    }
    if (passedOver().size() == feed.sinks().size()) {
      throw refused(
          "no sink of pipeline "
              + feed.pipeline().name()
              + " replaces some rows of a table: lines of JSON stay, and with 'existing' append or"
              + " merge rows may be others'");
    }
    Found found = new Found(table);
    new SourceRowSearch(source).find(table, key, condition, found::add);
    for (SinkConfig sink : feed.sinks()) {
      FeedWiring.rowSearch(sink).ifPresent(search -> find(sink, search, table, key, found));
    }
    return new RowKeys(key, new ArrayList<>(found.keys));
  }

  private void find(
      SinkConfig sink, RowSearch search, PublishedTable table, List<String> key, Found found) {
    try {
      search.find(table, key, condition, found::add);
    } catch (WalferryException e) {
      String also =
          e.code() == ErrorCode.CONDITION_INVALID
              ? "; it has to mean something in the SQL of every sink"
              : "";
      throw new WalferryException(
          e.code(), "sink " + sink.name() + ": " + e.getMessage() + also, e);
    }
  }

  private static WalferryException refused(String why) {
    return new WalferryException(ErrorCode.CONDITION_INVALID, why);
  }

  /** Keys that were found, each once. */
  private static final class Found {
    private final PublishedTable table;
    private final Set<List<String>> keys = new LinkedHashSet<>();
    private long characters;

    Found(PublishedTable table) {
      this.table = table;
    }

    void add(List<String> key) {
      if (keys.add(List.copyOf(key))) {
        characters += key.stream().mapToLong(value -> value.length() + 1L).sum();
      }
      if (characters > CHARACTERS_MAX) {
        throw refused("the condition means more than " + keys.size() + " rows of " + table);
      }
    }
  }
}
