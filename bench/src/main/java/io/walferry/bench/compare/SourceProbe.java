package io.walferry.bench.compare;

import java.sql.SQLException;

/** Asks the source about one run, on a connection of its own. Not for several threads. */
interface SourceProbe extends AutoCloseable {
  /** Makes ready at the source what the client finds there. */
  static SourceProbe open(Task task) throws SQLException {
    return task.load().load().isStreamed() ? SlotProbe.open(task) : TableProbe.open(task);
  }

  SourceState read() throws SQLException;

  /** Removes what the run has left at the source. */
  @Override
  void close() throws SQLException;
}
