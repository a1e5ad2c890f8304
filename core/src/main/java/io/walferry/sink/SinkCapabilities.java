package io.walferry.sink;

/**
 * What a destination can promise.
 *
 * @param savesPosition whether it remembers how far it has come; if not, a restart resumes where
 *     the slot was last confirmed and may repeat changes
 * @param replacesRows whether some rows of a table can be read again without the others: it keeps
 *     rows by their keys, and all of them are the feed's
 * @param dropsChunks whether a chunk that was not committed leaves nothing behind. Where something
 *     stays, as with rows that were handed to somebody else, changes since the beginning of a load
 *     count for the chunks that are read once more, so that rows which are gone by then do not stay
 * @param takesBinary whether columns of changes may come in the binary form of their types, or as
 *     text, one beside the other; else all are text
 * @param alterations how it follows what becomes of a table's columns, as {@link Sink#alter} says
 */
public record SinkCapabilities(
    boolean savesPosition,
    boolean replacesRows,
    boolean dropsChunks,
    boolean takesBinary,
    Alterations alterations) {
  /** How tables are altered. */
  public enum Alterations {
    /** They are not. */
    NONE,
    /** In the transaction of the changes around it. */
    IN_TRANSACTION,
    /** It would end a transaction, so there must be none: everything before was committed. */
    ON_THEIR_OWN
  }

  /** Of a destination that alters no tables. */
  public SinkCapabilities(
      boolean savesPosition, boolean replacesRows, boolean dropsChunks, boolean takesBinary) {
    this(savesPosition, replacesRows, dropsChunks, takesBinary, Alterations.NONE);
  }

  /** Of a destination with transactions that takes text. */
  public SinkCapabilities(boolean savesPosition, boolean replacesRows) {
    this(savesPosition, replacesRows, true, false);
  }

  /** The same of one that alters tables so. */
  public SinkCapabilities altering(Alterations how) {
    return new SinkCapabilities(savesPosition, replacesRows, dropsChunks, takesBinary, how);
  }

  /** The same of one that is given text. */
  public SinkCapabilities takingText() {
    return new SinkCapabilities(savesPosition, replacesRows, dropsChunks, false, alterations);
  }

  /** Tells whether what is done to tables stands between two transactions of the destination. */
  public boolean altersOnItsOwn() {
    return alterations == Alterations.ON_THEIR_OWN;
  }

  /** Whether it wants to be told of alterations. */
  public boolean altersTables() {
    return alterations != Alterations.NONE;
  }
}
