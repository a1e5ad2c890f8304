package io.walferry.sinks.mysql;

import io.walferry.change.Row;
import java.nio.charset.StandardCharsets;

/** A constant of the source as SQL. */
final class ConstantLiteral implements ValueTarget {
  private final boolean bytes;
  private String sql = "NULL";

  private ConstantLiteral(boolean bytes) {
    this.bytes = bytes;
  }

  /**
   * An expression for the value.
   *
   * @param text as PostgreSQL prints it
   */
  static String of(String text, ValueWriter writer) {
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    Row row = new Row.Builder(encoded, 1).text(0, encoded.length).build();
    ConstantLiteral literal = new ConstantLiteral(writer.form() == ValueForm.BYTES);
    writer.write(row, 0, literal);
    return literal.sql;
  }

  @Override
  public void none() {
    sql = "NULL";
  }

  @Override
  public void text(byte[] encoded, int start, int length) {
    String text = new String(encoded, start, length, StandardCharsets.UTF_8);
    String quoted = "'" + text.replace("\\", "\\\\").replace("'", "''") + "'";
    sql = bytes ? "UNHEX(" + quoted + ")" : quoted;
  }
}
