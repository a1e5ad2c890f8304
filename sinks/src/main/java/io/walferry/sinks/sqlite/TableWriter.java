package io.walferry.sinks.sqlite;

import io.walferry.change.OldRow;
import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.change.TransactionHeader;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sinks.sql.RowLocation;
import io.walferry.sinks.sql.RowStatement;
import io.walferry.sinks.sql.SqlSession;
import io.walferry.sinks.sql.StatementBuilder;
import io.walferry.sinks.table.KeptColumns;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Turns changes of one relation into statements, each prepared once for its shape of a change. */
final class TableWriter implements AutoCloseable {
  /** Shapes differ in the columns that were not sent, so there can be very many of them. */
  private static final int STATEMENTS_MAX = 64;

  private static final BitSet ALL_SENT = new BitSet(0);

  private final SqlSession session;
  private final ChangeBatch batch;
  private final KeptColumns columns;
  private final Relation relation;
  private final StatementBuilder builder;
  private final String note;
  private final IdentityIndex index;
  private final Set<RowLocation> indexed = EnumSet.noneOf(RowLocation.class);
  private final Map<Shape, BoundStatement> statements = new HashMap<>();

  /** What the changes that share a statement have in common. */
  private sealed interface Shape {}

  /** Shapes of changes that were sent whole: the usual ones, so no key is made to look them up. */
  private enum Whole implements Shape {
    INSERT,
    UPDATE_BY_NEW_KEY,
    UPDATE_BY_OLD_KEY,
    UPDATE_BY_OLD_ROW,
    DELETE_BY_OLD_KEY,
    DELETE_BY_OLD_ROW
  }

  private record Partial(RowLocation location, BitSet unchanged) implements Shape {}

  /**
   * For a table.
   *
   * @param note of it, for messages about its rows
   */
  TableWriter(
      SqlSession session,
      ChangeBatch batch,
      KeptColumns columns,
      StatementBuilder builder,
      String note,
      IdentityIndex index) {
    this.session = session;
    this.batch = batch;
    this.columns = columns;
    this.relation = columns.relation();
    this.builder = builder;
    this.note = note;
    this.index = index;
  }

  void insert(TransactionHeader header, Row sent) {
    Row after = columns.of(sent);
    batch.add(statement(Whole.INSERT), header, after, after);
  }

  void update(TransactionHeader header, OldRow sentBefore, Row sent) {
    OldRow before = columns.of(sentBefore);
    Row after = columns.of(sent);
    RowLocation location = RowLocation.of(before);
    ensureIndex(location);
    Row old =
        switch (before) {
          case OldRow.Absent absent -> after;
          case OldRow.Key(Row key) -> key;
          case OldRow.Full(Row row) -> row;
        };
    batch.add(statement(updateShape(location, after)), header, old, after);
  }

  void delete(TransactionHeader header, OldRow sent) {
    OldRow before = columns.of(sent);
    ensureIndex(RowLocation.of(before));
    switch (before) {
      case OldRow.Key(Row key) -> batch.add(statement(Whole.DELETE_BY_OLD_KEY), header, key, key);
      case OldRow.Full(Row row) -> batch.add(statement(Whole.DELETE_BY_OLD_ROW), header, row, row);
      case OldRow.Absent absent ->
          throw new WalferryException(
              ErrorCode.PROTOCOL_VIOLATION,
              "A delete of table "
                  + relation.table()
                  + " (transaction that commits at "
                  + header.commitLsn()
                  + ") does not say which row");
    }
  }

  private static Shape updateShape(RowLocation location, Row after) {
    for (int column = 0; column < after.columnCount(); column++) {
      if (after.isUnchanged(column)) {
        return new Partial(location, unchangedFrom(column, after));
      }
    }
    return switch (location) {
      case NEW_KEY -> Whole.UPDATE_BY_NEW_KEY;
      case OLD_KEY -> Whole.UPDATE_BY_OLD_KEY;
      case OLD_ROW -> Whole.UPDATE_BY_OLD_ROW;
    };
  }

  private static BitSet unchangedFrom(int first, Row after) {
    BitSet unchanged = new BitSet(after.columnCount());
    for (int column = first; column < after.columnCount(); column++) {
      unchanged.set(column, after.isUnchanged(column));
    }
    return unchanged;
  }

  private BoundStatement statement(Shape shape) {
    if (statements.size() >= STATEMENTS_MAX && !statements.containsKey(shape)) {
      batch.flush();
      close();
    }
    return statements.computeIfAbsent(
        shape, key -> new BoundStatement(session, relation, build(key), note));
  }

  private RowStatement build(Shape shape) {
    return switch (shape) {
      case Whole.INSERT -> builder.insert();
      case Whole.UPDATE_BY_NEW_KEY -> builder.update(RowLocation.NEW_KEY, ALL_SENT);
      case Whole.UPDATE_BY_OLD_KEY -> builder.update(RowLocation.OLD_KEY, ALL_SENT);
      case Whole.UPDATE_BY_OLD_ROW -> builder.update(RowLocation.OLD_ROW, ALL_SENT);
      case Whole.DELETE_BY_OLD_KEY -> builder.delete(RowLocation.OLD_KEY);
      case Whole.DELETE_BY_OLD_ROW -> builder.delete(RowLocation.OLD_ROW);
      case Partial(var location, var unchanged) -> builder.update(location, unchanged);
    };
  }

  private void ensureIndex(RowLocation location) {
    if (indexed.add(location)) {
      index.ensure(location);
    }
  }

  /** Releases the statements; the batch must not hold one of them. */
  @Override
  public void close() {
    statements.values().forEach(BoundStatement::close);
    statements.clear();
  }
}
