package io.walferry.testkit.proxy;

import io.walferry.testkit.internal.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Forwards TCP connections from a port on 127.0.0.1 to a server, and does to them what a test
 * wants. Lasting faults ({@link #latency}, {@link #stall}, {@link #cutAfter}, {@link
 * #refuseConnections}) hold for present and future connections and add up until {@link #heal};
 * {@link #reset}, {@link #dropServer} and {@link #closeConnections} strike the present connections
 * once. Any thread may call.
 */
public final class FaultProxy implements AutoCloseable {
  private static final int CONNECT_MILLIS_MAX = 10_000;
  private static final int BACKLOG = 100;

  private final InetSocketAddress server;
  private final int port;
  private final Traffic traffic = new Traffic();
  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private Optional<Listener> listener = Optional.empty();
  private volatile boolean closed;

  private record Listener(ServerSocket socket, Thread acceptor) {}

  private FaultProxy(InetSocketAddress server, int port) {
    this.server = server;
    this.port = port;
  }

  /** Starts a proxy without faults before a port of this machine. */
  public static FaultProxy before(int serverPort) {
    return before(new InetSocketAddress(InetAddress.getLoopbackAddress(), serverPort));
  }

  /** Starts a proxy without faults. */
  public static FaultProxy before(InetSocketAddress server) {
    FaultProxy proxy = new FaultProxy(server, FreePort.choose());
    proxy.acceptConnections();
    return proxy;
  }

  /** The port that clients connect to; it stays the same. */
  public int port() {
    return port;
  }

  /** Delays all bytes that arrive from now on, each way, by so much; the order stays. */
  public void latency(Duration oneWay) {
    traffic.latency(oneWay);
  }

  /** Forwards nothing more that way; connections stay open, and up to 512 KiB each wait here. */
  public void stall(Direction direction) {
    traffic.stall(direction);
  }

  /**
   * Closes the first connection that has forwarded so many more bytes that way, exactly after the
   * last of them; later connections are spared.
   */
  public void cutAfter(Direction direction, long bytes) {
    traffic.cut(direction, new Cut(bytes, false));
  }

  /** As {@link #cutAfter}, but for every connection, each with a count of its own, until healed. */
  public void cutEveryConnectionAfter(Direction direction, long bytes) {
    traffic.cut(direction, new Cut(bytes, true));
  }

  /** Ends all lasting faults; what was held back is forwarded. */
  public void heal() {
    traffic.heal();
    acceptConnections();
  }

  /** Resets the present connections: both sides get an error, bytes under way may be lost. */
  public void reset() {
    links.forEach(Link::reset);
  }

  /** Closes the present connections in order. */
  public void closeConnections() {
    links.forEach(Link::close);
  }

  /**
   * Closes the server's side of the present connections and leaves the client's side open: what a
   * client sends is swallowed, and nothing ever comes back.
   */
  public void dropServer() {
    links.forEach(Link::dropServer);
  }

  /** Closes the listening port, so that new connections are refused; present ones go on. */
  public synchronized void refuseConnections() {
    listener.ifPresent(FaultProxy::stopListening);
    listener = Optional.empty();
  }

  private synchronized void acceptConnections() {
    if (closed || listener.isPresent()) {
      return;
    }
    try {
      var socket = new ServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress());
      Thread acceptor =
          Thread.ofVirtual().name("fault-proxy-accept").start(() -> acceptAll(socket));
      listener = Optional.of(new Listener(socket, acceptor));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot listen on port " + port, e);
    }
  }

  private void acceptAll(ServerSocket socket) {
    try {
      while (!socket.isClosed()) {
        Socket client = socket.accept();
        Thread.ofVirtual().name("fault-proxy-connect").start(() -> connect(client));
      }
    } catch (IOException e) {
      // Closed by refuseConnections or close while it waited.
      Link.closeQuietly(socket);
    }
  }

  private void connect(Socket client) {
    Socket upstream = new Socket();
    try {
      client.setTcpNoDelay(true);
      upstream.setTcpNoDelay(true);
      upstream.connect(server, CONNECT_MILLIS_MAX);
      Link link = new Link(client, upstream, traffic, links::remove);
      links.add(link);
      if (closed) {
        link.close();
        return;
      }
      traffic.connected();
      link.open();
    } catch (IOException e) {
      // The client learns of a server that is not there by the end of its own connection.
      Link.closeQuietly(client);
      Link.closeQuietly(upstream);
    }
  }

  /** How many connections have reached the server since the start. */
  public long connections() {
    return traffic.connections();
  }

  public int openConnections() {
    return links.size();
  }

  /** How many bytes were forwarded that way since the start, over all connections. */
  public long bytes(Direction direction) {
    return traffic.bytes(direction);
  }

  /** Waits until so many connections have been made since the start; throws after the time. */
  public void awaitConnections(long count, Duration timeout) {
    traffic.await(() -> traffic.connections() >= count, count + " connections", timeout);
  }

  /** Waits until no connection is open; throws after the time. */
  public void awaitNoConnection(Duration timeout) {
    traffic.await(links::isEmpty, "no open connection", timeout);
  }

  /** Waits until so many bytes were forwarded that way since the start; throws after the time. */
  public void awaitBytes(Direction direction, long count, Duration timeout) {
    traffic.await(() -> traffic.bytes(direction) >= count, count + " bytes " + direction, timeout);
  }

  @Override
  public synchronized void close() {
    closed = true;
    refuseConnections();
    closeConnections();
  }

  /** The system's socket lives on until the thread that accepts from it has let go of it. */
  private static void stopListening(Listener listener) {
    try {
      listener.socket.close();
      listener.acceptor.join();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot close the listening port", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
