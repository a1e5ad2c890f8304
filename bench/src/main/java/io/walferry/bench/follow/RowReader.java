package io.walferry.bench.follow;

import io.walferry.change.Relation;
import io.walferry.change.Row;

/** Uses the columns of one row after the other, as a client does that needs their values. */
@FunctionalInterface
interface RowReader {
  void read(Relation relation, Row row);
}
