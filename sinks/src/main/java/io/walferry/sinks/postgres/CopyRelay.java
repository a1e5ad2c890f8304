package io.walferry.sinks.postgres;

import io.walferry.sink.CopyFormat;
import java.sql.SQLException;

/**
 * Hands the messages of a COPY at the source on to one here, many in one send, without a look at
 * what is in them. Not for several threads.
 */
final class CopyRelay {
  private static final int SEND_BYTES = 64 * 1024;

  private final CopyStream copy;
  private final CopyFormat format;
  private final byte[] buffer = new byte[SEND_BYTES];
  private int filled;
  private long messages;

  CopyRelay(CopyStream copy, CopyFormat format) {
    this.copy = copy;
    this.format = format;
  }

  void write(byte[] message) throws SQLException {
    messages++;
    if (filled + message.length > SEND_BYTES) {
      copy.send(buffer, filled);
      filled = 0;
    }
    if (message.length > SEND_BYTES) {
      copy.send(message, message.length);
    } else {
      System.arraycopy(message, 0, buffer, filled, message.length);
      filled += message.length;
    }
  }

  /** Ends the COPY and returns how many rows the server took. */
  long finish() throws SQLException {
    copy.send(buffer, filled);
    filled = 0;
    return copy.end();
  }

  /**
   * How many rows there were. In binary the header comes with the first row, and the trailer is a
   * message of its own; without rows both are one message.
   */
  long rows() {
    return switch (format) {
      case TEXT -> messages;
      case BINARY -> messages - 1;
    };
  }
}
