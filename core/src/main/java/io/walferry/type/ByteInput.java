package io.walferry.type;

import io.walferry.value.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads one value from its first byte to its last. Every read checks the end first, so that no
 * length or count in the bytes is believed. For one thread and one value.
 */
final class ByteInput {
  private static final VarHandle INT16 =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT32 =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT64 =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /** By byte: the digit that it stands for, or -1. */
  private static final byte[] HEX_DIGITS = new byte[256];

  static {
    for (int i = 0; i < HEX_DIGITS.length; i++) {
      HEX_DIGITS[i] = (byte) (i < 128 ? Character.digit(i, 16) : -1);
    }
  }

  /** As many decimal digits as a long always holds. */
  static final int LONG_DIGITS = 18;

  /** What {@link #peek} gives behind the last byte. */
  static final int END = -1;

  private final byte[] bytes;
  private final int origin;
  private final int end;
  private int position;

  ByteInput(byte[] bytes, int start, int length) {
    this(bytes, start, start, start + length);
  }

  private ByteInput(byte[] bytes, int origin, int start, int end) {
    this.bytes = bytes;
    this.origin = origin;
    this.position = start;
    this.end = end;
  }

  int remaining() {
    return end - position;
  }

  boolean atEnd() {
    return position == end;
  }

  /** The next byte, unsigned, or {@link #END}; it stays. */
  int peek() {
    return position < end ? bytes[position] & 0xFF : END;
  }

  /** The byte {@code ahead} places behind the next one, unsigned, or {@link #END}. */
  int peek(int ahead) {
    return ahead < end - position ? bytes[position + ahead] & 0xFF : END;
  }

  int next() {
    require(1);
    return bytes[position++] & 0xFF;
  }

  void skip(int count) {
    require(count);
    position += count;
  }

  /** Steps over the byte if it comes next. */
  boolean skipIf(char ascii) {
    if (peek() != ascii) {
      return false;
    }
    position++;
    return true;
  }

  /** Steps over the word if it comes next. */
  boolean skipIf(String ascii) {
    if (!startsWith(ascii)) {
      return false;
    }
    position += ascii.length();
    return true;
  }

  boolean startsWith(String ascii) {
    if (remaining() < ascii.length()) {
      return false;
    }
    for (int i = 0; i < ascii.length(); i++) {
      if (bytes[position + i] != ascii.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  void expect(char ascii) {
    if (!skipIf(ascii)) {
      throw malformed("'" + ascii + "'");
    }
  }

  void expectEnd() {
    if (position != end) {
      throw malformed("the end of the value");
    }
  }

  int int16() {
    require(2);
    int value = (short) INT16.get(bytes, position);
    position += 2;
    return value;
  }

  int uint16() {
    return int16() & 0xFFFF;
  }

  int int32() {
    require(4);
    int value = (int) INT32.get(bytes, position);
    position += 4;
    return value;
  }

  long uint32() {
    return int32() & 0xFFFF_FFFFL;
  }

  long int64() {
    require(8);
    long value = (long) INT64.get(bytes, position);
    position += 8;
    return value;
  }

  double float64() {
    return Double.longBitsToDouble(int64());
  }

  /** How many parts follow, each of at least {@code bytesEach} bytes. */
  int count(int bytesEach) {
    int count = int32();
    if (count < 0 || count > remaining() / bytesEach) {
      position -= 4;
      throw malformed("a count that fits the bytes that follow");
    }
    return count;
  }

  /** The next so many bytes as an input of their own; offsets go on counting from our start. */
  ByteInput part(int length) {
    require(length);
    ByteInput part = new ByteInput(bytes, origin, position, position + length);
    position += length;
    return part;
  }

  /** All that is left, as text. */
  String text() {
    return text(remaining());
  }

  /** The next so many bytes as text. Malformed UTF-8 is refused, since it could not come back. */
  String text(int length) {
    require(length);
    String text = new String(bytes, position, length, StandardCharsets.UTF_8);
    // A replacement character is malformed input, or itself: only then the slow way tells.
    if (text.indexOf('\uFFFD') >= 0) {
      requireUtf8(length);
    }
    position += length;
    return text;
  }

  private void requireUtf8(int length) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, position, length));
    } catch (CharacterCodingException e) {
      throw malformed("UTF-8");
    }
  }

  /** Text up to a zero byte, which is stepped over. */
  String zeroTerminated() {
    int length = 0;
    while (peek(length) > 0) {
      length++;
    }
    if (peek(length) == END) {
      throw malformed("a zero-terminated string");
    }
    String text = text(length);
    position++;
    return text;
  }

  Bytes bytes(int length) {
    require(length);
    position += length;
    return Bytes.copyOf(bytes, position - length, position);
  }

  /** A whole number without a sign, in at least {@code digitsMin} decimal digits. */
  long digits(int digitsMin, long max) {
    int from = position;
    long value = digitsBelowZero();
    if (position - from < digitsMin) {
      throw malformed(digitsMin + " digits, with those before it");
    }
    if (value < -max) {
      throw malformed("a number up to " + max + " before it");
    }
    return -value;
  }

  /** A whole number, perhaps with a minus sign before it. */
  long integer(long min, long max) {
    if (!skipIf('-')) {
      return digits(1, max);
    }
    long value = digitsBelowZero();
    if (value < min) {
      throw malformed("a number from " + min + " before it");
    }
    return value;
  }

  /** Built up below zero, since the least number has no positive counterpart. */
  private long digitsBelowZero() {
    int from = position;
    int safe = from + LONG_DIGITS;
    long value = 0;
    while (position < end) {
      int digit = bytes[position] - '0';
      if (digit < 0 || digit > 9) {
        break;
      }
      if (position >= safe && value < (Long.MIN_VALUE + digit) / 10) {
        throw malformed("a number of 64 bits");
      }
      value = value * 10 - digit;
      position++;
    }
    if (position == from) {
      throw malformed("a digit");
    }
    return value;
  }

  /** An unsigned 64-bit number. */
  long unsignedLong() {
    int length = 0;
    while (peek(length) >= '0' && peek(length) <= '9') {
      length++;
    }
    if (length == 0 || length > 20) {
      throw malformed("an unsigned 64-bit number");
    }
    try {
      return Long.parseUnsignedLong(text(length));
    } catch (NumberFormatException e) {
      throw malformed("an unsigned 64-bit number");
    }
  }

  /** One hexadecimal digit, of either case. */
  int hexDigit() {
    int digit = position < end ? HEX_DIGITS[bytes[position] & 0xFF] : -1;
    if (digit < 0) {
      throw malformed("a hexadecimal digit");
    }
    position++;
    return digit;
  }

  private void require(int count) {
    if (count < 0) {
      throw malformed("a length");
    }
    if (count > end - position) {
      throw malformed("more bytes");
    }
  }

  /** What was expected at the next byte. */
  MalformedValueException malformed(String expected) {
    return new MalformedValueException(position - origin, expected);
  }
}
