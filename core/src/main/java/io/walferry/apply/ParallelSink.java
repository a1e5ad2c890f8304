package io.walferry.apply;

import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.Relation;
import io.walferry.change.TableId;
import io.walferry.change.TransactionHeader;
import io.walferry.change.Xid;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.PublishedTable;
import io.walferry.publication.SourceIndex;
import io.walferry.sink.ChunkWriter;
import io.walferry.sink.Claim;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.LanedSink;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.Sink;
import io.walferry.sink.SinkCapabilities;
import io.walferry.sink.SinkState;
import io.walferry.sink.TableAlteration;
import io.walferry.sink.TypeAlteration;
import io.walferry.time.NanoClock;
import io.walferry.type.TypeCatalog;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * A sink that applies batches side by side, each in a session of its own, and commits them in the
 * order of the source, each with its position: what a reader of the destination sees is what it
 * would see of a sink that takes one after the other.
 *
 * <p>A batch waits for those before it that touch a row which it touches, or a table whose changes
 * depend on each other. Dependencies that this does not see (two spellings of one key, a constraint
 * of the destination, a lock on what is between two keys) make a lane fail or wait; such a batch is
 * taken back and goes through the sink itself at its turn, as everything else does that is more
 * than rows of known tables: a TRUNCATE, an alteration, a load, a line of the ledger. So errors,
 * policies and letters are those of the sink.
 *
 * <p>{@link #commit} returns before the batch is durable; {@link #settle} tells what is. Not for
 * several threads.
 */
public final class ParallelSink implements Sink {
  /** With more, it goes through the sink itself, which keeps little of it. */
  private static final long BATCH_BYTES_MAX = 24L << 20;

  /** What waits in all lanes. */
  private static final long BYTES_MAX = 48L << 20;

  private static final Duration PATIENCE_LEAST = Duration.ofSeconds(1);

  private static final TransactionHeader NO_TRANSACTION =
      new TransactionHeader(Xid.NONE, Lsn.ZERO, Instant.EPOCH);

  private final Sink sink;
  private final int lanes;
  private final Duration patienceLeast;
  private final NanoClock clock;
  private final Turns turns;
  private final TableTouches touches;
  private final List<LaneWorker> workers = new ArrayList<>();
  private final LanedSink origin;

  private Batch batch = new Batch();
  private TransactionHeader transaction = NO_TRANSACTION;

  /** Whether what has come since the last commit goes through the sink itself. */
  private boolean alone;

  /** Whether the sink itself knows of the transaction. */
  private boolean begun;

  /** Whether a part of the transaction was committed by itself. */
  private boolean torn;

  /**
   * In front of a sink.
   *
   * @param sink what a destination is usually given changes by
   * @param origin the destination itself, which may be behind {@code sink}
   * @param lanes how many batches may be under way
   * @param clock the clock that lanes wait by
   */
  public ParallelSink(Sink sink, LanedSink origin, int lanes, NanoClock clock) {
    this(sink, origin, lanes, PATIENCE_LEAST, clock);
  }

  /** Lets a batch that is applied wait for its turn for this long at the least. */
  ParallelSink(Sink sink, LanedSink origin, int lanes, Duration patienceLeast, NanoClock clock) {
    this.sink = sink;
    this.origin = origin;
    this.lanes = lanes;
    this.patienceLeast = patienceLeast;
    this.clock = clock;
    this.turns = new Turns(new Position(Lsn.ZERO, Xid.NONE), clock);
    this.touches = new TableTouches(origin);
  }

  @Override
  public SinkCapabilities capabilities() {
    return sink.capabilities();
  }

  @Override
  public SinkState open(FeedIdentity feed, Claim claim) {
    SinkState state = sink.open(feed, claim);
    for (int number = 1; number <= lanes; number++) {
      LaneWorker worker = new LaneWorker(origin, turns, patienceLeast, clock, number);
      workers.add(worker);
      worker.start();
    }
    return state;
  }

  @Override
  public void prepare(List<PublishedTable> tables) {
    aloneAndAnew().prepare(tables);
  }

  @Override
  public void resume(List<PublishedTable> tables) {
    aloneAndAnew().resume(tables);
  }

  @Override
  public void empty(PublishedTable table) {
    aloneAndAnew().empty(table);
  }

  @Override
  public void emptyToAlter(PublishedTable table) {
    aloneAndAnew().emptyToAlter(table);
  }

  @Override
  public boolean index(PublishedTable table, Supplier<List<SourceIndex>> indexes) {
    return aloneAndAnew().index(table, indexes);
  }

  @Override
  public void note(List<LedgerEntry> entries) {
    alone().note(entries);
  }

  @Override
  public void forget(TableId table, Set<LedgerEntry.Kind> kinds) {
    alone().forget(table, kinds);
  }

  @Override
  public ChunkWriter chunkWriter() {
    awaitAll();
    return sink.chunkWriter();
  }

  @Override
  public void learn(TypeCatalog types) {
    awaitAll();
    sink.learn(types);
  }

  @Override
  public boolean prefersBinary(List<PublishedTable> tables) {
    return sink.prefersBinary(tables);
  }

  @Override
  public boolean alter(TypeAlteration alteration) {
    awaitAll();
    return sink.alter(alteration);
  }

  @Override
  public boolean admits(PublishedTable table) {
    awaitAll();
    return sink.admits(table);
  }

  @Override
  public boolean creates(PublishedTable table) {
    awaitAll();
    return sink.creates(table);
  }

  @Override
  public boolean completesApart(PublishedTable table) {
    awaitAll();
    return sink.completesApart(table);
  }

  @Override
  public void takeBack(Relation made) {
    aloneAndAnew().takeBack(made);
  }

  @Override
  public void drop(TableId table) {
    torn = true;
    aloneAndAnew().drop(table);
  }

  @Override
  public void rename(TableId table, TableId to) {
    torn = true;
    aloneAndAnew().rename(table, to);
  }

  @Override
  public boolean alter(TableAlteration alteration) {
    torn = true;
    return aloneAndAnew().alter(alteration);
  }

  @Override
  public void begin(TransactionHeader next) {
    transaction = next;
    begun = false;
    torn = false;
  }

  @Override
  public void append(Change change) {
    if (!alone && !torn && touches.note(change, batch.footprint())) {
      batch.add(transaction, change);
      if (batch.byteCount() > BATCH_BYTES_MAX) {
        Sink unused = alone();
      }
    } else {
      appendAlone(change);
    }
  }

  private void appendAlone(Change change) {
    begunAlone().append(change);
    touches.met(change);
  }

  /** {@inheritDoc} Never in a lane: letters are the sink's. */
  @Override
  public void setAside(Change change, WalferryException why) {
    begunAlone().setAside(change, why);
  }

  private Sink begunAlone() {
    Sink open = alone();
    if (!begun) {
      open.begin(transaction);
      begun = true;
    }
    return open;
  }

  /** {@inheritDoc} Or, with a lane, soon afterwards. */
  @Override
  public void commit(Position position) {
    if (alone || batch.isEmpty()) {
      alone().commit(position);
      turns.reached(position);
      alone = false;
    } else {
      await(this::hasRoom);
      submit(position);
      batch = new Batch();
    }
  }

  private boolean hasRoom() {
    return turns.count() == 0
        || (turns.count() < lanes && turns.byteCount() + batch.byteCount() <= BYTES_MAX);
  }

  private void submit(Position position) {
    try {
      turns.submit(batch, position);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  @Override
  public Position settle(Position committed) {
    await(() -> true);
    return turns.count() == 0 ? sink.settle(committed) : turns.durable();
  }

  @Override
  public void close() {
    turns.close();
    workers.forEach(LaneWorker::abort);
    boolean interrupted = Thread.interrupted();
    for (LaneWorker worker : workers) {
      interrupted |= worker.join();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    sink.close();
  }

  /** Tables become others: what lanes know of them is not true any more. */
  private Sink aloneAndAnew() {
    Sink open = alone();
    workers.forEach(LaneWorker::closeLane);
    touches.forget();
    return open;
  }

  /** The sink itself, which has everything that has come, until the next commit. */
  private Sink alone() {
    if (!alone) {
      awaitAll();
      alone = true;
      Batch waiting = batch;
      batch = new Batch();
      waiting.replay(
          header -> {
            sink.begin(header);
            begun = header.equals(transaction);
          },
          sink::append);
    }
    return sink;
  }

  private void awaitAll() {
    await(() -> turns.count() == 0);
  }

  /** Waits; what lanes have given back is applied here meanwhile. */
  private void await(BooleanSupplier enough) {
    try {
      Optional<Turn> given = turns.await(enough);
      while (given.isPresent()) {
        applyAlone(given.get());
        given = turns.await(enough);
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private void applyAlone(Turn turn) {
    turn.batch().replay(sink::begin, sink::append);
    sink.commit(turn.end());
    turns.over(turn);
  }

  private static WalferryException interrupted(InterruptedException cause) {
    Thread.currentThread().interrupt();
    return new WalferryException(
        ErrorCode.INTERRUPTED, "interrupted while changes were applied", cause);
  }
}
