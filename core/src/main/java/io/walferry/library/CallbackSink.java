package io.walferry.library;

import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.Row;
import io.walferry.change.TableId;
import io.walferry.change.TransactionHeader;
import io.walferry.change.Xid;
import io.walferry.checkpoint.Checkpoint;
import io.walferry.checkpoint.CheckpointStore;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.library.Outstanding.Mark;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.ChunkTarget;
import io.walferry.sink.ChunkWriter;
import io.walferry.sink.Claim;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.RowKeys;
import io.walferry.sink.Sink;
import io.walferry.sink.SinkCapabilities;
import io.walferry.sink.SinkState;
import io.walferry.sink.TextChunkWriter;
import io.walferry.sink.Turns;
import io.walferry.sink.TypeAlteration;
import io.walferry.time.Stopwatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Callbacks as a destination. What they were handed cannot be taken back, so it may come again; the
 * checkpoint moves behind what is acknowledged. Threads that read existing rows take turns, so that
 * one at a time delivers.
 */
final class CallbackSink implements Sink {
  /**
   * While existing rows are read the ledger grows long, and what is not saved is only read again.
   */
  private static final Duration LOADING_SAVE = Duration.ofMillis(250);

  private final CallbackSinkSettings settings;
  private final CheckpointStore store;
  private final Outstanding outstanding;
  private final Dispatcher dispatcher;
  private final EventSource events;
  private final Turns turns = new Turns();
  private final List<Ledger.Step> steps = new ArrayList<>();

  private FeedIdentity feed = new FeedIdentity("", 0, 0, "");
  private Claim claim = new Claim();
  private long present = Claim.NEVER_BEGUN;
  private Ledger saved = new Ledger(List.of());
  private Position committed = new Position(Lsn.ZERO, Xid.NONE);
  private Position durable = committed;
  private Stopwatch sinceSave;
  private boolean opened;

  /** Transactions since the last commit. */
  private int begun;

  CallbackSink(
      CallbackSinkSettings settings,
      CheckpointStore store,
      Outstanding outstanding,
      Dispatcher dispatcher,
      EventTypes types) {
    this.settings = settings;
    this.store = store;
    this.outstanding = outstanding;
    this.dispatcher = dispatcher;
    this.sinceSave = Stopwatch.start(outstanding.clock());
    this.events = new EventSource(settings.routes(), types, dispatcher, this::lookAfter);
  }

  @Override
  public SinkCapabilities capabilities() {
    return new SinkCapabilities(settings.savesPosition(), false, false, settings.takesBinary());
  }

  /** {@inheritDoc} What was handed out tells of rows as they printed then, as changes do. */
  @Override
  public boolean alter(TypeAlteration alteration) {
    return false;
  }

  @Override
  public SinkState open(FeedIdentity identity, Claim presented) {
    feed = identity;
    claim = presented;
    outstanding.restart();
    begun = 0;
    settings.restarted().run();
    Optional<Checkpoint> found = store.open(feed.pipeline());
    opened = true;
    present = found.map(Checkpoint::epoch).orElse(Claim.NEVER_BEGUN);
    claim.require(present, "the checkpoint in " + store.display());
    if (found.isEmpty()) {
      return SinkState.Fresh.FRESH;
    }
    Checkpoint checkpoint = found.get();
    claim.requireSource(checkpoint.feed(), feed, store.display());
    requireSameConfiguration(checkpoint.configuration());
    committed = checkpoint.position();
    durable = committed;
    saved = new Ledger(checkpoint.ledger());
    takeOver(checkpoint);
    return new SinkState.Following(checkpoint.position(), checkpoint.feed(), checkpoint.ledger());
  }

  private void requireSameConfiguration(Map<String, String> other) {
    Map<String, String> ours = settings.configuration();
    if (ours.equals(other) || settings.acceptsConfiguration()) {
      return;
    }
    List<String> differences = new ArrayList<>();
    ours.forEach(
        (name, value) -> {
          if (!value.equals(other.get(name))) {
            String was = Optional.ofNullable(other.get(name)).orElse("nothing");
            differences.add("%s was '%s' and is '%s'".formatted(name, was, value));
          }
        });
    other.keySet().stream()
        .filter(name -> !ours.containsKey(name))
        .forEach(name -> differences.add(name + " is not given any more"));
    throw new WalferryException(
        ErrorCode.CHECKPOINT_CONFIGURATION,
        "the checkpoint in %s was saved with another configuration: %s"
            .formatted(store.display(), String.join("; ", differences)));
  }

  private void takeOver(Checkpoint checkpoint) {
    if (present != claim.epoch() || !checkpoint.configuration().equals(settings.configuration())) {
      save(
          new Checkpoint(
              checkpoint.feed(),
              checkpoint.position(),
              claim.epoch(),
              settings.configuration(),
              checkpoint.ledger()));
    }
  }

  private void save(Checkpoint checkpoint) {
    saveUninterrupted(checkpoint);
    present = claim.epoch();
    claim.hold();
    sinceSave = sinceSave.restart();
  }

  /**
   * An interrupt is for callbacks and waits: what is acknowledged is saved all the same, though a
   * file is closed under whoever is interrupted.
   */
  private void saveUninterrupted(Checkpoint checkpoint) {
    boolean interrupted = Thread.interrupted();
    try {
      store.save(checkpoint, present);
    } catch (WalferryException e) {
      if (!Thread.interrupted()) {
        throw e;
      }
      interrupted = true;
      store.save(checkpoint, present);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void prepare(List<PublishedTable> tables) {}

  @Override
  public void resume(List<PublishedTable> tables) {}

  @Override
  public void empty(PublishedTable table) {
    events.endTransaction();
    events.empty(table, committed.endLsn());
  }

  @Override
  public void note(List<LedgerEntry> entries) {
    steps.add(new Ledger.Step.Put(entries));
  }

  @Override
  public void forget(TableId table, Set<LedgerEntry.Kind> kinds) {
    steps.add(new Ledger.Step.Forget(table, kinds));
  }

  @Override
  public ChunkWriter chunkWriter() {
    return new TextChunkWriter(new Chunks(), turns);
  }

  @Override
  public void begin(TransactionHeader transaction) {
    if (begun == 0) {
      requireGoing();
    }
    begun++;
    events.begin(transaction);
  }

  @Override
  public void append(Change change) {
    requireGoing();
    events.change(change);
  }

  /**
   * A stop cuts a transaction short, unless whole ones before it would come again with it; it may
   * all the same if the end of the transaction has not come yet.
   */
  private void requireGoing() {
    if (begun <= 1 && outstanding.isStopping()) {
      throw new WalferryException(ErrorCode.INTERRUPTED, "stopped within a transaction");
    }
  }

  @Override
  public void commit(Position position) {
    events.endTransaction();
    begun = 0;
    committed = position;
    mark();
    lookAfter();
    if (outstanding.isClosing()) {
      drain();
    }
  }

  private void mark() {
    events.endBatch(committed);
    outstanding.mark(committed, steps);
    steps.clear();
  }

  /** Tries again what has failed, and saves what is acknowledged. */
  private void lookAfter() {
    dispatcher.lookAfterFailed();
    saveReached();
  }

  private void saveReached() {
    List<Mark> reached = outstanding.reached();
    if (reached.isEmpty()) {
      return;
    }
    Ledger next = new Ledger(saved.entries());
    reached.forEach(mark -> mark.ledger().forEach(next::apply));
    Position position = reached.getLast().position();
    save(new Checkpoint(feed, position, claim.epoch(), settings.configuration(), next.entries()));
    saved = next;
    durable = position;
    outstanding.saved(reached);
  }

  /** Gives those who have events some time to acknowledge them. */
  private void drain() {
    outstanding.awaitNone(settings.drain());
    saveReached();
  }

  /**
   * {@inheritDoc}
   *
   * <p>0/0 as long as existing rows are not acknowledged, which have no position of their own.
   */
  @Override
  public Position settle(Position last) {
    lookAfter();
    boolean behind = outstanding.hasMarks() && durable.endLsn().equals(last.endLsn());
    return behind ? new Position(Lsn.ZERO, Xid.NONE) : durable;
  }

  @Override
  public void close() {
    try {
      if (opened && outstanding.isClosing()) {
        drain();
      } else if (opened) {
        saveReached();
      }
    } finally {
      outstanding.restart();
      opened = false;
      store.close();
    }
  }

  /** Rows that were there before. */
  private final class Chunks implements ChunkTarget {
    @Override
    public Consumer<Row> beginChunk(PublishedTable table) {
      return events.new Snapshot(table, committed.endLsn())::row;
    }

    @Override
    public void remove(PublishedTable table, RowKeys keys) {
      throw new IllegalStateException("What was handed over is not kept here");
    }

    @Override
    public void commitChunk(LedgerEntry loaded) {
      note(List.of(loaded));
      mark();
      dispatcher.lookAfterFailed();
      if (sinceSave.hasReached(LOADING_SAVE)) {
        saveReached();
      }
    }

    @Override
    public void giveUp() {
      outstanding.giveUp();
    }

    /** What was handed over stays; the pipeline knows. */
    @Override
    public void dropChunk() {}
  }
}
