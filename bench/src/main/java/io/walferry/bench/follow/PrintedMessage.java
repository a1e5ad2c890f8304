package io.walferry.bench.follow;

import java.nio.ByteBuffer;

/**
 * Where messages of {@code pgoutput} end, protocol 1, in what {@code pg_recvlogical} prints: one
 * behind the other, each with a line feed, without their lengths. Of the messages only those that
 * inserts bring.
 */
final class PrintedMessage {
  private static final int BEGIN_BYTES = 21;
  private static final int COMMIT_BYTES = 26;
  private static final int INCOMPLETE = -1;

  private PrintedMessage() {}

  /** Behind the last byte of the message that starts at {@code from}; negative if it is cut off. */
  static int end(byte[] bytes, int from, int filled) {
    if (from >= filled) {
      return INCOMPLETE;
    }
    ByteBuffer left = ByteBuffer.wrap(bytes, 0, filled).position(from + 1);
    try {
      switch (bytes[from]) {
        case 'B' -> left.position(from + BEGIN_BYTES);
        case 'C' -> left.position(from + COMMIT_BYTES);
        case 'R' -> relation(left);
        case 'I' -> insert(left);
        default -> throw new IllegalStateException("A message that no insert brings");
      }
    } catch (java.nio.BufferUnderflowException | IllegalArgumentException e) {
      return INCOMPLETE;
    }
    return left.position() < filled ? left.position() : INCOMPLETE;
  }

  private static void relation(ByteBuffer left) {
    left.getInt();
    name(left);
    name(left);
    left.get();
    for (int columns = left.getShort(); columns > 0; columns--) {
      left.get();
      name(left);
      left.getLong();
    }
  }

  private static void name(ByteBuffer left) {
    while (left.get() != 0) {
      // The next one.
    }
  }

  private static void insert(ByteBuffer left) {
    left.getInt();
    left.get();
    for (int columns = left.getShort(); columns > 0; columns--) {
      if (left.get() == 't') {
        int length = left.getInt();
        left.position(left.position() + length);
      }
    }
  }
}
