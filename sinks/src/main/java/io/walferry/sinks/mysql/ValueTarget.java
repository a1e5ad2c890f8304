package io.walferry.sinks.mysql;

/** Takes one value of a row. */
interface ValueTarget {
  /** NULL. */
  void none();

  /** As its form says; bytes as hexadecimal digits. The array is only lent. */
  void text(byte[] bytes, int start, int length);
}
