package io.walferry.stream;

import io.walferry.buffer.ByteBoundedQueue;
import io.walferry.change.Lsn;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.pgoutput.PgOutputDecoder;
import io.walferry.pgoutput.PgOutputMessage;
import io.walferry.pgoutput.ProtocolException;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * Cuts blocks into messages: what the server says about itself (keep-alives) and what the output
 * plug-in says. Belongs to the pipeline's thread.
 */
final class MessageSource {
  private static final int WAL_DATA_HEADER_BYTES = 25;
  private static final int PROTOCOL_VERSION = 1;
  private static final Duration WITHOUT_END = Duration.ofDays(1);

  private final ByteBoundedQueue<byte[]> queue;
  private final StreamReader reader;
  private final String where;
  private final PgOutputDecoder decoder = new PgOutputDecoder(PROTOCOL_VERSION);

  private byte[] block = new byte[0];
  private ByteBuffer numbers = ByteBuffer.wrap(block);
  private int next;
  private int start;
  private int length;
  private Lsn lastLsn = Lsn.ZERO;

  MessageSource(ByteBoundedQueue<byte[]> queue, StreamReader reader, String where) {
    this.queue = queue;
    this.reader = reader;
    this.where = where;
  }

  /**
   * Moves to the next data message.
   *
   * @return false if none came within the time, or if the stream was interrupted
   * @throws WalferryException when the stream has ended
   */
  boolean advance(Duration atMost) {
    while (true) {
      while (next < block.length) {
        byte type = block[next];
        start = next + 5;
        length = numbers.getInt(next + 1) - 4;
        next = start + length;
        if (type == 'd') {
          return true;
        }
      }
      if (!nextBlock(atMost)) {
        return false;
      }
    }
  }

  /**
   * Moves to the next data message, however long it takes.
   *
   * @throws WalferryException {@code INTERRUPTED} if the stream was interrupted
   */
  void advanceWithinTransaction() {
    while (!advance(WITHOUT_END)) {
      if (queue.isWoken()) {
        throw new WalferryException(
            ErrorCode.INTERRUPTED, "stopped within a transaction of " + where);
      }
    }
  }

  private boolean nextBlock(Duration atMost) {
    try {
      var taken = queue.poll(atMost);
      if (taken.isPresent()) {
        block = taken.get();
        numbers = ByteBuffer.wrap(block);
        next = 0;
        return true;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WalferryException(ErrorCode.INTERRUPTED, "interrupted while reading " + where, e);
    }
    if (queue.isDone()) {
      throw reader.failure().orElseGet(() -> StreamFailures.ended(where));
    }
    return false;
  }

  boolean isKeepAlive() {
    return length > 0 && block[start] == 'k';
  }

  StreamEvent.KeepAlive keepAlive() {
    if (length != 18) {
      throw StreamFailures.violation(where, "a keep-alive of " + length + " bytes");
    }
    return new StreamEvent.KeepAlive(new Lsn(numbers.getLong(start + 1)), block[start + 17] == 1);
  }

  PgOutputMessage message() {
    if (length <= WAL_DATA_HEADER_BYTES || block[start] != 'w') {
      throw StreamFailures.violation(where, "data of an unknown kind, " + length + " bytes");
    }
    long lsn = numbers.getLong(start + 1);
    if (lsn != 0) {
      lastLsn = new Lsn(lsn);
    }
    try {
      return decoder.decode(block, start + WAL_DATA_HEADER_BYTES, length - WAL_DATA_HEADER_BYTES);
    } catch (ProtocolException e) {
      throw new WalferryException(
          ErrorCode.PROTOCOL_VIOLATION,
          "could not decode " + where + " near " + lastLsn + ": " + e.getMessage(),
          e);
    }
  }

  /** For an output plug-in that says what it must not say here. */
  WalferryException unexpected(String expected, PgOutputMessage got) {
    return new WalferryException(
        ErrorCode.PROTOCOL_VIOLATION,
        "expected "
            + expected
            + " on "
            + where
            + " near "
            + lastLsn
            + ", got "
            + got.getClass().getSimpleName());
  }
}
