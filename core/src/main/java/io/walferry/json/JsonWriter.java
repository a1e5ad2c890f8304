package io.walferry.json;

import io.walferry.change.Row;
import java.nio.charset.StandardCharsets;

/**
 * Writes JSON as UTF-8 into a buffer of fixed size, which goes to the output whenever it is full,
 * so that a document may be longer than memory. Text of rows is UTF-8 already and only escaped.
 * What is made of the pieces is the caller's business. Not for several threads.
 */
public final class JsonWriter {
  /** Takes what is written. */
  @FunctionalInterface
  public interface Output {
    /** Takes the first bytes of the array, at once. */
    void write(byte[] bytes, int length);
  }

  private static final int CAPACITY = 64 * 1024;
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private final Output output;
  private final byte[] buffer = new byte[CAPACITY];
  private int size;

  public JsonWriter(Output output) {
    this.output = output;
  }

  /** Writes characters as they are; they must be JSON. */
  public JsonWriter raw(String ascii) {
    for (int i = 0; i < ascii.length(); i++) {
      put(ascii.charAt(i));
    }
    return this;
  }

  public JsonWriter raw(byte[] json) {
    for (byte b : json) {
      put(b);
    }
    return this;
  }

  /** A string with its quotes. */
  public JsonWriter string(String text) {
    put('"');
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      escaped(b);
    }
    put('"');
    return this;
  }

  /** A column's text as a string with its quotes. */
  public JsonWriter string(Row row, int column) {
    put('"');
    int length = row.length(column);
    for (int i = 0; i < length; i++) {
      escaped(row.byteAt(column, i));
    }
    put('"');
    return this;
  }

  /** A column's text, which is a JSON number; see {@link JsonNumber}. */
  public JsonWriter number(Row row, int column) {
    int length = row.length(column);
    for (int i = 0; i < length; i++) {
      put(row.byteAt(column, i));
    }
    return this;
  }

  /**
   * A column's text, which is a JSON document; line ends, which can only be between its tokens,
   * become spaces.
   */
  public JsonWriter document(Row row, int column) {
    int length = row.length(column);
    for (int i = 0; i < length; i++) {
      byte b = row.byteAt(column, i);
      put(b == '\n' || b == '\r' ? ' ' : b);
    }
    return this;
  }

  public JsonWriter hexadecimal(byte[] bytes) {
    raw("\"\\\\x");
    for (byte b : bytes) {
      put(HEX[b >> 4 & 15]);
      put(HEX[b & 15]);
    }
    put('"');
    return this;
  }

  /** Hands everything to the output. */
  public void flush() {
    if (size > 0) {
      output.write(buffer, size);
      size = 0;
    }
  }

  /** Forgets what the output has not got yet. */
  public void drop() {
    size = 0;
  }

  private void escaped(byte b) {
    if (b == '"' || b == '\\') {
      put('\\');
      put(b);
    } else if (b >= 0 && b < ' ') {
      control(b);
    } else {
      put(b);
    }
  }

  private void control(byte b) {
    switch (b) {
      case '\n' -> raw("\\n");
      case '\r' -> raw("\\r");
      case '\t' -> raw("\\t");
      default -> {
        raw("\\u00");
        put(HEX[b >> 4]);
        put(HEX[b & 15]);
      }
    }
  }

  private void put(int b) {
    if (size == CAPACITY) {
      flush();
    }
    buffer[size++] = (byte) b;
  }
}
