package io.walferry.snapshot;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Lists of texts as one text: tabs between them, and a backslash before what would be read as one.
 */
public final class LedgerText {
  /** The part of a table's line that says what all its chunks have in common. */
  static final String BASE = "base";

  private LedgerText() {}

  public static String of(List<String> fields) {
    return fields.stream()
        .map(field -> field.replace("\\", "\\\\").replace("\t", "\\t"))
        .collect(Collectors.joining("\t"));
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
        field.append(text.charAt(++i) == 't' ? '\t' : text.charAt(i));
      } else {
        field.append(next);
      }
    }
    fields.add(field.toString());
    return fields;
  }
}
