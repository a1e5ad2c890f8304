package io.walferry.sinks.postgres;

import io.walferry.change.Column;
import io.walferry.change.OldRow;
import io.walferry.change.Relation;
import io.walferry.change.ReplicaIdentity;
import io.walferry.change.Row;
import io.walferry.change.TransactionHeader;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sinks.sql.RowLocation;
import io.walferry.sinks.sql.SqlSession;
import java.util.BitSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Tells of each change of one relation what it is and in which order it has to be applied. */
final class TableWriter {
  private static final ChangeShape WHOLE_UPDATE =
      new ChangeShape.Update(RowLocation.NEW_KEY, new BitSet(0));
  private static final ChangeShape KEY_DELETE = new ChangeShape.Delete(RowLocation.OLD_KEY);

  private static final ChangeShape ROW_DELETE = new ChangeShape.Delete(RowLocation.OLD_ROW);

  private final Relation relation;
  private final TableShape shape;
  private final IdentityIndex index;
  private final RunSender sender;
  private final BitSet keyColumns;
  private final boolean commutes;
  private boolean keyIndexed;
  private boolean rowIndexed;

  TableWriter(
      SqlSession session,
      Relation relation,
      TableShape shape,
      boolean triggersRest,
      boolean merge) {
    this.relation = relation;
    this.shape = shape;
    RowLookup lookup = RowLookup.of(relation, shape);
    this.index = new IdentityIndex(session, relation, shape, lookup);
    this.sender =
        new RunSender(session, relation, new ChangeStatements(relation, shape, lookup, merge));
    this.keyColumns =
        IntStream.range(0, relation.columns().size())
            .filter(column -> relation.columns().get(column).key())
            .collect(BitSet::new, BitSet::set, BitSet::or);
    Set<String> key =
        relation.columns().stream()
            .filter(Column::key)
            .map(Column::name)
            .collect(Collectors.toSet());
    this.commutes = shape.onlyKeyIs(key) && (triggersRest || !shape.triggers()) && !isFull();
  }

  /** One change, its rows copied. */
  record Work(ChangeShape shape, TransactionHeader header, Row before, Row after) {
    long byteSize() {
      return after.byteSize() + (before.equals(after) ? 0 : before.byteSize());
    }
  }

  Relation relation() {
    return relation;
  }

  TableShape shape() {
    return shape;
  }

  RunSender sender() {
    return sender;
  }

  Work insert(TransactionHeader header, Row after) {
    Row row = RowText.detached(after);
    return new Work(ChangeShape.Insert.INSERT, header, row, row);
  }

  Work update(TransactionHeader header, OldRow before, Row after) {
    RowLocation location = RowLocation.of(before);
    ensureIndex(location);
    BitSet unchanged = ChangeShape.unchangedOf(after);
    Row row = RowText.detached(after);
    return switch (before) {
      case OldRow.Absent absent ->
          new Work(
              unchanged.isEmpty() ? WHOLE_UPDATE : new ChangeShape.Update(location, unchanged),
              header,
              row,
              row);
      case OldRow.Key(Row key) ->
          new Work(new ChangeShape.Update(location, unchanged), header, RowText.detached(key), row);
      case OldRow.Full(Row old) ->
          new Work(new ChangeShape.Update(location, unchanged), header, RowText.detached(old), row);
    };
  }

  Work delete(TransactionHeader header, OldRow before) {
    ensureIndex(RowLocation.of(before));
    return switch (before) {
      case OldRow.Key(Row key) -> {
        Row row = RowText.detached(key);
        yield new Work(KEY_DELETE, header, row, row);
      }
      case OldRow.Full(Row old) -> {
        Row row = RowText.detached(old);
        yield new Work(ROW_DELETE, header, row, row);
      }
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

  /**
   * Whether the change may change places with changes of other keys: the table has no other key,
   * and no trigger sees the order.
   */
  boolean commutes(Work work) {
    return commutes && !work.shape().needsOrder();
  }

  /** A number that differs for different keys, nearly always. */
  long keyHash(Row row) {
    long hash = 0xcbf29ce484222325L;
    for (int column = keyColumns.nextSetBit(0);
        column >= 0;
        column = keyColumns.nextSetBit(column + 1)) {
      int length = row.length(column);
      hash = (hash ^ length) * 0x9E3779B97F4A7C15L;
      for (int i = 0; i < length; i++) {
        hash = (hash ^ row.byteAt(column, i)) * 0x100000001b3L;
      }
      hash ^= hash >>> 32;
    }
    return hash;
  }

  private boolean isFull() {
    return relation.replicaIdentity() == ReplicaIdentity.FULL;
  }

  private void ensureIndex(RowLocation location) {
    boolean wholeRow = location == RowLocation.OLD_ROW;
    if (wholeRow ? !rowIndexed : !keyIndexed) {
      index.ensure(location);
      rowIndexed |= wholeRow;
      keyIndexed |= !wholeRow;
    }
  }
}
