package io.walferry.value;

import java.util.Arrays;
import java.util.HexFormat;

/** Bytes that nobody can change: a {@code bytea}, or the binary form of a type that is unknown. */
public final class Bytes {
  private final byte[] bytes;

  private Bytes(byte[] bytes) {
    this.bytes = bytes;
  }

  public static Bytes of(byte[] bytes) {
    return new Bytes(bytes.clone());
  }

  /** A copy of a part of an array. */
  public static Bytes copyOf(byte[] bytes, int start, int end) {
    return new Bytes(Arrays.copyOfRange(bytes, start, end));
  }

  public int length() {
    return bytes.length;
  }

  public byte at(int index) {
    return bytes[index];
  }

  /** A copy. */
  public byte[] toArray() {
    return bytes.clone();
  }

  /** Lower-case digits, two for each byte. */
  public String toHex() {
    return HexFormat.of().formatHex(bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** Shows the length only, never the content. */
  @Override
  public String toString() {
    return "Bytes[" + bytes.length + "]";
  }
}
