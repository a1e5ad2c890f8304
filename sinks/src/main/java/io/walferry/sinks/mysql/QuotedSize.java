package io.walferry.sinks.mysql;

/**
 * Counts the bytes that a value has in a statement, as the driver writes it: between quotes, with a
 * backslash before each byte that needs one.
 */
final class QuotedSize implements ValueTarget {
  private static final int QUOTES_SIZE = "_binary ''".length();
  private static final int NULL_SIZE = "NULL".length();

  private final ValueForm form;
  private long bytes;

  QuotedSize(ValueForm form) {
    this.form = form;
  }

  @Override
  public void none() {
    bytes = NULL_SIZE;
  }

  @Override
  public void text(byte[] value, int start, int length) {
    bytes = QUOTES_SIZE;
    if (form == ValueForm.BYTES) {
      for (int i = start; i < start + length; i += 2) {
        bytes += size(ParameterValue.byteAt(value, i));
      }
    } else {
      for (int i = start; i < start + length; i++) {
        bytes += size(value[i]);
      }
    }
  }

  private static int size(int one) {
    return switch (one) {
      case 0, '\'', '"', '\\' -> 2;
      default -> 1;
    };
  }

  long bytes() {
    return bytes;
  }
}
