package io.walferry.deadletter;

import io.walferry.change.Column;
import io.walferry.change.OldRow;
import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.json.JsonText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.TreeMap;

/**
 * Writes rows and keys as letters have them: JSON in ASCII, which every destination can keep,
 * whatever its encoding is; a value that the encoding lacks may be why the row was refused.
 */
public final class LetterText {
  private LetterText() {}

  /** A key that is known by the names of its columns. */
  public static String key(List<String> columns, List<String> values) {
    Map<String, String> sorted = new TreeMap<>();
    for (int i = 0; i < columns.size(); i++) {
      sorted.put(columns.get(i), values.get(i));
    }
    StringJoiner members = new StringJoiner(",", "{", "}");
    sorted.forEach((name, value) -> members.add(ascii(name) + ":" + ascii(value)));
    return members.toString();
  }

  /**
   * What {@link #key} has written.
   *
   * @throws IllegalArgumentException if it has not
   */
  public static Map<String, String> values(String key) {
    JsonText text = new JsonText(key);
    Map<String, String> values = new LinkedHashMap<>();
    text.expect("{");
    while (!text.isNext("}")) {
      if (!values.isEmpty()) {
        text.expect(",");
      }
      String name = text.string();
      text.expect(":");
      values.put(name, text.string());
    }
    text.expect("}");
    text.end();
    return values;
  }

  /** The key of a row; empty where a column of it was not sent. */
  static Optional<String> key(Relation relation, List<String> columns, Row row) {
    List<String> values = new ArrayList<>();
    for (String name : columns) {
      for (int i = 0; i < row.columnCount(); i++) {
        if (relation.columns().get(i).name().equals(name) && row.kind(i) == Row.Kind.TEXT) {
          values.add(row.text(i));
        }
      }
    }
    return columns.isEmpty() || values.size() < columns.size()
        ? Optional.empty()
        : Optional.of(key(columns, values));
  }

  /** A row without the columns that were not sent. */
  static String row(Relation relation, Row row, boolean keyOnly) {
    StringJoiner members = new StringJoiner(",", "{", "}");
    for (int i = 0; i < row.columnCount(); i++) {
      Column column = relation.columns().get(i);
      if (!row.isUnchanged(i) && (column.key() || !keyOnly)) {
        members.add(ascii(column.name()) + ":" + value(row, i));
      }
    }
    return members.toString();
  }

  /** An old row, as far as it was sent. */
  static Optional<String> row(Relation relation, OldRow row) {
    return switch (row) {
      case OldRow.Full(Row full) -> Optional.of(row(relation, full, false));
      case OldRow.Key(Row key) -> Optional.of(row(relation, key, true));
      case OldRow.Absent absent -> Optional.empty();
    };
  }

  private static String value(Row row, int column) {
    return switch (row.kind(column)) {
      case NULL, UNCHANGED -> "null";
      case TEXT -> ascii(row.text(column));
      case BINARY -> throw new IllegalStateException("A destination of letters takes text");
    };
  }

  private static String ascii(String text) {
    String quoted = JsonText.quoted(text);
    StringBuilder ascii = new StringBuilder(quoted.length());
    for (int i = 0; i < quoted.length(); i++) {
      char c = quoted.charAt(i);
      if (c < 0x7F) {
        ascii.append(c);
      } else {
        ascii.append(String.format("\\u%04x", (int) c));
      }
    }
    return ascii.toString();
  }
}
