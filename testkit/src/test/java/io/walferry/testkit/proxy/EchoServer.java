package io.walferry.testkit.proxy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Sends back what it gets, and counts connections that have ended. */
final class EchoServer implements AutoCloseable {
  private final ServerSocket listener;
  private final Semaphore ends = new Semaphore(0);

  private EchoServer(ServerSocket listener) {
    this.listener = listener;
  }

  static EchoServer start() {
    try {
      var server = new EchoServer(new ServerSocket(0, 10, InetAddress.getLoopbackAddress()));
      Thread.ofVirtual().start(server::acceptAll);
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void acceptAll() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        Thread.ofVirtual().start(() -> echo(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void echo(Socket socket) {
    try (socket) {
      socket.getInputStream().transferTo(socket.getOutputStream());
    } catch (IOException e) {
      return;
    } finally {
      ends.release();
    }
  }

  int port() {
    return listener.getLocalPort();
  }

  void awaitEnds(int count) {
    try {
      if (!ends.tryAcquire(count, 20, TimeUnit.SECONDS)) {
        throw new IllegalStateException("The connections did not end");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
