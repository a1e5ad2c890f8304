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
 */
public record SinkCapabilities(
    boolean savesPosition, boolean replacesRows, boolean dropsChunks, boolean takesBinary) {
  /** Of a destination with transactions that takes text. */
  public SinkCapabilities(boolean savesPosition, boolean replacesRows) {
    this(savesPosition, replacesRows, true, false);
  }
}
