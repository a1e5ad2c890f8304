package io.walferry.value;

/**
 * A {@code money}. PostgreSQL keeps a whole number of the currency's smallest unit, and prints it
 * by {@code lc_monetary}, which a reader does not know. So binary gives the number, text the text,
 * and neither is turned into the other.
 */
public sealed interface Money {
  /** From binary: cents, if the currency has two decimals. */
  record Units(long units) implements Money {}

  /** From text: as the server prints it, such as {@code -$1,234.56}. */
  record Printed(String text) implements Money {}
}
