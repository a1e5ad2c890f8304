package io.walferry.sink;

/**
 * What a destination can promise.
 *
 * @param savesPosition whether it remembers how far it has come; if not, a restart resumes where
 *     the slot was last confirmed and may repeat changes
 * @param replacesRows whether some rows of a table can be read again without the others: it keeps
 *     rows by their keys, and all of them are the feed's
 * @param takesBinary whether columns of changes may come in the binary form of their types, or as
 *     text, one beside the other; else all are text
 */
public record SinkCapabilities(boolean savesPosition, boolean replacesRows, boolean takesBinary) {
  /** Of one that takes text only. */
  public SinkCapabilities(boolean savesPosition, boolean replacesRows) {
    this(savesPosition, replacesRows, false);
  }
}
