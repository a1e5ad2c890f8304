package io.walferry.snapshot;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Lists of texts as one line of text: tabs between them, and a backslash before what stands for a
 * tab or the end of a line in one of them.
 */
public final class LedgerText {
  /** The part of a table's line that says what all its chunks have in common. */
  static final String BASE = "base";

  private LedgerText() {}

  public static String of(List<String> fields) {
    return fields.stream().map(LedgerText::escaped).collect(Collectors.joining("\t"));
  }

  private static String escaped(String field) {
    return field
        .replace("\\", "\\\\")
        .replace("\t", "\\t")
        .replace("\n", "\\n")
        .replace("\r", "\\r");
  }

  private static char unescaped(char escape) {
    return switch (escape) {
      case 't' -> '\t';
      case 'n' -> '\n';
      case 'r' -> '\r';
      default -> escape;
    };
  }

  public static List<String> fields(String text) {
    List<String> fields = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char next = text.charAt(i);
      if (next == '\t') {
        fields.add(field.toString());
        field.setLength(0);
      } else if (next == '\\' && i + 1 < text.length()) {
        field.append(unescaped(text.charAt(++i)));
      } else {
        field.append(next);
      }
    }
    fields.add(field.toString());
    return fields;
  }
}
