package io.walferry.value;

/** An {@code xid8}: a transaction id that never wraps around. Compares and prints unsigned. */
public record Xid8(long value) implements Comparable<Xid8> {
  @Override
  public int compareTo(Xid8 other) {
    return Long.compareUnsigned(value, other.value);
  }

  @Override
  public String toString() {
    return Long.toUnsignedString(value);
  }
}
