package io.walferry.deadletter;

import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.Relation;
import io.walferry.change.TableId;
import io.walferry.change.TransactionHeader;
import io.walferry.change.Xid;
import io.walferry.deadletter.RefusedChanges.Item;
import io.walferry.error.WalferryException;
import io.walferry.publication.PublishedTable;
import io.walferry.publication.SourceIndex;
import io.walferry.sink.ChunkWriter;
import io.walferry.sink.Claim;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.RevocableSink;
import io.walferry.sink.Sink;
import io.walferry.sink.SinkCapabilities;
import io.walferry.sink.SinkState;
import io.walferry.sink.TableAlteration;
import io.walferry.sink.TypeAlteration;
import io.walferry.type.TypeCatalog;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A sink that goes on where a destination does not take a row, as policies say. Changes wait in
 * groups of a few megabytes, and each group is an attempt; one that fails is halved until the
 * refused change is alone. Everything is in the destination's one transaction with the position, so
 * a source transaction still becomes visible whole but for what was refused, and a letter is there
 * exactly once. Not for several threads.
 */
public final class DeadLetterSink implements Sink {
  private static final Logger LOG = LoggerFactory.getLogger(DeadLetterSink.class);
  private static final long GROUP_BYTES = 4L << 20;

  private final RevocableSink sink;
  private final RowPolicies policies;
  private final RefusedRows heard;
  private final LetterKeys keys = new LetterKeys();
  private final LetterBox box;
  private final RefusedChanges refused;
  private final Bisection<Item> bisection;
  private final List<Item> group = new ArrayList<>();
  private long groupBytes;
  private TransactionHeader transaction = new TransactionHeader(Xid.NONE, Lsn.ZERO, Instant.EPOCH);
  private long index;

  /**
   * In front of a destination that takes back what it does not take.
   *
   * @param heard of what became of changes that were not taken
   */
  public DeadLetterSink(RevocableSink sink, RowPolicies policies, RefusedRows heard) {
    this.sink = sink;
    this.policies = policies;
    this.heard = heard;
    this.box = new LetterBox(sink.attempts(), policies.lettersMost(), heard);
    this.refused = new RefusedChanges(sink, policies, keys, box);
    this.bisection = new Bisection<>(sink.attempts(), this::apply, refused::refused);
  }

  /** {@inheritDoc} Letters and their keys are text, so changes come as text. */
  @Override
  public SinkCapabilities capabilities() {
    return sink.capabilities().takingText();
  }

  @Override
  public SinkState open(FeedIdentity feed, Claim claim) {
    return sink.open(feed, claim);
  }

  /**
   * {@inheritDoc}
   *
   * <p>All rows of such a table come anew, so its letters have nothing to say any more; unless rows
   * may stay that are not the feed's.
   */
  @Override
  public void prepare(List<PublishedTable> tables) {
    flush();
    sink.prepare(tables);
    if (sink.capabilities().replacesRows()) {
      sink.attempts().absolve(tables.stream().map(PublishedTable::table).toList());
    }
    know(tables);
  }

  @Override
  public void resume(List<PublishedTable> tables) {
    flush();
    sink.resume(tables);
    know(tables);
  }

  private void know(List<PublishedTable> tables) {
    keys.know(tables);
    tables.stream().filter(table -> LetterKeys.of(table).isEmpty()).forEach(this::tellOfNoKey);
  }

  private void tellOfNoKey(PublishedTable table) {
    if (policies.include(RowPolicy.DEAD_LETTER)) {
      LOG.warn(
          "Table {} has neither a primary key nor a replica identity index that is published, so"
              + " that dead letters of it have no key: its rows cannot be read again one by one,"
              + " and letters leave only with all of its rows ('walferry reload')",
          table);
    }
    if (policies.include(RowPolicy.UPSERT)) {
      LOG.warn(
          "Table {} has neither a primary key nor a replica identity index that is published, so"
              + " that 'upsert' cannot tell which of its rows are there: an update of one that is"
              + " missing inserts it, and 'insertExisting' never applies",
          table);
    }
  }

  @Override
  public void empty(PublishedTable table) {
    flush();
    sink.empty(table);
    sink.attempts().absolve(List.of(table.table()));
  }

  @Override
  public void emptyToAlter(PublishedTable table) {
    flush();
    sink.emptyToAlter(table);
    sink.attempts().absolve(List.of(table.table()));
  }

  @Override
  public boolean index(PublishedTable table, Supplier<List<SourceIndex>> indexes) {
    flush();
    return sink.index(table, indexes);
  }

  @Override
  public void note(List<LedgerEntry> entries) {
    flush();
    sink.note(entries);
  }

  @Override
  public void forget(TableId table, Set<LedgerEntry.Kind> kinds) {
    flush();
    sink.forget(table, kinds);
  }

  @Override
  public ChunkWriter chunkWriter() {
    AbsolvingChunkWriter writer = new AbsolvingChunkWriter(sink.chunkWriter());
    return policies.refused() == RowPolicy.DEAD_LETTER
        ? new DeadLetterChunkWriter(writer, policies.lettersMost(), heard)
        : writer;
  }

  @Override
  public void learn(TypeCatalog types) {
    sink.learn(types);
  }

  /** {@inheritDoc} What came before goes first. */
  @Override
  public boolean alter(TableAlteration alteration) {
    flush();
    keys.alter(alteration);
    return sink.alter(alteration);
  }

  @Override
  public boolean alter(TypeAlteration alteration) {
    return sink.alter(alteration);
  }

  @Override
  public boolean admits(PublishedTable table) {
    return sink.admits(table);
  }

  @Override
  public boolean creates(PublishedTable table) {
    return sink.creates(table);
  }

  @Override
  public boolean completesApart(PublishedTable table) {
    return sink.completesApart(table);
  }

  @Override
  public void takeBack(Relation made) {
    flush();
    sink.takeBack(made);
  }

  /** {@inheritDoc} Its letters have nothing to say any more. */
  @Override
  public void drop(TableId table) {
    flush();
    sink.drop(table);
    sink.attempts().absolve(List.of(table));
  }

  /** {@inheritDoc} In the transaction that notes the new name. */
  @Override
  public void rename(TableId table, TableId to) {
    flush();
    sink.rename(table, to);
    keys.rename(table, to);
    sink.attempts().rename(table, to);
  }

  @Override
  public void begin(TransactionHeader next) {
    transaction = next;
    index = 0;
  }

  @Override
  public void append(Change change) {
    index++;
    switch (change) {
      case Change.Truncate truncate -> {
        pass(truncate);
        sink.attempts().absolve(truncate.relations().stream().map(Relation::table).toList());
      }
      case Change.Message message -> pass(message);
      case Change.Insert insert -> add(insert);
      case Change.Update update -> add(update);
      case Change.Delete delete -> add(delete);
    }
  }

  /** {@inheritDoc} What came before goes first: its letters, too, are in the order of changes. */
  @Override
  public void setAside(Change change, WalferryException why) {
    index++;
    flush();
    refused.setAside(new Item(transaction, index, change.detached()), why);
  }

  private void pass(Change change) {
    flush();
    sink.begin(transaction);
    sink.append(change);
  }

  private void add(Change change) {
    group.add(new Item(transaction, index, change.detached()));
    groupBytes += change.byteSize();
    if (groupBytes >= GROUP_BYTES) {
      flush();
    }
  }

  private void apply(Item item) {
    sink.begin(item.transaction());
    sink.append(item.change());
  }

  private void flush() {
    if (!group.isEmpty()) {
      bisection.run(List.copyOf(group));
      group.clear();
      groupBytes = 0;
    }
  }

  @Override
  public void commit(Position position) {
    flush();
    sink.commit(position);
    box.committed();
  }

  @Override
  public Position settle(Position committed) {
    return sink.settle(committed);
  }

  @Override
  public void close() {
    sink.close();
  }
}
