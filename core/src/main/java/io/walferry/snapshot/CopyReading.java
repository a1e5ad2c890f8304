package io.walferry.snapshot;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * A COPY … TO STDOUT that is short. It is read to its end whatever happens to its reader, for while
 * it is open the driver lets every other call on its session wait for ever. Not for several
 * threads.
 */
final class CopyReading implements AutoCloseable {
  private final CopyOut copy;

  CopyReading(Connection session, String statement) throws SQLException {
    this.copy = session.unwrap(PGConnection.class).getCopyAPI().copyOut(statement);
  }

  /** The next message; empty behind the last one. */
  Optional<byte[]> next() throws SQLException {
    return Optional.ofNullable(copy.readFromCopy());
  }

  /** How many rows there were, at the end. */
  long rows() {
    return copy.getHandledRowCount();
  }

  @Override
  public void close() throws SQLException {
    while (copy.isActive()) {
      copy.readFromCopy();
    }
  }
}
