package io.walferry.testkit.compare;

import java.util.List;
import java.util.Optional;

/**
 * How the contents of one table differ. A row whose value changed counts as one missing and one
 * unexpected row.
 *
 * @param table at the source
 * @param missing rows that only the source has
 * @param unexpected rows that only the destination has
 * @param missingKeys primary keys of some missing rows, such as {@code id=5}; empty without one
 * @param unexpectedKeys primary keys of some unexpected rows
 * @param obstacle why the destination could not be read, in which case nothing was compared
 */
public record TableDifference(
    TableName table,
    long missing,
    long unexpected,
    List<String> missingKeys,
    List<String> unexpectedKeys,
    Optional<String> obstacle) {
  public TableDifference {
    missingKeys = List.copyOf(missingKeys);
    unexpectedKeys = List.copyOf(unexpectedKeys);
  }

  static TableDifference unreadable(TableName table, String obstacle) {
    return new TableDifference(table, 0, 0, List.of(), List.of(), Optional.of(obstacle));
  }

  /** Missing and unexpected rows; a table that cannot be read counts as one. */
  public long total() {
    return obstacle.isPresent() ? 1 : missing + unexpected;
  }
}
