package io.walferry.testkit.proxy;

import java.io.Closeable;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** One connection through the proxy: two sockets and a pump each way. Any thread may call. */
final class Link {
  private final Socket client;
  private final Socket server;
  private final Traffic traffic;
  private final Consumer<Link> onClose;
  private final List<Thread> threads = new ArrayList<>();
  private final Set<Direction> ended = EnumSet.noneOf(Direction.class);
  private volatile boolean closed;
  private volatile boolean halfOpen;

  Link(Socket client, Socket server, Traffic traffic, Consumer<Link> onClose) {
    this.client = client;
    this.server = server;
    this.traffic = traffic;
    this.onClose = onClose;
  }

  /** Starts the four threads; to be called once. */
  synchronized void open() throws IOException {
    var toServer = new Pump(this, Direction.TO_SERVER, traffic);
    var toClient = new Pump(this, Direction.TO_CLIENT, traffic);
    var clientInput = client.getInputStream();
    var clientOutput = client.getOutputStream();
    var serverInput = server.getInputStream();
    var serverOutput = server.getOutputStream();
    start("read-client", () -> toServer.read(clientInput));
    start("write-server", () -> toServer.write(serverOutput));
    start("read-server", () -> toClient.read(serverInput));
    start("write-client", () -> toClient.write(clientOutput));
  }

  private void start(String name, Runnable body) {
    threads.add(Thread.ofVirtual().name("fault-proxy-" + name).start(body));
  }

  boolean isClosed() {
    return closed;
  }

  /** Whether bytes still go anywhere: a half-open link swallows those of its client. */
  boolean forwards() {
    return !halfOpen;
  }

  /** A direction has come to its end in order: the other side is told, the rest goes on. */
  synchronized void ended(Direction direction) throws IOException {
    if (closed || (halfOpen && direction == Direction.TO_CLIENT)) {
      return;
    }
    ended.add(direction);
    if (halfOpen || ended.size() == Direction.values().length) {
      close();
      return;
    }
    Socket target = direction == Direction.TO_SERVER ? server : client;
    target.shutdownOutput();
  }

  /** Closes the server's side and leaves the client in the belief that all is well. */
  void dropServer() {
    halfOpen = true;
    closeQuietly(server);
  }

  /** Both sides see a reset instead of an end. */
  void reset() {
    lingerNot(client);
    lingerNot(server);
    close();
  }

  private static void lingerNot(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
    } catch (IOException e) {
      // The socket is closed already, so there is nobody left to be reset.
      closeQuietly(socket);
    }
  }

  synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    closeQuietly(client);
    closeQuietly(server);
    threads.forEach(Thread::interrupt);
    onClose.accept(this);
    traffic.wake();
  }

  static void closeQuietly(Closeable socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // A socket that cannot be closed is as gone as one that can.
      return;
    }
  }
}
