package io.walferry.sinks.run;

import io.walferry.change.Row;
import io.walferry.error.ErrorCode;
import io.walferry.sinks.sql.RowLocation;
import java.util.BitSet;

/** What the changes of one relation that share a statement have in common. */
public sealed interface ChangeShape {
  /** A new row. */
  enum Insert implements ChangeShape {
    INSERT
  }

  /**
   * A changed row.
   *
   * @param unchanged columns that the source did not send
   */
  record Update(RowLocation location, BitSet unchanged) implements ChangeShape {
    private static final Update WHOLE_BY_KEY = new Update(RowLocation.NEW_KEY, new BitSet(0));
  }

  /** A row that is gone. */
  record Delete(RowLocation location) implements ChangeShape {}

  /** Of a row that is changed, with the columns that the source has sent. */
  static ChangeShape update(RowLocation location, Row after) {
    BitSet unchanged = unchangedOf(after);
    return location == RowLocation.NEW_KEY && unchanged.isEmpty()
        ? Update.WHOLE_BY_KEY
        : new Update(location, unchanged);
  }

  private static BitSet unchangedOf(Row row) {
    BitSet unchanged = new BitSet();
    for (int column = 0; column < row.columnCount(); column++) {
      if (row.isUnchanged(column)) {
        unchanged.set(column);
      }
    }
    return unchanged;
  }

  default String verb() {
    return switch (this) {
      case Insert insert -> "INSERT";
      case Update update -> "UPDATE";
      case Delete delete -> "DELETE";
    };
  }

  /** Whether the change finds its row by all columns, or moves it to another key. */
  default boolean needsOrder() {
    return switch (this) {
      case Insert insert -> false;
      case Update(var location, var unchanged) -> location != RowLocation.NEW_KEY;
      case Delete(var location) -> location == RowLocation.OLD_ROW;
    };
  }

  /**
   * What it means that so many rows were met instead of as many as there are changes. Whoever adds
   * too few has met no row of another; something has passed over a new one.
   */
  default ErrorCode miscounted(int expected, int met) {
    return met < expected && !(this instanceof Insert)
        ? ErrorCode.DESTINATION_ROW_MISSING
        : ErrorCode.DESTINATION_CONFLICT;
  }
}
