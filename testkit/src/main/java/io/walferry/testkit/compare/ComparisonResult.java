package io.walferry.testkit.compare;

import java.util.List;

/**
 * What a comparison found.
 *
 * @param rowsCompared rows read at the source
 * @param tableDifferences only tables that differ
 */
public record ComparisonResult(
    long tablesCompared, long rowsCompared, List<TableDifference> tableDifferences) {
  public ComparisonResult {
    tableDifferences = List.copyOf(tableDifferences);
  }

  /** The sum over all tables; 0 means equal. */
  public long differences() {
    return tableDifferences.stream().mapToLong(TableDifference::total).sum();
  }

  public boolean isEqual() {
    return tableDifferences.isEmpty();
  }
}
