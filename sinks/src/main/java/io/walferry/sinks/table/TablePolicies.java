package io.walferry.sinks.table;

import java.util.stream.Stream;

/**
 * What becomes of whole tables of the destination.
 *
 * @param added if the source has a table that was not met here
 * @param dropped if it tells that one is gone
 * @param renamed if it tells that one is called otherwise, or is in another schema; not ignored,
 *     since its rows have to go somewhere
 * @param indexes which of the source's it gets
 */
public record TablePolicies(
    DdlPolicy added, DdlPolicy dropped, DdlPolicy renamed, IndexPolicy indexes) {
  /** Follows everything that costs no data. */
  public static final TablePolicies DEFAULT =
      new TablePolicies(DdlPolicy.APPLY, DdlPolicy.IGNORE, DdlPolicy.APPLY);

  public TablePolicies {
    if (renamed == DdlPolicy.IGNORE) {
      throw new IllegalArgumentException("renamed is APPLY or HALT, but this is IGNORE");
    }
  }

  /** Without indexes of the source. */
  public TablePolicies(DdlPolicy added, DdlPolicy dropped, DdlPolicy renamed) {
    this(added, dropped, renamed, IndexPolicy.NONE);
  }

  /** The same with these indexes. */
  public TablePolicies with(IndexPolicy chosen) {
    return new TablePolicies(added, dropped, renamed, chosen);
  }

  Stream<DdlPolicy> all() {
    return Stream.of(added, dropped, renamed);
  }
}
