package io.walferry.sinks.postgres;

import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.util.List;

/** Puts values as the source printed them into the forms in which the destination reads them. */
final class RowText {
  private RowText() {}

  /** One column of several rows as an array's text. */
  static String array(Relation relation, List<Row> rows, int column, char delimiter) {
    StringBuilder text = new StringBuilder(2 + 16 * rows.size()).append('{');
    for (Row row : rows) {
      if (text.length() > 1) {
        text.append(delimiter);
      }
      if (row.isNull(column)) {
        text.append("NULL");
      } else {
        appendQuoted(text, value(relation, row, column));
      }
    }
    return text.append('}').toString();
  }

  private static void appendQuoted(StringBuilder text, String value) {
    text.append('"');
    if (value.indexOf('"') < 0 && value.indexOf('\\') < 0) {
      text.append(value);
    } else {
      for (int i = 0; i < value.length(); i++) {
        char c = value.charAt(i);
        if (c == '"' || c == '\\') {
          text.append('\\');
        }
        text.append(c);
      }
    }
    text.append('"');
  }

  /**
   * The text of a column that is neither NULL nor missing.
   *
   * @throws WalferryException {@code PROTOCOL_VIOLATION} if it is anything else
   */
  static String value(Relation relation, Row row, int column) {
    if (row.kind(column) != Row.Kind.TEXT) {
      throw violation(relation, row, column);
    }
    return row.text(column);
  }

  static WalferryException violation(Relation relation, Row row, int column) {
    return new WalferryException(
        ErrorCode.PROTOCOL_VIOLATION,
        "Column "
            + relation.columns().get(column).name()
            + " of table "
            + relation.table()
            + ": expected text, got "
            + row.kind(column));
  }
}
