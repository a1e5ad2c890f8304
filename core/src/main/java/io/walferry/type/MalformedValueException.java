package io.walferry.type;

/**
 * Bytes that are not a value of their type. The message names column, type, length and the byte at
 * which it goes wrong, with what was expected there; never the value or a part of it.
 */
public final class MalformedValueException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int offset;

  MalformedValueException(int offset, String expected) {
    super("byte " + offset + ": expected " + expected);
    this.offset = offset;
  }

  private MalformedValueException(String where, MalformedValueException inner) {
    super(where + ": " + inner.getMessage(), inner);
    this.offset = inner.offset;
  }

  /** The same, with what only an outer caller knows. */
  MalformedValueException in(String where) {
    return new MalformedValueException(where, this);
  }

  /**
   * Where in the value the bytes go wrong, from 0; within a quoted part, from that part's start.
   */
  public int offset() {
    return offset;
  }
}
