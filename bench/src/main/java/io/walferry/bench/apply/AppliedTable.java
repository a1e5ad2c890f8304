package io.walferry.bench.apply;

import io.walferry.change.Row;
import java.util.List;

/** The table of every load, as programs written by hand know it. */
final class AppliedTable {
  static final String NAME = "apply_rows";

  static final List<String> COLUMNS =
      List.of(
          "id",
          "customer",
          "amount",
          "status",
          "title",
          "note",
          "created",
          "active",
          "ratio",
          "ref");

  private static final int ACTIVE = 7;

  private AppliedTable() {}

  /** A value as most databases read it; a boolean is 0 or 1. The column is not null. */
  static String text(Row row, int column) {
    String text = row.text(column);
    return column == ACTIVE ? (text.equals("t") ? "1" : "0") : text;
  }
}
