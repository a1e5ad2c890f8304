package io.walferry.bench.compare;

import java.io.PrintStream;
import java.util.List;

/** Lines of cells, with the columns below each other. */
final class MarkdownTable {
  private MarkdownTable() {}

  /** The first line is the header; others may be shorter. */
  static void print(List<List<String>> lines, PrintStream out) {
    int[] widths = new int[lines.getFirst().size()];
    for (List<String> line : lines) {
      for (int column = 0; column < line.size(); column++) {
        widths[column] = Math.max(widths[column], line.get(column).length());
      }
    }
    for (int number = 0; number < lines.size(); number++) {
      StringBuilder text = new StringBuilder("|");
      for (int column = 0; column < widths.length; column++) {
        List<String> line = lines.get(number);
        String cell = column < line.size() ? line.get(column) : "";
        text.append(' ').append(cell).repeat(" ", widths[column] - cell.length()).append(" |");
      }
      out.println(text);
      if (number == 0) {
        out.println("|" + "---|".repeat(widths.length));
      }
    }
  }
}
