package io.walferry.sink;

import io.walferry.change.TableId;

/**
 * A line of the ledger that a destination keeps for a feed beside its position: which tables it
 * follows, and which parts of a load are there and how they were read. A destination stores the
 * lines and hands them back; what they say is the pipeline's business.
 *
 * @param table that it is about; of empty names if it is about the feed
 * @param part which one of its kind; unique for table and kind, at most 40 characters
 * @param content what it says, a text of any length
 */
public record LedgerEntry(TableId table, Kind kind, String part, String content) {
  /** What a line is about. */
  public enum Kind {
    /** A table that is followed; stays for as long as it is. */
    TABLE,
    /** The slot that is about to be made for the feed. */
    SLOT,
    /** A part of a table that is being loaded, or was and is not yet in step with the others. */
    CHUNK,
    /** The same for one row. */
    ROW,
    /** A transaction of which a part is there. */
    TRANSACTION,
    /** A table that is about to get other columns, and may have any part of them. */
    ALTERATION,
    /** A table that is about to get another name, and may have it. */
    RENAME,
    /**
     * A table that has come to a feed under way and is about to be loaded. If it is about to be
     * made, too, none of its name is at the destination, or an empty one.
     */
    NEWCOMER,
    /**
     * A table that is about to be loaded again: its rows do not count any more. With a name in it
     * if the table waits for that, which another one still has here.
     */
    RELOAD,
    /**
     * A name whose rows stay as they are, though the source has changed them, or has another table
     * of that name: the settings say so. With a table in it that is followed under another name by
     * now, or not at all.
     */
    LEFT,
    /**
     * A table that is to get indexes once its load has caught up: a line of the destination's own,
     * under the name that the table has there. Its rows are as they must be.
     */
    INDEXES,
    /** How a type of columns printed when rows that have it were brought; about the feed. */
    TYPE;

    /** Whether the destination is inconsistent for as long as there is such a line. */
    public boolean isUnsettled() {
      return this != TABLE && this != LEFT && this != INDEXES && this != TYPE;
    }
  }
}
