package io.walferry.transform;

import io.walferry.change.Column;
import io.walferry.change.OldRow;
import io.walferry.change.Relation;
import io.walferry.change.ReplicaIdentity;
import io.walferry.change.Row;
import io.walferry.change.Value;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.transform.expression.RowExpression;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What becomes of the rows of one relation, worked out once.
 *
 * @param target what the destination takes them for
 * @param columns where each column of the target comes from
 * @param filters all have to hold for a row to go there
 */
record TablePlan(
    Relation source, Relation target, List<ColumnPlan> columns, List<RowExpression> filters) {
  TablePlan {
    columns = List.copyOf(columns);
    filters = List.copyOf(filters);
  }

  /** Whether every row goes as it is, whatever table and columns are called. */
  boolean keepsRows() {
    return filters.isEmpty() && keepsColumns();
  }

  private boolean keepsColumns() {
    boolean same = columns.size() == source.columns().size();
    for (int i = 0; same && i < columns.size(); i++) {
      same = columns.get(i) instanceof ColumnPlan.Copied copied && copied.source() == i;
    }
    return same;
  }

  /** Whether not even a name is another one. */
  boolean keepsAll() {
    return keepsRows() && target.equals(source);
  }

  /** Whether more than single columns is looked at. */
  boolean looksAtRows() {
    return !filters.isEmpty()
        || columns.stream().anyMatch(column -> column instanceof ColumnPlan.Computed);
  }

  /** Tells whether nothing of these columns of the source is looked at or handed on. */
  boolean ignores(Set<Integer> sourceColumns) {
    return filtersIgnore(sourceColumns)
        && columns.stream().flatMap(TablePlan::inputs).noneMatch(sourceColumns::contains);
  }

  private boolean filtersIgnore(Set<Integer> sourceColumns) {
    return filters.stream().flatMap(it -> it.inputs().stream()).noneMatch(sourceColumns::contains);
  }

  private static Stream<Integer> inputs(ColumnPlan column) {
    return switch (column) {
      case ColumnPlan.Copied(int source) -> Stream.of(source);
      case ColumnPlan.Changed(int source, var transform) -> Stream.of(source);
      case ColumnPlan.Constant constant -> Stream.of();
      case ColumnPlan.Computed(var expression) -> expression.inputs().stream();
    };
  }

  /** Returns the plan for rows of which these columns are not known: no filter can keep one out. */
  TablePlan without(Set<Integer> sourceColumns) {
    return filtersIgnore(sourceColumns) ? this : new TablePlan(source, target, columns, List.of());
  }

  /** Whether a row goes to the destination. Every column that the filters look at is known. */
  boolean passes(Row row) {
    for (RowExpression filter : filters) {
      if (!filter.holds(row)) {
        return false;
      }
    }
    return true;
  }

  /** Whether a row that is gone was at the destination. */
  boolean passed(OldRow old) {
    return switch (old) {
      case OldRow.Full(Row row) -> passes(row);
      // One that was read again may lack what was not sent; it does no harm to take it away.
      case OldRow.Key(Row row) -> lacksInput(row) || passes(row);
      case OldRow.Absent absent -> true;
    };
  }

  /**
   * Sees that an update says what a filter needs to know. With FULL it always does, unless the row
   * is in a partition that has another replica identity than its root.
   */
  void requireOld(OldRow before) {
    boolean full = source.replicaIdentity() == ReplicaIdentity.FULL;
    if (full && !filters.isEmpty() && before instanceof OldRow.Absent) {
      throw new WalferryException(
          ErrorCode.REPLICA_IDENTITY_MISSING,
          "an update of table "
              + source.table()
              + " came without its old row, which 'where' has to see; expected REPLICA IDENTITY"
              + " FULL of every partition");
    }
  }

  private boolean lacksInput(Row row) {
    return filters.stream().flatMap(it -> it.inputs().stream()).anyMatch(row::isUnchanged);
  }

  /**
   * A new row with what is known of columns that were not sent. Filters and computed columns look
   * at it.
   */
  Row known(OldRow before, Row after) {
    return switch (before) {
      case OldRow.Full(Row row) -> after.over(row);
      case OldRow.Key(Row row) ->
          after.over(new RowShape(source.columns().size()).key(source, row));
      case OldRow.Absent absent -> after;
    };
  }

  /**
   * The row as the destination gets it.
   *
   * @param known the same row, or more of it
   */
  Row row(Row row, Row known) {
    return keepsColumns() ? row : shaped(row, known, false);
  }

  OldRow old(OldRow old) {
    if (keepsColumns()) {
      return old;
    }
    return switch (old) {
      case OldRow.Full(Row row) -> new OldRow.Full(shaped(row, row, false));
      case OldRow.Key(Row row) -> new OldRow.Key(shaped(row, row, true));
      case OldRow.Absent absent -> absent;
    };
  }

  private Row shaped(Row row, Row known, boolean keyOnly) {
    RowShape shape = new RowShape(columns.size());
    for (int i = 0; i < columns.size(); i++) {
      if (keyOnly && !target.columns().get(i).key()) {
        shape.add(Value.Null.NULL);
        continue;
      }
      switch (columns.get(i)) {
        case ColumnPlan.Copied copied -> shape.copy(row, copied.source());
        case ColumnPlan.Changed changed -> shape.add(changed.of(row));
        case ColumnPlan.Constant constant -> shape.add(constant.value());
        case ColumnPlan.Computed computed -> shape.add(computed.of(known));
      }
    }
    return shape.row();
  }

  /** Takes columns in their order, and makes a row over bytes of its own of them. */
  private static final class RowShape {
    private final Row.Kind[] kinds;
    private final byte[][] bytes;
    private int size;
    private int next;

    RowShape(int columnCount) {
      this.kinds = new Row.Kind[columnCount];
      this.bytes = new byte[columnCount][];
    }

    void add(Value value) {
      switch (value) {
        case Value.Null nothing -> put(Row.Kind.NULL, new byte[0]);
        case Value.Unchanged unchanged -> put(Row.Kind.UNCHANGED, new byte[0]);
        case Value.Text(String text) -> put(Row.Kind.TEXT, text.getBytes(StandardCharsets.UTF_8));
        case Value.Binary binary -> put(Row.Kind.BINARY, binary.bytes());
      }
    }

    void copy(Row row, int column) {
      Row.Kind kind = row.kind(column);
      boolean empty = kind == Row.Kind.NULL || kind == Row.Kind.UNCHANGED;
      put(kind, empty ? new byte[0] : row.bytes(column));
    }

    private void put(Row.Kind kind, byte[] value) {
      kinds[next] = kind;
      bytes[next] = value;
      size += value.length;
      next++;
    }

    /** The columns of the replica identity; nothing is known of the others. */
    Row key(Relation relation, Row row) {
      for (int i = 0; i < relation.columns().size(); i++) {
        Column column = relation.columns().get(i);
        if (column.key()) {
          copy(row, i);
        } else {
          add(Value.Unchanged.UNCHANGED);
        }
      }
      return row();
    }

    Row row() {
      byte[] all = new byte[size];
      Row.Builder row = new Row.Builder(all, kinds.length);
      int at = 0;
      for (int i = 0; i < kinds.length; i++) {
        byte[] value = bytes[i];
        System.arraycopy(value, 0, all, at, value.length);
        switch (kinds[i]) {
          case NULL -> row.nullValue();
          case UNCHANGED -> row.unchanged();
          case TEXT -> row.text(at, value.length);
          case BINARY -> row.binary(at, value.length);
        }
        at += value.length;
      }
      return row.build();
    }
  }
}
