package io.walferry.pipeline;

import io.walferry.change.Change;
import io.walferry.change.OldRow;
import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.change.TransactionHeader;
import io.walferry.snapshot.TableLedger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Changes that wait until the source has said where their keys are, with the headers of their
 * transactions, in the order of the stream. Kept apart from the memory that they were read into.
 * Belongs to the pipeline's thread.
 */
final class ChangeWindow {
  private static final int CHANGES_MAX = 4096;
  private static final long BYTES_MAX = 4L << 20;

  private final Function<Relation, Optional<Judged>> judged;
  private final List<Item> items = new ArrayList<>();
  private long bytes;

  /**
   * By what changes of a relation are judged.
   *
   * @param key empty if none of the relation's columns say which row of the table it is, or while
   *     the table is still to be loaded
   */
  record Judged(TableLedger ledger, Optional<RelationKey> key) {}

  /** What waits. */
  sealed interface Item {
    /** The changes behind it are of this transaction. */
    record Begun(TransactionHeader header) implements Item {}

    /** A change of a table that needs no judgement. */
    record Plain(Change change) implements Item {}

    /** A change, with the keys that it is judged by; without any where its relation has no such. */
    record Keyed(Change change, TableLedger ledger, List<List<String>> keys) implements Item {}
  }

  /**
   * An empty one.
   *
   * @param judged empty for a relation whose changes need no judgement
   */
  ChangeWindow(Function<Relation, Optional<Judged>> judged) {
    this.judged = judged;
  }

  boolean isEmpty() {
    return items.isEmpty();
  }

  boolean isFull() {
    return items.size() >= CHANGES_MAX || bytes >= BYTES_MAX;
  }

  /** A view, in their order. */
  List<Item> items() {
    return Collections.unmodifiableList(items);
  }

  void clear() {
    items.clear();
    bytes = 0;
  }

  void begin(TransactionHeader header) {
    items.add(new Item.Begun(header));
  }

  void add(Change change) {
    items.add(item(change));
  }

  private Item item(Change change) {
    return switch (change) {
      case Change.Insert(var relation, var after) -> {
        Row row = kept(after);
        yield keyed(new Change.Insert(relation, row), relation, key -> List.of(key.of(row)));
      }
      case Change.Update(var relation, var before, var after) -> {
        OldRow old = kept(before);
        Row row = kept(after);
        yield keyed(new Change.Update(relation, old, row), relation, key -> key.both(old, row));
      }
      case Change.Delete(var relation, var before) -> {
        OldRow old = kept(before);
        yield keyed(
            new Change.Delete(relation, old), relation, key -> List.of(key.old(old).orElseThrow()));
      }
      case Change.Truncate truncate -> new Item.Plain(truncate);
      case Change.Message message -> {
        bytes += message.byteSize();
        yield new Item.Plain(message);
      }
    };
  }

  private interface KeysOf {
    List<List<String>> of(RelationKey key);
  }

  private Item keyed(Change change, Relation relation, KeysOf keys) {
    return judged
        .apply(relation)
        .<Item>map(
            by -> new Item.Keyed(change, by.ledger(), by.key().map(keys::of).orElseGet(List::of)))
        .orElseGet(() -> new Item.Plain(change));
  }

  private Row kept(Row row) {
    bytes += row.byteSize();
    return row.detached();
  }

  private OldRow kept(OldRow old) {
    return switch (old) {
      case OldRow.Full(var row) -> new OldRow.Full(kept(row));
      case OldRow.Key(var row) -> new OldRow.Key(kept(row));
      case OldRow.Absent absent -> absent;
    };
  }
}
