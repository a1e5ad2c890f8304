package io.walferry.library;

import io.walferry.checkpoint.CheckpointStore;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.pipeline.BatchLimits;
import io.walferry.pipeline.FeedSettings;
import io.walferry.pipeline.LoadMode;
import io.walferry.pipeline.PipelineSettings;
import io.walferry.pipeline.Predecessor;
import io.walferry.pipeline.Replacement;
import io.walferry.pipeline.RetryPolicy;
import io.walferry.pipeline.SlotLoss;
import io.walferry.pipeline.Until;
import io.walferry.postgres.ConnectionSettings;
import io.walferry.postgres.PostgresConnector;
import io.walferry.publication.InvalidText;
import io.walferry.publication.TablePattern;
import io.walferry.sink.Sink;
import io.walferry.stream.SlotKind;
import io.walferry.stream.StreamSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Describes a feed; every method returns this builder. Needed are a source and a place for the
 * checkpoint, or the word that there is none. Used by one thread.
 */
public final class WalferryBuilder {
  private static final Pattern SLOT_NAME = Pattern.compile("[a-z0-9_]{1,63}");
  private static final String NAME_DEFAULT = "library";
  private static final int OUTSTANDING_EVENTS = 10_000;
  private static final long OUTSTANDING_BYTES = 64L << 20;

  private final List<String> problems = new ArrayList<>();
  private final Callbacks callbacks = new Callbacks();
  private final List<StatusListener> listeners = new ArrayList<>();
  private Optional<ConnectionSettings> source = Optional.empty();
  private String name = NAME_DEFAULT;
  private Optional<String> slot = Optional.empty();
  private Optional<String> publication = Optional.empty();
  private List<String> tables = List.of();
  private boolean create = true;
  private SlotKind slotKind = SlotKind.FAILOVER;
  private Optional<Predecessor> upgradedFrom = Optional.empty();
  private LoadMode snapshot = LoadMode.SNAPSHOT;
  private SlotLoss slotLoss = SlotLoss.FAIL;
  private Replacement replaced = Replacement.FAIL;
  private InvalidText invalidText = InvalidText.FAIL;
  private Optional<CheckpointStore> checkpoint = Optional.empty();
  private boolean withoutCheckpoint;
  private boolean acceptsConfiguration;
  private Acknowledge acknowledge = Acknowledge.BATCH;
  private BatchLimits batch = BatchLimits.DEFAULT;
  private RetryPolicy retry = RetryPolicy.DEFAULT;
  private StreamSettings stream = StreamSettings.DEFAULT;
  private int loadReaders = PipelineSettings.LOAD_READERS_DEFAULT;
  private long chunkBytes = PipelineSettings.CHUNK_BYTES_DEFAULT;
  private Until until = Until.Stopped.STOPPED;
  private Optional<Supplier<Sink>> sink = Optional.empty();
  private ErrorPolicy policy = ErrorPolicy.stop();
  private Optional<Consumer<Rejection>> rejected = Optional.empty();
  private WalferrySettings.Limits limits =
      new WalferrySettings.Limits(OUTSTANDING_EVENTS, OUTSTANDING_BYTES, Duration.ofSeconds(10));

  WalferryBuilder() {}

  /**
   * A {@code postgresql://} URI or libpq's {@code key=value} pairs; see {@link ConnectionSettings}.
   */
  public WalferryBuilder source(String text) {
    try {
      return source(ConnectionSettings.parse(text, System.getenv()));
    } catch (WalferryException e) {
      problems.add("source: " + e.getMessage());
      return this;
    }
  }

  public WalferryBuilder source(ConnectionSettings settings) {
    source = Optional.of(settings);
    return this;
  }

  /** Names the feed, and with it its checkpoint; slot and publication are {@code walferry_NAME}. */
  public WalferryBuilder name(String newName) {
    name = newName;
    return this;
  }

  public WalferryBuilder slot(String newSlot) {
    slot = Optional.of(newSlot);
    return this;
  }

  /** The slot's name by default. */
  public WalferryBuilder publication(String newPublication) {
    publication = Optional.of(newPublication);
    return this;
  }

  /**
   * Patterns such as {@code public.*}. None stands for whatever the publication carries, or {@code
   * public.*} where it has to be created.
   */
  public WalferryBuilder tables(String... patterns) {
    tables = List.of(patterns);
    return this;
  }

  /** Whether slot and publication are created if they are missing, as they are by default. */
  public WalferryBuilder create(boolean whether) {
    create = whether;
    return this;
  }

  /** Whether a slot that is created is kept on standbys too, where the server can; the default. */
  public WalferryBuilder failover(boolean whether) {
    slotKind = whether ? SlotKind.FAILOVER : SlotKind.PERSISTENT;
    return this;
  }

  /** The server that the source was made of: a checkpoint on that one is gone on from. */
  public WalferryBuilder upgradedFrom(Predecessor predecessor) {
    upgradedFrom = Optional.of(predecessor);
    return this;
  }

  /** Whether existing rows are delivered first, as they are by default. */
  public WalferryBuilder snapshot(LoadMode mode) {
    snapshot = mode;
    return this;
  }

  /** What to do when the server has lost changes; it stops by default. */
  public WalferryBuilder onSlotLost(SlotLoss reaction) {
    slotLoss = reaction;
    return this;
  }

  /** Says what to do when a followed table is another one by now; it stops by default. */
  public WalferryBuilder onReplaced(Replacement reaction) {
    replaced = reaction;
    return this;
  }

  /**
   * Says what becomes of text of the source that is not UTF-8; the feed stops by default. Dead
   * letters need a {@linkplain #sink(Supplier) sink} that keeps some: see {@link Sink#setAside}.
   */
  public WalferryBuilder invalidText(InvalidText reaction) {
    invalidText = reaction;
    return this;
  }

  /** Where the position is kept. */
  public WalferryBuilder checkpoint(CheckpointStore store) {
    checkpoint = Optional.of(store);
    return this;
  }

  /**
   * Nothing is remembered: every start delivers the existing rows again, by a temporary slot, and a
   * lost connection ends the feed.
   */
  public WalferryBuilder withoutCheckpoint() {
    withoutCheckpoint = true;
    return this;
  }

  /**
   * Goes on from a checkpoint though tables, publication, database or snapshot mode were others
   * when it was saved; tables that have come are read. Without this a change is an error.
   */
  public WalferryBuilder acceptConfiguration() {
    acceptsConfiguration = true;
    return this;
  }

  /** When the checkpoint is saved; after a batch by default. */
  public WalferryBuilder acknowledge(Acknowledge when) {
    acknowledge = when;
    return this;
  }

  /**
   * How much may wait for its acknowledgement; beyond that nothing is delivered. Whoever
   * acknowledges a transaction only at its end needs more than the largest one has.
   */
  public WalferryBuilder outstanding(int events, long bytes) {
    limits = new WalferrySettings.Limits(events, bytes, limits.drain());
    return this;
  }

  /** How long a stop waits for acknowledgements; 10 seconds by default. */
  public WalferryBuilder drain(Duration atMost) {
    limits = new WalferrySettings.Limits(limits.events(), limits.bytes(), atMost);
    return this;
  }

  /** The callbacks; without any the events are pulled. May be called several times. */
  public WalferryBuilder callbacks(Consumer<Callbacks> on) {
    try {
      on.accept(callbacks);
    } catch (WalferryException e) {
      problems.add("callbacks: " + e.getMessage());
    }
    return this;
  }

  /**
   * A destination of your own that keeps its position itself, and so gets everything exactly once.
   *
   * @param newSink makes it anew for each attempt
   */
  public WalferryBuilder sink(Supplier<Sink> newSink) {
    sink = Optional.of(newSink);
    return this;
  }

  /** What becomes of a callback that fails; the feed stops by default. */
  public WalferryBuilder onError(ErrorPolicy newPolicy) {
    policy = newPolicy;
    return this;
  }

  /** Takes the events that are rejected; without it a rejection stops the feed. */
  public WalferryBuilder onRejected(Consumer<Rejection> taker) {
    rejected = Optional.of(taker);
    return this;
  }

  public WalferryBuilder onStatus(StatusListener listener) {
    listeners.add(listener);
    return this;
  }

  public WalferryBuilder batch(BatchLimits newLimits) {
    batch = newLimits;
    return this;
  }

  /** How failures of the connection are tried again. */
  public WalferryBuilder retry(RetryPolicy newPolicy) {
    retry = newPolicy;
    return this;
  }

  public WalferryBuilder stream(StreamSettings settings) {
    stream = settings;
    return this;
  }

  /**
   * How existing rows are read.
   *
   * @param bytesPerChunk about how much is read in one transaction, and read again after a failure
   */
  public WalferryBuilder load(int readers, long bytesPerChunk) {
    loadReaders = readers;
    chunkBytes = bytesPerChunk;
    return this;
  }

  /** Where the feed ends by itself; nowhere by default. */
  public WalferryBuilder until(Until end) {
    until = end;
    return this;
  }

  /**
   * The feed, which is not started yet; nothing is opened.
   *
   * @throws WalferryException {@code CONFIGURATION_INVALID} with everything that is wrong
   */
  public Walferry build() {
    String slotName = slot.orElse("walferry_" + name);
    List<String> found = new ArrayList<>(problems);
    if (source.isEmpty() && problems.stream().noneMatch(it -> it.startsWith("source"))) {
      found.add("source is missing, such as postgresql://user@host/database");
    }
    if (!SLOT_NAME.matcher(slotName).matches()) {
      found.add("slot '" + slotName + "' must be up to 63 of a-z, 0-9 and '_'; set name or slot");
    }
    for (String pattern : tables) {
      try {
        TablePattern.parse(pattern);
      } catch (WalferryException e) {
        found.add("tables: " + e.getMessage());
      }
    }
    addProblemsOfDelivery(found);
    if (!found.isEmpty()) {
      throw new WalferryException(ErrorCode.CONFIGURATION_INVALID, String.join("; ", found));
    }
    return new Walferry(settings(slotName), listeners);
  }

  private void addProblemsOfDelivery(List<String> found) {
    boolean kept = checkpoint.isPresent();
    if (sink.isPresent() && (kept || withoutCheckpoint || !callbacks.routes().isEmpty())) {
      found.add("a sink keeps its position itself: it goes with no checkpoint and no callbacks");
    }
    if (sink.isEmpty() && !kept && !withoutCheckpoint) {
      found.add("checkpoint is missing: give a store, or say withoutCheckpoint");
    }
    if (kept && withoutCheckpoint) {
      found.add("there cannot be a checkpoint and none");
    }
    if (sink.isEmpty() && invalidText == InvalidText.DEAD_LETTER) {
      found.add("invalidText: callbacks have no dead letters, so it can be FAIL or REPLACE");
    }
    if (limits.events() <= 0 || limits.bytes() <= 0 || limits.drain().isNegative()) {
      found.add("the bounds of what is outstanding must be positive");
    }
    if (loadReaders <= 0 || chunkBytes <= 0) {
      found.add("load needs at least one reader and one byte");
    }
  }

  private WalferrySettings settings(String slotName) {
    BatchLimits fitting =
        acknowledge == Acknowledge.TRANSACTION
            ? new BatchLimits(1, batch.bytes(), batch.time())
            : batch;
    FeedSettings feed =
        new FeedSettings(
                name,
                slotName,
                publication.orElse(slotName),
                tables,
                create,
                slotKind,
                snapshot,
                slotLoss,
                upgradedFrom)
            .replaced(replaced);
    return new WalferrySettings(
        new PostgresConnector(source.orElseThrow(), "walferry " + name),
        new PipelineSettings(
            feed, stream, fitting, retry, loadReaders, chunkBytes, invalidText, until),
        checkpoint,
        acceptsConfiguration,
        callbacks.routes(),
        sink,
        new WalferrySettings.Errors(policy, rejected),
        limits);
  }
}
