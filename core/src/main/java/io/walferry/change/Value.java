package io.walferry.change;

import java.util.Arrays;

/**
 * One column of a row, in the four states that the stream can express. {@link Unchanged} is not a
 * value: the source did not send a large column that the update left alone.
 */
public sealed interface Value {
  /** SQL NULL. */
  enum Null implements Value {
    NULL
  }

  /** A large (TOAST) column that the update left alone, so that the stream does not carry it. */
  enum Unchanged implements Value {
    UNCHANGED
  }

  /** PostgreSQL's text output of the value. */
  record Text(String string) implements Value {}

  /** PostgreSQL's binary output ({@code typsend}) of the value. */
  final class Binary implements Value {
    private final byte[] bytes;

    public Binary(byte[] bytes) {
      this.bytes = bytes.clone();
    }

    public byte[] bytes() {
      return bytes.clone();
    }

    public int length() {
      return bytes.length;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Binary binary && Arrays.equals(bytes, binary.bytes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }

    /** Shows the length only, never the content. */
    @Override
    public String toString() {
      return "Binary[" + bytes.length + " bytes]";
    }
  }
}
