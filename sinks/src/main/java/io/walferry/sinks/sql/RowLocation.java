package io.walferry.sinks.sql;

import io.walferry.change.OldRow;
import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;

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

  /** The failure where a change does not tell which row it means. */
  public static WalferryException none(TableId table) {
    return new WalferryException(
        ErrorCode.REPLICA_IDENTITY_MISSING,
        "table "
            + table
            + " has sent an UPDATE or DELETE without a replica identity, which stays so in the"
            + " source's log whatever is done to the table now: leave it out of 'source.tables'"
            + " until the feed has come past that, and take it in again: it is loaded as a new one,"
            + " with 'existing: replace' over the rows that are there");
  }
}
