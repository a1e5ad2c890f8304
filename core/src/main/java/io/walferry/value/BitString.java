package io.walferry.value;

/**
 * A {@code bit} or {@code varbit}: so many bits, the first of them the highest one of the first
 * byte.
 *
 * @param bytes as many as the bits need; what is left of the last one is zero
 */
public record BitString(int length, Bytes bytes) {
  public BitString {
    if (length < 0 || bytes.length() != (length + 7L) / 8) {
      throw new IllegalArgumentException(length + " bits do not fit " + bytes.length() + " bytes");
    }
    int unused = 8 * bytes.length() - length;
    if (unused > 0 && (bytes.at(bytes.length() - 1) & ((1 << unused) - 1)) != 0) {
      throw new IllegalArgumentException("Bits behind the last one are not zero");
    }
  }

  /** Whether the bit is set; bits count from 0, from the left. */
  public boolean bit(int index) {
    return (bytes.at(index / 8) >> (7 - index % 8) & 1) != 0;
  }
}
