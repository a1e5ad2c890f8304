package io.walferry.kafka.envelope;

import io.walferry.change.Row;
import io.walferry.change.Row.Kind;

/**
 * A row as it was before or after a change.
 *
 * @param row has what was sent
 * @param behind has what {@code row} leaves out as unchanged, if anybody has it
 * @param keyOnly whether only the columns of the replica identity mean anything
 */
public record RowImage(Row row, Row behind, boolean keyOnly) {
  /** A whole row. */
  public static RowImage of(Row row) {
    return new RowImage(row, row, false);
  }

  /** Only what the replica identity tells. */
  public static RowImage key(Row row) {
    return new RowImage(row, row, true);
  }

  /** The same, with values of an older row for what was not sent. */
  public RowImage over(Row older) {
    return new RowImage(row, older, keyOnly);
  }

  /** Which of the two rows tells a column. */
  public Row teller(int column) {
    return row.kind(column) == Kind.UNCHANGED ? behind : row;
  }
}
