package io.walferry.pgoutput;

/**
 * Bytes that are not a {@code pgoutput} message of the protocol version in use. The message says
 * which message type, at which of its bytes, what was expected and what came; never a value.
 */
public final class ProtocolException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int offset;

  ProtocolException(String messageName, int offset, String expected, String got) {
    super(messageName + " message, byte " + offset + ": expected " + expected + ", but got " + got);
    this.offset = offset;
  }

  /** Where in the message the bytes go wrong, from 0. */
  public int offset() {
    return offset;
  }
}
