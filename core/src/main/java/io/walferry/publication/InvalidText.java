package io.walferry.publication;

/**
 * Says what becomes of text at the source that is not UTF-8. Only a database with the encoding
 * {@code SQL_ASCII} can hold some: it takes whatever bytes a client sends.
 */
public enum InvalidText {
  /** The feed stops, and says in which column of which table it is. */
  FAIL,
  /** U+FFFD stands for the bytes that are none; not in a key, where two values could meet. */
  REPLACE,
  /**
   * The change goes to the dead letters of each destination; not one with such text in a key, by
   * which letters and later changes are known. A destination that keeps no letters ends the feed.
   */
  DEAD_LETTER
}
