package io.walferry.sinks.sql;

import java.util.List;

/** A statement that applies one change, and where its parameters come from, in their order. */
public record RowStatement(String sql, List<Parameter> parameters) {
  public RowStatement {
    parameters = List.copyOf(parameters);
  }

  /** Which of a change's rows a parameter is taken from. */
  public enum Side {
    BEFORE,
    AFTER
  }

  /** Column {@code column} of the relation, counted from 0, in the row of that side. */
  public record Parameter(Side side, int column) {}
}
