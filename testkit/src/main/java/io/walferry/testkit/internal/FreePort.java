package io.walferry.testkit.internal;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Chooses ports below the range from which systems take the ports of outgoing connections. */
public final class FreePort {
  private static final int FIRST = 15_000;
  private static final int LAST = 31_999;
  private static final int TRIES_MAX = 1_000;

  private FreePort() {}

  /** A port that was free a moment ago, and that an outgoing connection is unlikely to take. */
  public static int choose() {
    for (int tries = 0; tries < TRIES_MAX; tries++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, LAST + 1);
      if (isFree(port)) {
        return port;
      }
    }
    throw new IllegalStateException("No free port from " + FIRST + " to " + LAST);
  }

  private static boolean isFree(int port) {
    try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
