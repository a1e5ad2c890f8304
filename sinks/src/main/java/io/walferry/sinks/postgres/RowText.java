package io.walferry.sinks.postgres;

import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.type.PgType;
import io.walferry.type.PgType.ArrayType;
import io.walferry.type.PgType.DomainType;
import io.walferry.type.RowType;
import java.util.BitSet;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Puts values of one relation as the source prints them into the forms in which the destination
 * reads them; those that came in binary are printed first. Immutable.
 */
final class RowText {
  private static final int CHAR_OID = 18;
  private static final Pattern OCTAL = Pattern.compile("\\\\[0-7]{3}");

  /** What bytes that are no UTF-8 become. */
  private static final char REPLACEMENT = '\uFFFD';

  private final RowType type;
  private final boolean readsOctal;
  private final BitSet chars = new BitSet();

  /**
   * For rows of that type.
   *
   * @param readsOctal whether the destination takes a {@code "char"} beyond ASCII as it is printed
   *     since 16; an older server would take the backslash for it
   */
  RowText(RowType type, boolean readsOctal) {
    this.type = type;
    this.readsOctal = readsOctal;
    for (int column = 0; column < type.relation().columns().size(); column++) {
      chars.set(column, isChar(type.type(column)));
    }
  }

  private static boolean isChar(PgType type) {
    return switch (type) {
      case DomainType domain -> isChar(domain.base());
      case ArrayType array -> isChar(array.element());
      default -> type.oid() == CHAR_OID;
    };
  }

  /** Whether the column's text, even if it came as text, has to be had by {@link #value}. */
  boolean isJudged(int column) {
    return chars.get(column);
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
   *     knows it; {@code DESTINATION_ROW_REFUSED} if the destination would read another value
   */
  String value(Row row, int column) {
    String value = textOf(row, column);
    if (chars.get(column)
        && (value.indexOf(REPLACEMENT) >= 0 || (!readsOctal && OCTAL.matcher(value).find()))) {
      throw new WalferryException(
          ErrorCode.DESTINATION_ROW_REFUSED,
          "Column "
              + type.relation().columns().get(column).name()
              + " of table "
              + type.relation().table()
              + ": it has a \"char\" beyond ASCII, whose text changes between servers before and"
              + " since PostgreSQL 16");
    }
    return value;
  }

  private String textOf(Row row, int column) {
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
