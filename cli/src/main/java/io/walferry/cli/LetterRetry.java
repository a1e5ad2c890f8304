package io.walferry.cli;

import io.walferry.change.Lsn;
import io.walferry.change.TableId;
import io.walferry.cli.config.FeedConfig;
import io.walferry.cli.config.SinkConfig;
import io.walferry.deadletter.LetterText;
import io.walferry.pipeline.RowReloadRequest;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.DeadLetter;
import io.walferry.sink.RowKeys;
import io.walferry.snapshot.LoadTable;
import io.walferry.transform.TransformedKeys;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Has a feed read the rows again that letters are about. Not for several threads. */
final class LetterRetry {
  private final FeedConfig feed;
  private final Connection source;
  private final List<PublishedTable> followed;
  private final Map<TableId, Rows> rows = new LinkedHashMap<>();
  private final Map<Left, Long> left = new LinkedHashMap<>();

  LetterRetry(FeedConfig feed, Connection source) {
    this.feed = feed;
    this.source = source;
    this.followed = FeedTables.of(feed, source);
  }

  /** Why a letter stays, and what to do about it. */
  enum Why {
    NO_KEY("they have no key", "have the whole table read again: walferry reload %s"),
    OTHER_KEY(
        "the table's key at the source is another one",
        "have the whole table read again: walferry reload %s"),
    CHANGED_KEY(
        "the key is hashed or tokenised on its way",
        "have the whole table read again: walferry reload %s"),
    NOT_FOLLOWED(
        "the pipeline does not follow the table",
        "if nobody needs them, delete the letters of %s at the destination"),
    OTHERS_ROWS(
        "'existing' of the sink is append or merge, so single rows are not read again",
        "mend the rows of %s at the destination and delete the letters there"),
    NOT_KEPT(
        "'rows' of the sink stops at what is refused, so a reload would leave the letters",
        "set 'rows' of the sink as it was when the letters of %s came, and start the feed with it");

    private final String reason;
    private final String advice;

    Why(String reason, String advice) {
      this.reason = reason;
      this.advice = advice;
    }

    String reason() {
      return reason;
    }

    /** What to do about letters of a table. */
    String advice(TableId table) {
      return advice.formatted(table);
    }
  }

  /**
   * Letters that stay.
   *
   * @param table as the source knows it, if it does
   */
  record Left(SinkLetters sink, TableId table, Why why) {}

  /**
   * Rows that the feed was asked for.
   *
   * @param lsn where in the source's log
   */
  record Asked(String pipeline, TableId table, int rows, long letters, Lsn lsn) {}

  /** Of a table at the source. */
  private static final class Rows {
    private final List<String> columns;
    private final Set<List<String>> keys = new LinkedHashSet<>();
    private long letters;

    Rows(List<String> columns) {
      this.columns = columns;
    }

    void add(List<String> key) {
      keys.add(key);
      letters++;
    }
  }

  /** Takes the letters of a sink that are meant. */
  void add(SinkLetters sink, LetterChoice choice) {
    Map<TableId, PublishedTable> sources = new HashMap<>();
    followed.forEach(table -> sources.put(nameAt(sink.sink(), table), table));
    sink.read(
        choice,
        kept -> {
          DeadLetter letter = kept.letter();
          Optional<PublishedTable> table = Optional.ofNullable(sources.get(letter.table()));
          add(sink, table, letter)
              .ifPresent(
                  why -> {
                    TableId name = table.map(PublishedTable::table).orElse(letter.table());
                    left.merge(new Left(sink, name, why), 1L, Long::sum);
                  });
        });
  }

  private Optional<Why> add(SinkLetters sink, Optional<PublishedTable> table, DeadLetter letter) {
    if (sink.sink().plain().rows().halts()) {
      return Optional.of(Why.NOT_KEPT);
    }
    if (FeedWiring.rowSearch(sink.sink()).isEmpty()) {
      return Optional.of(Why.OTHERS_ROWS);
    }
    if (table.isEmpty()) {
      return Optional.of(Why.NOT_FOLLOWED);
    }
    return letter
        .key()
        .map(key -> add(sink.sink(), table.get(), LetterText.values(key)))
        .orElse(Optional.of(Why.NO_KEY));
  }

  private Optional<Why> add(SinkConfig sink, PublishedTable table, Map<String, String> key) {
    Rows wanted =
        rows.computeIfAbsent(
            table.table(), name -> new Rows(LoadTable.read(source, table).keyNames()));
    Optional<List<String>> columns = columnsAt(sink, table, wanted.columns);
    if (columns.isEmpty()) {
      return Optional.of(Why.CHANGED_KEY);
    }
    if (!key.keySet().equals(new HashSet<>(columns.get()))) {
      return Optional.of(Why.OTHER_KEY);
    }
    wanted.add(columns.get().stream().map(name -> key.getOrDefault(name, "")).toList());
    return Optional.empty();
  }

  private static TableId nameAt(SinkConfig sink, PublishedTable table) {
    return sink instanceof SinkConfig.Transformed transformed
        ? new TransformedKeys(transformed.transforms()).table(table)
        : table.table();
  }

  private static Optional<List<String>> columnsAt(
      SinkConfig sink, PublishedTable table, List<String> key) {
    return sink instanceof SinkConfig.Transformed transformed
        ? new TransformedKeys(transformed.transforms()).columns(table, key)
        : Optional.of(key);
  }

  /** Asks the feed for all of them, table by table. */
  List<Asked> send() {
    List<Asked> asked = new ArrayList<>();
    rows.forEach(
        (table, wanted) -> {
          if (!wanted.keys.isEmpty()) {
            RowKeys keys = new RowKeys(wanted.columns, new ArrayList<>(wanted.keys));
            Lsn lsn = new RowReloadRequest(feed.source().slot(), table, keys).send(source);
            asked.add(
                new Asked(feed.pipeline().name(), table, wanted.keys.size(), wanted.letters, lsn));
          }
        });
    return asked;
  }

  /** Letters that stay, and how many. */
  Map<Left, Long> left() {
    return left;
  }
}
