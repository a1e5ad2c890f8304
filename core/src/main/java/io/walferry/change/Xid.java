package io.walferry.change;

/**
 * A 32-bit transaction id as the replication stream carries it. It wraps around, so two of them
 * have no order of their own.
 */
public record Xid(int value) {
  /** No transaction, as in the position right after a first load. */
  public static final Xid NONE = new Xid(0);

  @Override
  public String toString() {
    return Integer.toUnsignedString(value);
  }
}
