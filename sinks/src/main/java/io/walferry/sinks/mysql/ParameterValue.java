package io.walferry.sinks.mysql;

import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A parameter of a statement. Numbers are bound as numbers, for a key that is compared with a text
 * is compared by floating-point numbers; floats as text, since a number that is negative zero would
 * lose its sign. A large text or binary value stays where it is, and is read from there when the
 * statement is sent.
 */
final class ParameterValue implements ValueTarget {
  /** The length from which on a value is read where it is. */
  static final int LARGE_BYTES_MIN = 1 << 20;

  private final ValueForm form;
  private Optional<Object> value = Optional.empty();
  private int byteSize;

  ParameterValue(ValueForm form) {
    this.form = form;
  }

  @Override
  public void none() {
    value = Optional.empty();
    byteSize = 0;
  }

  @Override
  public void text(byte[] bytes, int start, int length) {
    boolean large = length >= LARGE_BYTES_MIN;
    byteSize = length;
    value =
        Optional.of(
            switch (form) {
              case TRUTH, INTEGER -> Long.valueOf(string(bytes, start, length));
              case DECIMAL -> new BigDecimal(string(bytes, start, length));
              case BYTES ->
                  large
                      ? new ConvertedInput(bytes, start, length, ParameterValue::decode)
                      : decoded(bytes, start, length);
              case TEXT ->
                  large
                      ? new InputStreamReader(
                          new ByteArrayInputStream(bytes, start, length), StandardCharsets.UTF_8)
                      : string(bytes, start, length);
              case FLOAT, DATE, TIME, TIMESTAMP, ZONED -> string(bytes, start, length);
            });
  }

  private static String string(byte[] bytes, int start, int length) {
    return new String(bytes, start, length, StandardCharsets.UTF_8);
  }

  private static byte[] decoded(byte[] bytes, int start, int length) {
    byte[] decoded = new byte[length / 2];
    int unused = decode(bytes, start, length, decoded, 0);
    return decoded;
  }

  private static int decode(byte[] digits, int start, int length, byte[] target, int first) {
    for (int i = 0; i < length / 2; i++) {
      target[first + i] = (byte) byteAt(digits, start + 2 * i);
    }
    return length / 2;
  }

  /** Returns the byte whose two digits are there, from 0 to 255. */
  static int byteAt(byte[] digits, int at) {
    return HexFormat.fromHexDigit(digits[at]) << 4 | HexFormat.fromHexDigit(digits[at + 1]);
  }

  /** Returns how many bytes the value has as it came. */
  int byteSize() {
    return byteSize;
  }

  void bind(PreparedStatement statement, int index) throws SQLException {
    if (value.isPresent()) {
      statement.setObject(index, value.get());
    } else {
      statement.setNull(index, Types.NULL);
    }
  }
}
