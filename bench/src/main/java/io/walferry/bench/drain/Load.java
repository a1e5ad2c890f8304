package io.walferry.bench.drain;

import java.util.List;
import java.util.Locale;

/** What the source's log holds for the clients to drain. */
enum Load {
  L1(List.of("public.wide_l1"), "inserts of 21 columns, 100 in each transaction"),
  L2(List.of("public.wide_l2"), "inserts of 21 columns, all in one transaction"),
  L3(
      List.of("public.branches", "public.tellers", "public.accounts", "public.history"),
      "TPC-B: three updates and an insert in each transaction, by 8 writers");

  static final int L1_TRANSACTION_ROWS = 100;
  static final int L3_TRANSACTION_ROWS = 4;
  static final int L3_WRITERS = 8;

  private final List<String> tables;
  private final String description;

  Load(List<String> tables, String description) {
    this.tables = tables;
    this.description = description;
  }

  /** As the user types it. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  String description() {
    return description;
  }

  List<String> tables() {
    return tables;
  }

  String publication() {
    return "bench_" + label();
  }

  String baseSlot() {
    return "bench_base_" + label();
  }

  /** The nearest number of row events that the load can have. */
  long rows(long wanted) {
    long unit = this == L3 ? (long) L3_TRANSACTION_ROWS * L3_WRITERS : 1;
    return Math.max(1, wanted / unit) * unit;
  }

  long transactions(long rows) {
    return switch (this) {
      case L1 -> (rows + L1_TRANSACTION_ROWS - 1) / L1_TRANSACTION_ROWS;
      case L2 -> 1;
      case L3 -> rows / L3_TRANSACTION_ROWS;
    };
  }
}
