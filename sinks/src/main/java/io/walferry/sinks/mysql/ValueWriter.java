package io.walferry.sinks.mysql;

import io.walferry.change.Row;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sinks.type.Dialect;
import io.walferry.sinks.type.Loss;
import io.walferry.sinks.type.LossPolicy;
import io.walferry.sinks.type.SourceType;
import io.walferry.sinks.type.TypeTable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Writes the values of one column: a function of the source's type, of the column that is really
 * there and of the policy.
 *
 * @param limit of the column's texts
 * @param where table and column, for messages
 */
record ValueWriter(
    ValueForm form, SourceType type, TextLimit limit, LossPolicy policy, String where) {
  private static final byte[] ZERO = ascii("0");
  private static final byte[] ONE = ascii("1");
  private static final byte[] FIRST_DAY = ascii("0001-01-01");
  private static final byte[] LAST_DAY = ascii("9999-12-31");
  private static final byte[] FIRST_MOMENT = ascii("0001-01-01 00:00:00");
  private static final byte[] LAST_MOMENT = ascii("9999-12-31 23:59:59.999999");
  private static final byte[] LARGEST = ascii("1.7976931348623157e308");
  private static final byte[] SMALLEST = ascii("-1.7976931348623157e308");

  /** {@code 0001-01-01}: four digits of a year, and more there are not. */
  private static final int DASH = 4;

  private static final int UTC_LENGTH = "+00".length();

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Hands a value on.
   *
   * @throws WalferryException {@code DESTINATION_VALUE} if the policy says so, {@code
   *     DESTINATION_ROW_REFUSED} if the server would cut it without an error
   */
  void write(Row row, int column, ValueTarget target) {
    switch (row.kind(column)) {
      case NULL -> target.none();
      case TEXT -> {
        boolean unused =
            row.read(
                column,
                (bytes, start, length) -> {
                  write(bytes, start, length, target);
                  return true;
                });
      }
      case BINARY -> throw violation("text", "a binary value");
      case UNCHANGED -> throw violation("a value", "none (unchanged TOAST)");
    }
  }

  private void write(byte[] bytes, int start, int length, ValueTarget target) {
    switch (form) {
      case TEXT -> {
        requireWhole(bytes, start, length);
        target.text(bytes, start, length);
      }
      case INTEGER, TIME -> target.text(bytes, start, length);
      case TRUTH -> truth(bytes, start, length, target);
      case BYTES -> bytes(bytes, start, length, target);
      case FLOAT, DECIMAL -> number(bytes, start, length, target);
      case DATE, TIMESTAMP, ZONED -> moment(bytes, start, length, target);
    }
  }

  private void requireWhole(byte[] bytes, int start, int length) {
    if (limit.isCut(bytes, start, length)) {
      throw new WalferryException(
          ErrorCode.DESTINATION_ROW_REFUSED,
          where
              + ": a value is longer than the "
              + limit.max()
              + (limit.inBytes() ? " bytes" : " characters")
              + " that the column takes, and the server would cut the spaces at its end without an"
              + " error. Make the column longer");
    }
  }

  private void truth(byte[] bytes, int start, int length, ValueTarget target) {
    byte letter = length == 1 ? bytes[start] : 0;
    switch (letter) {
      case 't' -> target.text(ONE, 0, 1);
      case 'f' -> target.text(ZERO, 0, 1);
      default -> throw violation("t or f", "something else");
    }
  }

  private void bytes(byte[] bytes, int start, int length, ValueTarget target) {
    if (length < 2 || bytes[start] != '\\' || bytes[start + 1] != 'x' || length % 2 != 0) {
      throw violation("bytea_output = hex", "another form");
    }
    target.text(bytes, start + 2, length - 2);
  }

  private void number(byte[] bytes, int start, int length, ValueTarget target) {
    int sign = length > 0 && bytes[start] == '-' ? 1 : 0;
    byte first = length > sign ? bytes[start + sign] : 0;
    if (first == 'N') {
      replace(ZERO, false, target);
    } else if (first == 'I') {
      replace(sign == 1 ? SMALLEST : LARGEST, form == ValueForm.FLOAT, target);
    } else {
      target.text(bytes, start, length);
    }
  }

  private void moment(byte[] bytes, int start, int length, ValueTarget target) {
    boolean early = length > 0 && (bytes[start] == '-' || bytes[start + length - 1] == 'C');
    boolean late = length <= DASH || bytes[start] == 'i' || bytes[start + DASH] != '-';
    if (early) {
      replace(form == ValueForm.DATE ? FIRST_DAY : FIRST_MOMENT, true, target);
    } else if (late) {
      replace(form == ValueForm.DATE ? LAST_DAY : LAST_MOMENT, true, target);
    } else {
      target.text(bytes, start, length - (form == ValueForm.ZONED ? UTC_LENGTH : 0));
      requireUtc(bytes, start + length - UTC_LENGTH);
    }
  }

  private void requireUtc(byte[] bytes, int start) {
    boolean utc = bytes[start] == '+' && bytes[start + 1] == '0' && bytes[start + 2] == '0';
    if (form == ValueForm.ZONED && !utc) {
      throw violation("TimeZone = UTC", "another zone");
    }
  }

  private void replace(byte[] nearest, boolean hasNearest, ValueTarget target) {
    switch (policy) {
      case NULL -> target.none();
      case CLAMP -> {
        if (!hasNearest) {
          throw lost();
        }
        target.text(nearest, 0, nearest.length);
      }
      case FAIL, TEXT -> throw lost();
    }
  }

  private WalferryException lost() {
    Loss loss = TypeTable.cell(type.family(), Dialect.MYSQL).loss().orElse(Loss.NOT_FINITE);
    String others =
        Arrays.stream(LossPolicy.values())
            .filter(other -> other != LossPolicy.FAIL && loss.allows(other))
            .map(LossPolicy::word)
            .collect(Collectors.joining(", "));
    return new WalferryException(
        ErrorCode.DESTINATION_VALUE,
        where
            + ": a value of type "
            + type.family().typeName()
            + " does not fit the column; such are "
            + loss.description()
            + ". 'lossy' of the sink takes "
            + others
            + " for this type");
  }

  private WalferryException violation(String expected, String got) {
    return new WalferryException(
        ErrorCode.PROTOCOL_VIOLATION, where + ": expected " + expected + ", got " + got);
  }
}
