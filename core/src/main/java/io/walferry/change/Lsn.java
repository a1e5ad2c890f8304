package io.walferry.change;

/**
 * A log sequence number: a byte position in the write-ahead log. Compares unsigned; prints and
 * parses PostgreSQL's own form, two hexadecimal halves as in {@code 16/3002D50}.
 */
public record Lsn(long value) implements Comparable<Lsn> {
  /** {@code 0/0}: before the first byte of any log. PostgreSQL never assigns it to a record. */
  public static final Lsn ZERO = new Lsn(0);

  /**
   * Reads PostgreSQL's form.
   *
   * @throws IllegalArgumentException if the text is not two hexadecimal numbers of one to eight
   *     digits with a slash between them
   */
  public static Lsn parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 1 || slash > 8 || text.length() - slash < 2 || text.length() - slash > 9) {
      throw malformed(text);
    }
    return new Lsn(half(text, 0, slash) << 32 | half(text, slash + 1, text.length()));
  }

  private static long half(String text, int start, int end) {
    long value = 0;
    for (int i = start; i < end; i++) {
      int digit = text.charAt(i) < 128 ? Character.digit(text.charAt(i), 16) : -1;
      if (digit < 0) {
        throw malformed(text);
      }
      value = value << 4 | digit;
    }
    return value;
  }

  private static IllegalArgumentException malformed(String text) {
    return new IllegalArgumentException(
        "An LSN looks like 16/3002D50, but this is \"" + text + "\"");
  }

  public boolean isAfter(Lsn other) {
    return compareTo(other) > 0;
  }

  public boolean isBefore(Lsn other) {
    return compareTo(other) < 0;
  }

  /** Bytes from {@code earlier} to this position; negative if this is the earlier one. */
  public long bytesSince(Lsn earlier) {
    return value - earlier.value;
  }

  public static Lsn max(Lsn a, Lsn b) {
    return a.isAfter(b) ? a : b;
  }

  public static Lsn min(Lsn a, Lsn b) {
    return a.isBefore(b) ? a : b;
  }

  @Override
  public int compareTo(Lsn other) {
    return Long.compareUnsigned(value, other.value);
  }

  @Override
  public String toString() {
    return Long.toHexString(value >>> 32).toUpperCase(java.util.Locale.ROOT)
        + "/"
        + Long.toHexString(value & 0xFFFFFFFFL).toUpperCase(java.util.Locale.ROOT);
  }
}
