package io.walferry.library;

import io.walferry.change.TableId;
import io.walferry.publication.TablePattern;
import java.util.Optional;

/** The tables that a callback is for. */
record TableFilter(Optional<TablePattern> pattern) {
  static final TableFilter ALL = new TableFilter(Optional.empty());

  static TableFilter of(String pattern) {
    return new TableFilter(Optional.of(TablePattern.parse(pattern)));
  }

  boolean admits(TableId table) {
    return pattern.isEmpty() || pattern.get().matches(table);
  }
}
