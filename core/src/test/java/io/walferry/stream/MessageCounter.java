package io.walferry.stream;

import io.walferry.postgres.ConnectionSettings;
import io.walferry.postgres.PostgresConnector;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Stands before a server and counts what its output plug-in says, by the types of the messages, so
 * that a test knows what has really come. Without TLS only.
 */
final class MessageCounter implements AutoCloseable {
  private static final int TYPES = 128;

  /** Behind it stands the type of the output plug-in's message. */
  private static final int WAL_DATA_HEADER_BYTES = 25;

  private final int serverPort;
  private final ServerSocket listener;
  private final AtomicLongArray counts = new AtomicLongArray(TYPES);

  private MessageCounter(int serverPort, ServerSocket listener) {
    this.serverPort = serverPort;
    this.listener = listener;
  }

  static MessageCounter before(PostgresServer server) throws IOException {
    MessageCounter counter =
        new MessageCounter(
            server.port(), new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
    Thread.ofVirtual().start(counter::acceptAll);
    return counter;
  }

  /** To the same database, through this. */
  PostgresConnector connector(Database database) {
    String uri =
        database.uri().replace(":" + serverPort + "/", ":" + listener.getLocalPort() + "/");
    return new PostgresConnector(
        ConnectionSettings.parse(uri + "?sslmode=disable", Map.of()), "test");
  }

  /** How many messages of this type have come, over all connections. */
  long count(char type) {
    return counts.get(type);
  }

  private void acceptAll() {
    try {
      while (!listener.isClosed()) {
        Socket client = listener.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        Thread.ofVirtual().start(() -> pass(client, server, InputStream::transferTo));
        Thread.ofVirtual().start(() -> pass(server, client, this::count));
      }
    } catch (IOException e) {
      // Closed; a client that is not let through fails by itself.
    }
  }

  private interface Passage {
    void pass(InputStream in, OutputStream out) throws IOException;
  }

  private static void pass(Socket from, Socket to, Passage passage) {
    try (from;
        to) {
      passage.pass(from.getInputStream(), to.getOutputStream());
    } catch (IOException e) {
      // One of them has closed, and so does the other.
    }
  }

  private void count(InputStream from, OutputStream to) throws IOException {
    DataInputStream in = new DataInputStream(from);
    DataOutputStream out = new DataOutputStream(to);
    for (int type = in.read(); type >= 0; type = in.read()) {
      int length = in.readInt();
      byte[] frame = in.readNBytes(length - Integer.BYTES);
      if (type == 'd' && frame.length > WAL_DATA_HEADER_BYTES && frame[0] == 'w') {
        counts.incrementAndGet(frame[WAL_DATA_HEADER_BYTES]);
      }
      out.writeByte(type);
      out.writeInt(length);
      out.write(frame);
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
