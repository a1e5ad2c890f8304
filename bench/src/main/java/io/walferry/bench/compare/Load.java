package io.walferry.bench.compare;

import java.util.List;
import java.util.Locale;

/** What the source holds for the clients: in its log to drain, or in a table to load. */
enum Load {
  L1(List.of("public.wide_l1"), "inserts of 21 columns, 100 in each transaction"),
  L2(List.of("public.wide_l2"), "inserts of 21 columns, all in one transaction"),
  L3(
      List.of("public.branches", "public.tellers", "public.accounts", "public.history"),
      "TPC-B: three updates and an insert in each transaction, by 8 writers"),
  L4(
      List.of("public.accounts"),
      "updates by the key, 10 in each transaction; none of a row again before all others had"
          + " theirs"),
  TABLE(List.of("public.wide_l1"), "existing rows of 21 columns, with a primary key");

  static final int L1_TRANSACTION_ROWS = 100;
  static final int L3_TRANSACTION_ROWS = 4;
  static final int L3_WRITERS = 8;
  static final int L4_TRANSACTION_ROWS = 10;

  /** As many as tables.sql makes. */
  private static final int ACCOUNTS = 100_000;

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

  /** Whether it is in the log. */
  boolean isStreamed() {
    return this != TABLE;
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

  /** The one of its tables whose number of rows tells whether everything is there. */
  String insertedTable() {
    return tables.getLast();
  }

  /** How many rows that table has after these row events. */
  long insertedRows(long rows) {
    return switch (this) {
      case L3 -> rows / L3_TRANSACTION_ROWS;
      case L4 -> ACCOUNTS;
      case L1, L2, TABLE -> rows;
    };
  }

  /** The nearest number of row events that the load can have. */
  long rows(long wanted) {
    long unit = this == L3 ? (long) L3_TRANSACTION_ROWS * L3_WRITERS : 1;
    return Math.max(1, wanted / unit) * unit;
  }

  long transactions(long rows) {
    return switch (this) {
      case L1, TABLE -> (rows + L1_TRANSACTION_ROWS - 1) / L1_TRANSACTION_ROWS;
      case L2 -> 1;
      case L3 -> rows / L3_TRANSACTION_ROWS;
      case L4 -> (rows + L4_TRANSACTION_ROWS - 1) / L4_TRANSACTION_ROWS;
    };
  }
}
