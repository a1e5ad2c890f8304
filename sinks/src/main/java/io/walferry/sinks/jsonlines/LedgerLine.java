package io.walferry.sinks.jsonlines;

import io.walferry.change.TableId;
import io.walferry.sink.LedgerEntry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/**
 * The line that keeps the ledger: written when it has changed, and found by the place that every
 * position line after it tells.
 */
final class LedgerLine {
  /** How such a line starts, and no other. */
  static final String START = "{\"op\":\"ledger\",\"lines\":[";

  private static final String END = "]}\n";

  private final String text;
  private int at;

  private LedgerLine(String text) {
    this.text = text;
  }

  static byte[] encode(List<LedgerEntry> ledger) {
    StringJoiner lines = new StringJoiner(",", START, END);
    for (LedgerEntry line : ledger) {
      StringJoiner members = new StringJoiner(",", "[", "]");
      members.add(RowEncoder.quoted(line.table().schema()));
      members.add(RowEncoder.quoted(line.table().name()));
      members.add(RowEncoder.quoted(line.kind().name().toLowerCase(Locale.ROOT)));
      members.add(RowEncoder.quoted(line.part()));
      members.add(RowEncoder.quoted(line.content()));
      lines.add(members.toString());
    }
    return lines.toString().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * What the line says.
   *
   * @throws IllegalArgumentException if it is none
   */
  static List<LedgerEntry> decode(String line) {
    return new LedgerLine(line).lines();
  }

  private List<LedgerEntry> lines() {
    List<LedgerEntry> lines = new ArrayList<>();
    expect(START);
    while (!text.startsWith(END, at)) {
      expect(lines.isEmpty() ? "[" : ",[");
      TableId table = new TableId(member(","), member(","));
      LedgerEntry.Kind kind = LedgerEntry.Kind.valueOf(member(",").toUpperCase(Locale.ROOT));
      lines.add(new LedgerEntry(table, kind, member(","), member("]")));
    }
    return lines;
  }

  /**
   * A string as {@link RowEncoder#quoted} writes it.
   *
   * @throws IllegalArgumentException if it is none
   */
  static String unquoted(String quoted) {
    return new LedgerLine(quoted).member("");
  }

  /** A string as {@link RowEncoder#quoted} writes it, and what comes after it. */
  private String member(String after) {
    expect("\"");
    StringBuilder value = new StringBuilder();
    while (charAt(at) != '"') {
      value.append(character());
    }
    expect("\"" + after);
    return value.toString();
  }

  private char character() {
    char c = charAt(at++);
    if (c != '\\') {
      return c;
    }
    char escaped = charAt(at++);
    if (escaped != 'u') {
      return escaped;
    }
    charAt(at + 3);
    at += 4;
    return (char) Integer.parseInt(text, at - 4, at, 16);
  }

  private char charAt(int index) {
    if (index >= text.length()) {
      throw new IllegalArgumentException("The line ends early");
    }
    return text.charAt(index);
  }

  private void expect(String wanted) {
    if (!text.startsWith(wanted, at)) {
      throw new IllegalArgumentException("The line is not as it was written");
    }
    at += wanted.length();
  }
}
