package io.walferry.deadletter;

import io.walferry.change.TableId;

/**
 * Hears what became of changes that a destination did not take, after that is durable. From the
 * threads that call the sink and its chunk writers.
 */
@FunctionalInterface
public interface RefusedRows {
  /** Hears nothing. */
  RefusedRows SILENT = (table, became, count) -> {};

  /**
   * So many changes.
   *
   * @param became not {@link RowPolicy#HALT}
   */
  void refused(TableId table, RowPolicy became, long count);
}
