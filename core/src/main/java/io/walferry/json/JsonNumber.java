package io.walferry.json;

import io.walferry.change.Row;

/** Tells JSON numbers from other text; PostgreSQL prints NaN and Infinity for numbers too. */
public final class JsonNumber {
  private JsonNumber() {}

  /** Whether the column's text is a number by JSON's grammar. */
  public static boolean isOne(Row row, int column) {
    int length = row.length(column);
    int at = is(row, column, 0, '-') ? 1 : 0;
    int whole = digits(row, column, at);
    if (whole == at || (whole - at > 1 && row.byteAt(column, at) == '0')) {
      return false;
    }
    at = whole;
    if (is(row, column, at, '.')) {
      int fraction = digits(row, column, at + 1);
      if (fraction == at + 1) {
        return false;
      }
      at = fraction;
    }
    if (is(row, column, at, 'e') || is(row, column, at, 'E')) {
      boolean signed = is(row, column, at + 1, '+') || is(row, column, at + 1, '-');
      int start = signed ? at + 2 : at + 1;
      int exponent = digits(row, column, start);
      if (exponent == start) {
        return false;
      }
      at = exponent;
    }
    return at == length;
  }

  private static boolean is(Row row, int column, int at, char wanted) {
    return at < row.length(column) && row.byteAt(column, at) == wanted;
  }

  /** Where the digits that start here end. */
  private static int digits(Row row, int column, int start) {
    int at = start;
    while (at < row.length(column)
        && row.byteAt(column, at) >= '0'
        && row.byteAt(column, at) <= '9') {
      at++;
    }
    return at;
  }
}
