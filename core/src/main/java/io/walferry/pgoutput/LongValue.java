package io.walferry.pgoutput;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A value of a row that is too long for what there is of its message.
 *
 * @param relationOid of the row's relation
 * @param column of the relation, from 0
 * @param bytes of the value
 */
public record LongValue(int relationOid, int column, long bytes) {
  /** A type, the id of a transaction, and the oid of a relation. */
  private static final int HEAD_BYTES_MAX = 1 + 2 * Integer.BYTES;

  /**
   * Finds the value within which a message was cut off; empty if it is not one of a row.
   *
   * @param message its beginning, from the type on
   * @param withXid whether a transaction id follows the type
   */
  static Optional<LongValue> find(ByteBuffer message, boolean withXid) {
    int type = message.remaining() > HEAD_BYTES_MAX ? message.get() : 0;
    if (type != 'I' && type != 'U' && type != 'D') {
      return Optional.empty();
    }
    message.position(message.position() + (withXid ? Integer.BYTES : 0));
    int oid = message.getInt();
    // An old row may come before the new one.
    while (message.remaining() > 1 + Short.BYTES) {
      message.position(message.position() + 1);
      int columns = message.getShort();
      for (int column = 0; column < columns && message.hasRemaining(); column++) {
        byte form = message.get();
        if (form == 't' || form == 'b') {
          if (message.remaining() < Integer.BYTES) {
            return Optional.empty();
          }
          int length = message.getInt();
          if (length < 0) {
            return Optional.empty();
          }
          if (length > message.remaining()) {
            return Optional.of(new LongValue(oid, column, length));
          }
          message.position(message.position() + length);
        }
      }
    }
    return Optional.empty();
  }
}
