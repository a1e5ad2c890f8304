package io.walferry.stream;

import io.walferry.change.Lsn;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.DriverSockets;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Field;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import javax.net.ssl.SSLSocket;
import org.postgresql.core.PGStream;
import org.postgresql.core.QueryExecutorBase;
import org.postgresql.jdbc.PgConnection;

/**
 * The authenticated socket of a driver connection, taken over for the time of a COPY BOTH. The
 * driver does what it does well (TLS, SCRAM, GSS, several hosts); its replication reader is left
 * out because it wakes for every message, and each wake slows the walsender down.
 *
 * <p>One thread reads, one other thread writes. The driver's connection is held for as long as this
 * lives: the driver closes the socket of a connection that nobody refers to.
 *
 * @see <a href="https://www.postgresql.org/docs/current/protocol-replication.html">Streaming
 *     Replication Protocol</a>
 */
final class CopyBothSocket implements StatusSender, AutoCloseable {
  private static final int STATUS_UPDATE_LENGTH = 34;
  private static final long MICROS_FROM_UNIX_TO_POSTGRES_EPOCH = 946_684_800_000_000L;
  private static final int DRAIN_ATTEMPTS_MAX = 5;

  private final Connection connection;
  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private final boolean tls;

  /** The failure of a read behind bytes that were handed out first. */
  private Optional<IOException> readAhead = Optional.empty();

  private CopyBothSocket(Connection connection, Socket socket) throws IOException {
    this.connection = connection;
    this.socket = socket;
    this.in = socket.getInputStream();
    this.out = socket.getOutputStream();
    this.tls = socket instanceof SSLSocket;
  }

  /** Takes over the connection and sends the command; the server's answer is the first message. */
  static CopyBothSocket start(Connection connection, String command)
      throws SQLException, IOException {
    PGStream stream = driverStream(connection);
    drain(connection, stream);
    Socket socket = stream.getSocket();
    socket.setSoTimeout(0);
    socket.setTcpNoDelay(true);
    CopyBothSocket taken = new CopyBothSocket(connection, socket);
    byte[] text = command.getBytes(StandardCharsets.UTF_8);
    ByteBuffer query = ByteBuffer.allocate(text.length + 6);
    query.put((byte) 'Q').putInt(text.length + 5).put(text).put((byte) 0);
    taken.out.write(query.array());
    taken.out.flush();
    return taken;
  }

  /** The driver has no public way to its socket once TLS has wrapped it. */
  private static PGStream driverStream(Connection connection) throws SQLException {
    try {
      Field field = QueryExecutorBase.class.getDeclaredField("pgStream");
      field.setAccessible(true);
      return (PGStream) field.get(connection.unwrap(PgConnection.class).getQueryExecutor());
    } catch (ReflectiveOperationException e) {
      throw new WalferryException(
          ErrorCode.INTERNAL, "this version of the PostgreSQL driver does not show its socket", e);
    }
  }

  /**
   * Lets the driver read what it has buffered (an asynchronous notice), so that nothing is lost.
   */
  private static void drain(Connection connection, PGStream stream)
      throws SQLException, IOException {
    for (int attempt = 0; stream.hasMessagePending(); attempt++) {
      if (attempt == DRAIN_ATTEMPTS_MAX) {
        throw new IOException("the server keeps sending messages outside of any command");
      }
      try (Statement statement = connection.createStatement()) {
        statement.execute("IDENTIFY_SYSTEM");
      }
    }
  }

  /**
   * Blocks until at least one byte is there, and takes what else has arrived. Reading thread only.
   */
  int read(byte[] buffer, int offset, int length) throws IOException {
    if (readAhead.isPresent()) {
      throw readAhead.get();
    }
    int count = in.read(buffer, offset, length);
    // TLS hands out one record for each read, however much has arrived.
    while (tls && count > 0 && count < length && DriverSockets.arrived(socket) > 0) {
      int more = more(buffer, offset + count, length - count);
      if (more <= 0) {
        return count;
      }
      count += more;
    }
    return count;
  }

  /** What came before a failure (the server's reason for it, perhaps) must not be lost. */
  private int more(byte[] buffer, int offset, int length) {
    try {
      return in.read(buffer, offset, length);
    } catch (IOException e) {
      readAhead = Optional.of(e);
      return 0;
    }
  }

  /** {@inheritDoc} For the writing thread. */
  @Override
  public void sendStatus(Lsn received, Lsn confirmed, boolean replyRequested) throws IOException {
    ByteBuffer message = ByteBuffer.allocate(5 + STATUS_UPDATE_LENGTH);
    message.put((byte) 'd').putInt(4 + STATUS_UPDATE_LENGTH).put((byte) 'r');
    message.putLong(received.value()).putLong(confirmed.value()).putLong(confirmed.value());
    message.putLong(System.currentTimeMillis() * 1000 - MICROS_FROM_UNIX_TO_POSTGRES_EPOCH);
    message.put((byte) (replyRequested ? 1 : 0));
    out.write(message.array());
    out.flush();
  }

  /** Ends a read that is under way in another thread. */
  @Override
  public void close() {
    try {
      socket.close();
      connection.close();
    } catch (IOException | SQLException ignored) {
      // The server sees the socket's end in any case; there is nothing left to save here.
    }
  }
}
