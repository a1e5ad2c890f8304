package io.walferry.sinks.jsonlines;

import io.walferry.change.TableId;
import io.walferry.json.JsonText;
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

  private LedgerLine() {}

  static byte[] encode(List<LedgerEntry> ledger) {
    StringJoiner lines = new StringJoiner(",", START, END);
    for (LedgerEntry line : ledger) {
      StringJoiner members = new StringJoiner(",", "[", "]");
      members.add(JsonText.quoted(line.table().schema()));
      members.add(JsonText.quoted(line.table().name()));
      members.add(JsonText.quoted(line.kind().name().toLowerCase(Locale.ROOT)));
      members.add(JsonText.quoted(line.part()));
      members.add(JsonText.quoted(line.content()));
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
    JsonText text = new JsonText(line);
    List<LedgerEntry> lines = new ArrayList<>();
    text.expect(START);
    while (!text.isNext(END)) {
      text.expect(lines.isEmpty() ? "[" : ",[");
      TableId table = new TableId(member(text, ","), member(text, ","));
      LedgerEntry.Kind kind = LedgerEntry.Kind.valueOf(member(text, ",").toUpperCase(Locale.ROOT));
      lines.add(new LedgerEntry(table, kind, member(text, ","), member(text, "]")));
    }
    return lines;
  }

  private static String member(JsonText text, String after) {
    String member = text.string();
    text.expect(after);
    return member;
  }
}
