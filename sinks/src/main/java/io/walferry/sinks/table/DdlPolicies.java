package io.walferry.sinks.table;

import io.walferry.sink.SinkCapabilities;
import java.util.stream.Stream;

/**
 * What becomes of the destination's tables when the source's are made, altered or dropped.
 *
 * @param added if it gets a column
 * @param dropped if it loses one
 * @param renamed if one is called otherwise; not ignored, since its values have to go somewhere
 * @param retyped if one has another type, under which every value prints as before, or its type was
 *     altered in place, so that values may print otherwise
 * @param tables of whole tables
 */
public record DdlPolicies(
    DdlPolicy added,
    DdlPolicy dropped,
    DdlPolicy renamed,
    DdlPolicy retyped,
    TablePolicies tables) {
  /** Follows everything that costs no data. */
  public static final DdlPolicies DEFAULT =
      new DdlPolicies(DdlPolicy.APPLY, DdlPolicy.IGNORE, DdlPolicy.APPLY, DdlPolicy.APPLY);

  /** For columns, with what becomes of tables unless anybody says otherwise. */
  public DdlPolicies(DdlPolicy added, DdlPolicy dropped, DdlPolicy renamed, DdlPolicy retyped) {
    this(added, dropped, renamed, retyped, TablePolicies.DEFAULT);
  }

  public DdlPolicies {
    if (renamed == DdlPolicy.IGNORE) {
      throw new IllegalArgumentException("renamed is APPLY or HALT, but this is IGNORE");
    }
  }

  /** The same for columns. */
  public DdlPolicies with(TablePolicies others) {
    return new DdlPolicies(added, dropped, renamed, retyped, others);
  }

  /**
   * How alterations are made in a destination that has DDL in its transactions. What is to be done
   * by hand stands between two of them.
   */
  public SinkCapabilities.Alterations inTransactions() {
    boolean halts =
        Stream.concat(Stream.of(added, dropped, renamed, retyped), tables.all())
            .anyMatch(DdlPolicy.HALT::equals);
    return halts
        ? SinkCapabilities.Alterations.ON_THEIR_OWN
        : SinkCapabilities.Alterations.IN_TRANSACTION;
  }
}
