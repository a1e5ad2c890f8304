package io.walferry.sinks.sql;

import io.walferry.change.OldRow;

/** How the row that an update or a delete means is found at the destination. */
public enum RowLocation {
  /** By the replica identity's columns of the new row: the update left them alone. */
  NEW_KEY,
  /** By the replica identity's columns of the old row. */
  OLD_KEY,
  /** By every column of the old row; several rows may be alike, and only one of them is meant. */
  OLD_ROW;

  public static RowLocation of(OldRow before) {
    return switch (before) {
      case OldRow.Absent absent -> NEW_KEY;
      case OldRow.Key key -> OLD_KEY;
      case OldRow.Full full -> OLD_ROW;
    };
  }
}
