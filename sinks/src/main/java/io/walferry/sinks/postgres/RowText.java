package io.walferry.sinks.postgres;

import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.type.RowType;
import java.util.List;

/**
 * Puts values of one relation as the source prints them into the forms in which the destination
 * reads them; those that came in binary are printed first. Immutable.
 */
final class RowText {
  private final RowType type;

  RowText(RowType type) {
    this.type = type;
  }

  /** One column of several rows as an array's text. */
  String array(List<Row> rows, int column, char delimiter) {
    StringBuilder text = new StringBuilder(2 + 16 * rows.size()).append('{');
    for (Row row : rows) {
      if (text.length() > 1) {
        text.append(delimiter);
      }
      if (row.isNull(column)) {
        text.append("NULL");
      } else {
        appendQuoted(text, value(row, column));
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
   * @throws WalferryException {@code PROTOCOL_VIOLATION} if it was not sent, or only the server
   *     knows it
   */
  String value(Row row, int column) {
    return switch (row.kind(column)) {
      case TEXT -> row.text(column);
      case BINARY -> type.over(row).text(column).orElseThrow(() -> violation(row, column));
      case NULL, UNCHANGED -> throw violation(row, column);
    };
  }

  WalferryException violation(Row row, int column) {
    Relation relation = type.relation();
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
