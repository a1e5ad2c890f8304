package io.walferry.sinks.sqlserver;

import io.walferry.change.Row;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sinks.sqlserver.TableShape.ShapeColumn;
import io.walferry.sinks.type.Dialect;
import io.walferry.sinks.type.Loss;
import io.walferry.sinks.type.LossPolicy;
import io.walferry.sinks.type.SourceType;
import io.walferry.sinks.type.TypeTable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Writes the values of one column: a function of the source's type, of the column that is really
 * there and of the policy.
 *
 * @param where table and column, for messages
 */
record ValueWriter(
    ShapeColumn column, ValueForm form, SourceType type, LossPolicy policy, String where) {
  private static final String FIRST_DAY = "0001-01-01";
  private static final String LAST_DAY = "9999-12-31";
  private static final String LAST_TIME = "23:59:59.999999";
  private static final String END_OF_DAY = "24:00:00";
  private static final String UTC = "+00";

  /** {@code 0001-01-01}: four digits of a year, and more there are not. */
  private static final int DASH = 4;

  /**
   * The value as its form travels; empty for NULL.
   *
   * @throws WalferryException {@code DESTINATION_VALUE} if the policy says so, {@code
   *     DESTINATION_ROW_REFUSED} if it is longer than the column
   */
  Optional<Object> value(Row row, int number) {
    return switch (row.kind(number)) {
      case NULL -> Optional.empty();
      case TEXT -> written(row.text(number));
      case BINARY -> throw violation("text", "a binary value");
      case UNCHANGED -> throw violation("a value", "none (unchanged TOAST)");
    };
  }

  private Optional<Object> written(String text) {
    return switch (form) {
      case TEXT -> Optional.of(fitting(text));
      case TRUTH -> Optional.of(truth(text));
      case INTEGER -> Optional.of(Long.valueOf(text));
      case DECIMAL -> isFinite(text) ? Optional.of(text) : replaced(Optional.empty());
      case FLOAT -> isFinite(text) ? normal(Double.parseDouble(text)) : largest(text);
      case REAL -> isFinite(text) ? normal(Float.parseFloat(text)) : largest(text);
      case BYTES -> Optional.of(bytes(text));
      case UUID -> Optional.of(text);
      case DATE, TIMESTAMP, ZONED -> moment(text);
      case TIME -> text.equals(END_OF_DAY) ? replaced(Optional.of(LAST_TIME)) : Optional.of(text);
    };
  }

  private String fitting(String text) {
    int length = column.isWide() ? text.length() : text.getBytes(StandardCharsets.UTF_8).length;
    requireFitting(length);
    return text;
  }

  /** The server would take some too long values for others, and quotes them in what it says. */
  private void requireFitting(int length) {
    if (column.lengthMax() >= 0 && length > column.lengthMax()) {
      throw new WalferryException(
          ErrorCode.DESTINATION_ROW_REFUSED,
          where
              + ": expected at most "
              + column.lengthMax()
              + ", as its type "
              + column.declaredType()
              + " says, got a value of length "
              + length);
    }
  }

  private Boolean truth(String text) {
    return switch (text) {
      case "t" -> true;
      case "f" -> false;
      default -> throw violation("t or f", "something else");
    };
  }

  private byte[] bytes(String text) {
    if (!text.startsWith("\\x") || text.length() % 2 != 0) {
      throw violation("bytea_output = hex", "another form");
    }
    byte[] bytes = HexFormat.of().parseHex(text, 2, text.length());
    requireFitting(bytes.length);
    return bytes;
  }

  private static boolean isFinite(String number) {
    return !number.equals("NaN") && !number.endsWith("Infinity");
  }

  private Optional<Object> largest(String text) {
    if (text.equals("NaN")) {
      return replaced(Optional.empty());
    }
    int sign = text.startsWith("-") ? -1 : 1;
    return replaced(
        Optional.of(
            form == ValueForm.REAL
                ? (Object) (sign * Float.MAX_VALUE)
                : (Object) (sign * Double.MAX_VALUE)));
  }

  private Optional<Object> normal(double number) {
    if (number == 0 || Math.abs(number) >= Double.MIN_NORMAL) {
      return Optional.of(number);
    }
    double nearest = Math.abs(number) > Double.MIN_NORMAL / 2 ? Double.MIN_NORMAL : 0;
    return replaced(Optional.of(Math.copySign(nearest, number)));
  }

  private Optional<Object> normal(float number) {
    if (number == 0 || Math.abs(number) >= Float.MIN_NORMAL) {
      return Optional.of(number);
    }
    float nearest = Math.abs(number) > Float.MIN_NORMAL / 2 ? Float.MIN_NORMAL : 0;
    return replaced(Optional.of(Math.copySign(nearest, number)));
  }

  private Optional<Object> moment(String text) {
    if (text.startsWith("-") || text.endsWith("BC")) {
      return replaced(Optional.of(printed(FIRST_DAY, "00:00:00")));
    }
    if (text.startsWith("i") || text.indexOf('-') != DASH) {
      return replaced(Optional.of(printed(LAST_DAY, LAST_TIME)));
    }
    if (form == ValueForm.DATE) {
      return Optional.of(text);
    }
    int blank = text.indexOf(' ');
    if (blank < 0 || (form == ValueForm.ZONED && !text.endsWith(UTC))) {
      throw violation("a moment in TimeZone = UTC", "something else");
    }
    int end = text.length() - (form == ValueForm.ZONED ? UTC.length() : 0);
    return Optional.of(printed(text.substring(0, blank), text.substring(blank + 1, end)));
  }

  /** As ISO 8601 has it, which the server reads whatever its settings are. */
  private String printed(String day, String time) {
    return switch (form) {
      case TIMESTAMP -> day + "T" + time;
      case ZONED -> day + "T" + time + "+00:00";
      default -> day;
    };
  }

  private Optional<Object> replaced(Optional<Object> nearest) {
    return switch (policy) {
      case NULL -> Optional.empty();
      case CLAMP -> Optional.of(nearest.orElseThrow(this::lost));
      case FAIL, TEXT -> throw lost();
    };
  }

  private WalferryException lost() {
    Loss loss = TypeTable.cell(type.family(), Dialect.SQLSERVER).loss().orElseThrow();
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
