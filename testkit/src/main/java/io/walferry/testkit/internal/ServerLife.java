package io.walferry.testkit.internal;

import io.walferry.testkit.server.ServerException;
import io.walferry.testkit.wait.Await;
import java.time.Duration;
import java.util.Optional;

/**
 * The lives of one server: it starts, stops or crashes and starts again on the same port, until it
 * is closed. A guardian ends the server with this JVM, however the JVM ends. Any thread may call;
 * calls that start or stop the server wait for each other.
 */
public final class ServerLife {
  private static final Duration STOP_MAX = Await.patience(Duration.ofSeconds(60));
  private static final int PORTS_TRIED_MAX = 5;

  private final ServerProgram program;
  private final Duration startTimeout;
  private final Guardian guardian;
  private volatile int port;
  private Optional<ServerProcess> process = Optional.empty();
  private boolean closed;

  /**
   * A server that is not started yet.
   *
   * @param guardian of {@link ServerGuard}; it is released at the end
   */
  public ServerLife(ServerProgram program, Duration startTimeout, Guardian guardian) {
    this.program = program;
    this.startTimeout = startTimeout;
    this.guardian = guardian;
  }

  /** The first start, on the fixed port or on a free one. */
  public synchronized void begin(Optional<Integer> fixedPort) {
    for (int tries = 1; ; tries++) {
      port = fixedPort.orElseGet(FreePort::choose);
      try {
        start();
        return;
      } catch (ServerException e) {
        boolean portTaken = program.log().tail().contains(program.portTaken());
        if (!portTaken || fixedPort.isPresent() || tries == PORTS_TRIED_MAX) {
          throw e;
        }
      }
    }
  }

  /** No effect on a running server. */
  public synchronized void start() {
    if (closed) {
      throw new IllegalStateException("The server on port " + port + " is closed");
    }
    if (isRunning()) {
      return;
    }
    guardian.tell(ServerGuard.LAUNCHING);
    ServerProcess launched = program.launch(port);
    guardian.tell(Long.toString(launched.pid()));
    process = Optional.of(launched);
    try {
      launched.awaitReady(program::isReady, startTimeout);
    } catch (ServerException e) {
      kill();
      throw e;
    }
  }

  /** Returns when the server has stopped by that signal; no effect on a stopped one. */
  public synchronized void stop(String signal) {
    if (process.isPresent()) {
      process.get().stop(signal, STOP_MAX);
      forgetProcess();
    }
  }

  /** SIGKILL to the server and all its children, none of which remains. */
  public synchronized void kill() {
    if (process.isPresent()) {
      process.get().crash();
      program.removeRemains();
      forgetProcess();
    }
  }

  /** Stops by that signal and starts again, with nobody in between. */
  public synchronized void restart(String signal) {
    stop(signal);
    start();
  }

  private void forgetProcess() {
    process = Optional.empty();
    guardian.tell(ServerGuard.STOPPED);
  }

  /** Stops the server for good, by SIGKILL if the signal does not do, and lets the guardian go. */
  public synchronized void close(String signal) {
    if (closed) {
      return;
    }
    closed = true;
    try {
      stop(signal);
    } catch (ServerException e) {
      kill();
    } finally {
      guardian.release();
    }
  }

  public synchronized boolean isRunning() {
    return process.isPresent() && process.get().isAlive();
  }

  public int port() {
    return port;
  }
}
