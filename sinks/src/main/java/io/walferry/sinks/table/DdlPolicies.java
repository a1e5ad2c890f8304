package io.walferry.sinks.table;

import io.walferry.sink.SinkCapabilities;
import java.util.stream.Stream;

/**
 * What becomes of a table of the destination when the source's table is altered.
 *
 * @param added if it gets a column
 * @param dropped if it loses one
 * @param renamed if one is called otherwise; not ignored, since its values have to go somewhere
 * @param retyped if one has another type, under which every value prints as before
 */
public record DdlPolicies(
    DdlPolicy added, DdlPolicy dropped, DdlPolicy renamed, DdlPolicy retyped) {
  /** Follows everything that costs no data. */
  public static final DdlPolicies DEFAULT =
      new DdlPolicies(DdlPolicy.APPLY, DdlPolicy.IGNORE, DdlPolicy.APPLY, DdlPolicy.APPLY);

  public DdlPolicies {
    if (renamed == DdlPolicy.IGNORE) {
      throw new IllegalArgumentException("renamed is APPLY or HALT, but this is IGNORE");
    }
  }

  /**
   * How alterations are made in a destination that has DDL in its transactions. What is to be done
   * by hand stands between two of them.
   */
  public SinkCapabilities.Alterations inTransactions() {
    boolean halts = Stream.of(added, dropped, renamed, retyped).anyMatch(DdlPolicy.HALT::equals);
    return halts
        ? SinkCapabilities.Alterations.ON_THEIR_OWN
        : SinkCapabilities.Alterations.IN_TRANSACTION;
  }
}
