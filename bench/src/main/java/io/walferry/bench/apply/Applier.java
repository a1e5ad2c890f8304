package io.walferry.bench.apply;

import io.walferry.change.Change;
import io.walferry.change.Position;
import io.walferry.change.TransactionHeader;
import java.sql.SQLException;

/** Whoever takes changes and makes them durable in batches. */
interface Applier extends AutoCloseable {
  /** The changes that follow belong to this transaction. */
  void begin(TransactionHeader transaction);

  void take(Change change) throws SQLException;

  /** Makes what was taken durable, together with the position. */
  void commit(Position position) throws SQLException;

  /** Returns when everything that was committed is durable. */
  default void settle() {}

  @Override
  void close() throws SQLException;
}
