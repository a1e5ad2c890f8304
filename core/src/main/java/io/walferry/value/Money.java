package io.walferry.value;

/**
 * A {@code money}. PostgreSQL keeps a whole number of the currency's smallest unit, and prints it
 * by {@code lc_monetary}, which names currency and decimals. Sessions of ours have it printed by
 * {@code C}; only the source knows what it means there. So binary gives the number, text the text,
 * and neither is turned into the other.
 */
public sealed interface Money {
  /** From binary: cents, if the currency has two decimals. */
  record Units(long units) implements Money {}

  /** From text: as the server prints it for us, such as {@code -$1,234.56}. */
  record Printed(String text) implements Money {}
}
