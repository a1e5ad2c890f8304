package io.walferry.sinks.run;

import io.walferry.change.KeyHash;
import io.walferry.change.OldRow;
import io.walferry.change.Relation;
import io.walferry.change.ReplicaIdentity;
import io.walferry.change.Row;
import io.walferry.change.TransactionHeader;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sink.ChangeOrder;
import io.walferry.sinks.sql.RowLocation;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Tells of each change of one relation what it is and in which order it has to be applied. Not for
 * several threads.
 */
public final class TableChanges {
  private static final ChangeShape KEY_DELETE = new ChangeShape.Delete(RowLocation.OLD_KEY);
  private static final ChangeShape ROW_DELETE = new ChangeShape.Delete(RowLocation.OLD_ROW);

  private final Relation relation;
  private final RunSender sender;
  private final Consumer<RowLocation> index;
  private final KeyHash keys;
  private final BitSet keyColumns;
  private final boolean commutes;
  private final Set<RowLocation> indexed = EnumSet.noneOf(RowLocation.class);

  /**
   * Changes of a relation.
   *
   * @param orderFree whether changes of different keys may change places: the table has no other
   *     key than the relation's, and no trigger sees the order
   * @param index told of a way to find rows, by the key or by the whole row, before the first
   *     change that needs it
   */
  public TableChanges(
      Relation relation, boolean orderFree, Consumer<RowLocation> index, RunSender sender) {
    this.relation = relation;
    this.sender = sender;
    this.index = index;
    this.keys = new KeyHash(relation);
    this.keyColumns = keys.columns();
    this.commutes = orderFree && relation.replicaIdentity() != ReplicaIdentity.FULL;
  }

  Relation relation() {
    return relation;
  }

  void send(Run run) {
    sender.send(run);
  }

  PendingChange insert(TransactionHeader header, Row after) {
    return PendingChange.of(ChangeShape.Insert.INSERT, header, after);
  }

  PendingChange update(TransactionHeader header, OldRow before, Row after) {
    RowLocation location = RowLocation.of(before);
    ensureIndex(location);
    ChangeShape shape = ChangeShape.update(location, after);
    return switch (before) {
      case OldRow.Absent absent -> PendingChange.of(shape, header, after);
      case OldRow.Key(Row key) -> PendingChange.of(shape, header, key, after);
      case OldRow.Full(Row old) -> PendingChange.of(shape, header, old, after);
    };
  }

  PendingChange delete(TransactionHeader header, OldRow before) {
    ensureIndex(RowLocation.of(before));
    return switch (before) {
      case OldRow.Key(Row key) -> PendingChange.of(KEY_DELETE, header, key);
      case OldRow.Full(Row old) -> PendingChange.of(ROW_DELETE, header, old);
      case OldRow.Absent absent ->
          throw new WalferryException(
              ErrorCode.PROTOCOL_VIOLATION,
              "A delete of table "
                  + relation.table()
                  + " (transaction that commits at "
                  + header.commitLsn()
                  + ") does not say which row");
    };
  }

  /** Which changes of the table have to keep their order, if nothing sees that of all tables. */
  public ChangeOrder order() {
    return commutes && keys.hasColumns() ? ChangeOrder.BY_KEY : ChangeOrder.BY_TABLE;
  }

  /** Whether the change may change places with changes of other keys. */
  boolean commutes(PendingChange change) {
    return commutes && !change.shape().needsOrder();
  }

  /**
   * Whether the keys of two rows have come in the same form, so that they can be told apart. A row
   * that was read again for its large columns is text among binary ones.
   */
  boolean haveSameForm(Row one, Row other) {
    for (int column = keyColumns.nextSetBit(0);
        column >= 0;
        column = keyColumns.nextSetBit(column + 1)) {
      if (one.kind(column) != other.kind(column)) {
        return false;
      }
    }
    return true;
  }

  /** Whether two rows have the same key, spelled alike. */
  boolean haveSameKey(Row one, Row other) {
    return keyColumns.stream().allMatch(column -> one.sameValue(column, other, column));
  }

  /** A number that differs for different keys, nearly always. */
  long keyHash(Row row) {
    return keys.of(row);
  }

  private void ensureIndex(RowLocation location) {
    // A key is found by the same columns, be it the old one or the new one.
    RowLocation way = location == RowLocation.NEW_KEY ? RowLocation.OLD_KEY : location;
    if (indexed.add(way)) {
      index.accept(way);
    }
  }
}
