package io.walferry.bench.compare;

import java.util.Locale;

/** What a log on disc holds for those who apply it. */
enum ApplyLoad {
  INSERTS("new rows of 10 columns, 100 in each transaction"),
  MIX("changed (60), new (20) and deleted (20) rows of 10 columns in each transaction");

  private final String description;

  ApplyLoad(String description) {
    this.description = description;
  }

  /** As the user types it. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  String description() {
    return description;
  }
}
