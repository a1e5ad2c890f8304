package io.walferry.testkit.compare;

import java.sql.SQLException;
import java.util.Optional;

/** Reads the rows of one table once, in any order. */
sealed interface RowReader extends AutoCloseable permits PostgresRows, GenericRows {
  /** Empty at the end. */
  Optional<Row> next() throws SQLException;

  @Override
  void close() throws SQLException;
}
