package io.walferry.sinks.sql;

import java.util.List;
import java.util.Set;

/**
 * A statement that applies one change, and where its parameters come from, in their order.
 *
 * @param casts those of them, from 0 on, that it makes text of: they can come as the text's bytes
 */
public record RowStatement(String sql, List<Parameter> parameters, Set<Integer> casts) {
  public RowStatement {
    parameters = List.copyOf(parameters);
    casts = Set.copyOf(casts);
  }

  /** Which of a change's rows a parameter is taken from. */
  public enum Side {
    BEFORE,
    AFTER
  }

  /** Column {@code column} of the relation, counted from 0, in the row of that side. */
  public record Parameter(Side side, int column) {}
}
