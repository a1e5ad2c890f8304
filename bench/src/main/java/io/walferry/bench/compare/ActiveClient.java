package io.walferry.bench.compare;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** A client at work. Not for several threads. */
interface ActiveClient extends AutoCloseable {
  /** When it began its work, if that is not when the source began to stream. */
  default Optional<Instant> begunAt() {
    return Optional.empty();
  }

  /** The processes whose time and memory are the client's; may grow. */
  Set<Long> processIds() throws SQLException;

  /**
   * Waits for the end of the load for a while.
   *
   * @return when the end was reached, if it was
   * @throws RunFailedException if it will never be
   */
  Optional<Instant> awaitEnd(Duration atMost) throws SQLException;

  /**
   * Lets the client confirm what it has and leave.
   *
   * @return the row events that it counted, if it counts
   */
  OptionalLong finish() throws SQLException;

  /** Ends what still runs. */
  @Override
  void close() throws SQLException;
}
