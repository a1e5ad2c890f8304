package io.walferry.pgoutput;

import io.walferry.change.Lsn;
import io.walferry.change.Row;
import io.walferry.change.Value;
import io.walferry.change.Xid;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;

/**
 * Reads the fields of one message in their order. Every read checks the message's end first, so
 * that a length or count in the bytes is never believed. One reader serves one message.
 */
final class MessageReader {
  private static final VarHandle INT16 =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT32 =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT64 =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /** 2000-01-01 UTC, from where PostgreSQL counts, in seconds from where {@link Instant} does. */
  static final long EPOCH_SECOND = 946_684_800L;

  private static final long MICROS_PER_SECOND = 1_000_000L;

  /** {@code MaxHeapAttributeNumber}: no table of PostgreSQL has more columns. */
  static final int MAX_COLUMNS = 1600;

  private final MessageType type;
  private final byte[] buffer;
  private final int start;
  private final int end;
  private int position;

  /**
   * A reader that stands behind the tag.
   *
   * @param start of the message's tag
   * @param end behind its last byte
   */
  MessageReader(MessageType type, byte[] buffer, int start, int end) {
    this.type = type;
    this.buffer = buffer;
    this.start = start;
    this.end = end;
    this.position = start + 1;
  }

  int remaining() {
    return end - position;
  }

  int int8() {
    require(1);
    return buffer[position++] & 0xFF;
  }

  int int16() {
    require(2);
    int value = (short) INT16.get(buffer, position);
    position += 2;
    return value;
  }

  int int32() {
    require(4);
    int value = (int) INT32.get(buffer, position);
    position += 4;
    return value;
  }

  long int64() {
    require(8);
    long value = (long) INT64.get(buffer, position);
    position += 8;
    return value;
  }

  Lsn lsn() {
    return new Lsn(int64());
  }

  Xid xid() {
    return new Xid(int32());
  }

  Instant time() {
    return instant(int64());
  }

  static Instant instant(long micros) {
    long second = Math.floorDiv(micros, MICROS_PER_SECOND);
    long nanos = Math.floorMod(micros, MICROS_PER_SECOND) * 1000;
    return Instant.ofEpochSecond(EPOCH_SECOND + second, nanos);
  }

  /** A byte of flags of which only those in {@code known} may be set. */
  int flags(int known) {
    int flags = int8();
    if ((flags & ~known) != 0) {
      throw violation(1, "flags within 0x" + Integer.toHexString(known), hex(flags));
    }
    return flags;
  }

  /**
   * A zero-terminated name. Malformed UTF-8 is refused: a replacement character could make two
   * names one.
   */
  String name() {
    ByteBuffer bytes = terminated();
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw violation(bytes.capacity() + 1, "a name in UTF-8", "malformed bytes");
    }
  }

  /** Reads a zero-terminated text that is no name of anything, with U+FFFD for malformed UTF-8. */
  String text() {
    return StandardCharsets.UTF_8.decode(terminated()).toString();
  }

  private ByteBuffer terminated() {
    int from = position;
    int to = from;
    while (to < end && buffer[to] != 0) {
      to++;
    }
    if (to == end) {
      throw violation(0, "a zero-terminated string", "the end of the message");
    }
    position = to + 1;
    return ByteBuffer.wrap(buffer, from, to - from).slice();
  }

  Value.Binary content() {
    int length = length();
    byte[] bytes = Arrays.copyOfRange(buffer, position, position + length);
    position += length;
    return new Value.Binary(bytes);
  }

  int columnCount() {
    int count = int16();
    if (count < 0 || count > MAX_COLUMNS) {
      throw violation(2, "0 to " + MAX_COLUMNS + " columns", Integer.toString(count));
    }
    return count;
  }

  /** A row over the buffer, without a copy. */
  Row row() {
    int count = columnCount();
    if (count > remaining()) {
      throw violation(2, count + " columns", remaining() + " bytes");
    }
    int from = position;
    for (int column = 0; column < count; column++) {
      int kind = int8();
      switch (kind) {
        case 't', 'b' -> {
          int length = length();
          position += length;
        }
        case 'n', 'u' -> {}
        default -> throw violation(1, "n, u, t or b for a column", hex(kind));
      }
    }
    return Row.sent(buffer, from, position, count);
  }

  void expectEnd() {
    if (position != end) {
      throw violation(0, "the end of the message", remaining() + " more bytes");
    }
  }

  /** What went wrong in the {@code consumed} bytes that were read last. */
  ProtocolException violation(int consumed, String expected, String got) {
    return new ProtocolException(type.label(), position - consumed - start, expected, got);
  }

  static String hex(int unsignedByte) {
    return "the byte 0x" + Integer.toHexString(unsignedByte);
  }

  /** The length of what follows; it is there. */
  private int length() {
    int length = int32();
    if (length < 0 || length > remaining()) {
      throw violation(4, "a length of 0 to " + remaining(), Integer.toString(length));
    }
    return length;
  }

  private void require(int count) {
    if (end - position < count) {
      throw violation(0, count + " more bytes", Integer.toString(remaining()));
    }
  }
}
