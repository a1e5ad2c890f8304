package io.walferry.sinks.mysql;

/** Takes one value of a row. */
interface ValueTarget {
  /** NULL. */
  void none();

  /**
   * Takes a value as its form says; bytes as hexadecimal digits. The array is lent for as long as
   * the row is, and must not be changed.
   */
  void text(byte[] bytes, int start, int length);
}
