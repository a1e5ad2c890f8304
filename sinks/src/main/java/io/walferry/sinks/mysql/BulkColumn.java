package io.walferry.sinks.mysql;

import io.walferry.change.Row;
import io.walferry.sinks.sql.RowStatement.Side;

/**
 * A column that is filled in bulk.
 *
 * @param name at the destination
 * @param side of a change that its values are taken from
 * @param column of the relation, counted from 0
 */
record BulkColumn(String name, ValueWriter writer, Side side, int column) {
  void write(Row before, Row after, ValueTarget target) {
    Row row =
        switch (side) {
          case BEFORE -> before;
          case AFTER -> after;
        };
    writer.write(row, column, target);
  }
}
