package io.walferry.sinks.jsonlines;

import io.walferry.change.Row;
import java.nio.charset.StandardCharsets;

/**
 * Writes JSON as UTF-8 into a buffer of fixed size, which goes to the output whenever it is full,
 * so that a line may be longer than memory. Text is UTF-8 already and only escaped.
 */
final class JsonWriter {
  private static final int CAPACITY = 64 * 1024;
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private final LineOutput output;
  private final byte[] buffer = new byte[CAPACITY];
  private int size;

  JsonWriter(LineOutput output) {
    this.output = output;
  }

  /** Writes characters as they are; they must be JSON. */
  JsonWriter raw(String ascii) {
    for (int i = 0; i < ascii.length(); i++) {
      put(ascii.charAt(i));
    }
    return this;
  }

  JsonWriter raw(byte[] json) {
    for (byte b : json) {
      put(b);
    }
    return this;
  }

  /** A string with its quotes. */
  JsonWriter string(String text) {
    put('"');
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      escaped(b);
    }
    put('"');
    return this;
  }

  /** A column's text as a string with its quotes. */
  JsonWriter string(Row row, int column) {
    put('"');
    int length = row.length(column);
    for (int i = 0; i < length; i++) {
      escaped(row.byteAt(column, i));
    }
    put('"');
    return this;
  }

  /** A column's text, which is a JSON number. */
  JsonWriter number(Row row, int column) {
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
  JsonWriter document(Row row, int column) {
    int length = row.length(column);
    for (int i = 0; i < length; i++) {
      byte b = row.byteAt(column, i);
      put(b == '\n' || b == '\r' ? ' ' : b);
    }
    return this;
  }

  JsonWriter hexadecimal(byte[] bytes) {
    raw("\"\\\\x");
    for (byte b : bytes) {
      put(HEX[b >> 4 & 15]);
      put(HEX[b & 15]);
    }
    put('"');
    return this;
  }

  /** Hands everything to the output. */
  void flush() {
    if (size > 0) {
      output.write(buffer, size);
      size = 0;
    }
  }

  /** Forgets what the output has not got yet. */
  void drop() {
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
