package io.walferry.postgres;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketOption;
import javax.net.SocketFactory;
import jdk.net.ExtendedSocketOptions;

/**
 * Sockets on which a machine that is gone is noticed before the hours that systems wait by default.
 * The driver makes one by its name; nobody else should. Times are set before TLS wraps a socket,
 * since they cannot be set through it.
 */
public final class DriverSockets extends SocketFactory {
  private final String[] times;

  /** Takes idle time, interval and count, joined by commas; 0 for what the system has. */
  public DriverSockets(String times) {
    this.times = times.split(",", -1);
  }

  @Override
  public Socket createSocket() throws IOException {
    Socket socket = new GatheringSocket();
    set(socket, ExtendedSocketOptions.TCP_KEEPIDLE, times[0]);
    set(socket, ExtendedSocketOptions.TCP_KEEPINTERVAL, times[1]);
    set(socket, ExtendedSocketOptions.TCP_KEEPCOUNT, times[2]);
    return socket;
  }

  /** How many bytes a connection of the driver has that need no waiting, be they under TLS. */
  public static int arrived(Socket socket) throws IOException {
    return socket.getOption(GatheringSocket.ARRIVED);
  }

  private static void set(Socket socket, SocketOption<Integer> option, String text)
      throws IOException {
    int value = Integer.parseInt(text);
    if (value > 0 && socket.supportedOptions().contains(option)) {
      socket.setOption(option, value);
    }
  }

  @Override
  public Socket createSocket(String host, int port) {
    throw connectsLater();
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress from, int fromPort) {
    throw connectsLater();
  }

  @Override
  public Socket createSocket(InetAddress host, int port) {
    throw connectsLater();
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort) {
    throw connectsLater();
  }

  private static UnsupportedOperationException connectsLater() {
    return new UnsupportedOperationException("the driver connects a socket itself, within a time");
  }
}
