package io.walferry.sinks.postgres;

import io.walferry.change.Row;
import io.walferry.sinks.postgres.ChangeStatement.ListType;
import java.util.List;
import java.util.Optional;

/**
 * One column of several rows as an array in binary form, of values as they were sent: in binary, or
 * as text where that is the same.
 */
final class BinaryList {
  private static final int HEADER_BYTES = 5 * Integer.BYTES;
  private static final int ONE_DIMENSION = 1;
  private static final int LOWER_BOUND = 1;
  private static final int NULL_LENGTH = -1;

  private BinaryList() {}

  /** Empty if a value did not come so, or there is too much for one array. */
  static Optional<byte[]> of(ListType type, List<Row> rows, int column) {
    long byteCount = HEADER_BYTES;
    boolean nulls = false;
    for (Row row : rows) {
      Row.Kind kind = row.kind(column);
      boolean passes =
          switch (kind) {
            case NULL -> true;
            case BINARY -> type.ofBinary();
            case TEXT -> type.ofTexts();
            case UNCHANGED -> false;
          };
      if (!passes) {
        return Optional.empty();
      }
      nulls |= kind == Row.Kind.NULL;
      byteCount += Integer.BYTES + row.length(column);
    }
    if (byteCount > Integer.MAX_VALUE - 8) {
      return Optional.empty();
    }
    byte[] list = new byte[(int) byteCount];
    BigEndian.put(list, 0, ONE_DIMENSION);
    BigEndian.put(list, 4, nulls ? 1 : 0);
    BigEndian.put(list, 8, type.elementOid());
    BigEndian.put(list, 12, rows.size());
    BigEndian.put(list, 16, LOWER_BOUND);
    fill(list, rows, column);
    return Optional.of(list);
  }

  private static void fill(byte[] list, List<Row> rows, int column) {
    int at = HEADER_BYTES;
    for (Row row : rows) {
      int length = row.copy(column, list, at + Integer.BYTES);
      BigEndian.put(list, at, length == 0 && row.isNull(column) ? NULL_LENGTH : length);
      at += Integer.BYTES + length;
    }
  }
}
