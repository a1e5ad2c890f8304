package io.walferry.sinks.postgres;

import io.walferry.sinks.sql.SqlSession;
import java.sql.SQLException;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;

/** An open COPY … FROM STDIN. Not for several threads. */
final class CopyStream {
  private final SqlSession session;
  private final CopyIn copy;

  private CopyStream(SqlSession session, CopyIn copy) {
    this.session = session;
    this.copy = copy;
  }

  static CopyStream open(SqlSession session, String sql) throws SQLException {
    CopyManager copies = session.unwrap(PGConnection.class).getCopyAPI();
    return new CopyStream(session, session.call(() -> copies.copyIn(sql)));
  }

  /** Sends the first bytes of the array. */
  void send(byte[] bytes, int length) throws SQLException {
    if (length > 0) {
      int unused =
          session.call(
              () -> {
                copy.writeToCopy(bytes, 0, length);
                return length;
              });
    }
  }

  /** Ends the COPY and returns how many rows the server took. */
  long end() throws SQLException {
    return session.call(copy::endCopy);
  }
}
