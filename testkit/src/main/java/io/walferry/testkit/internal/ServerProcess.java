package io.walferry.testkit.internal;

import io.walferry.testkit.server.ServerException;
import io.walferry.testkit.wait.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** One life of a server, from launch to exit. Used by one thread at a time. */
public final class ServerProcess {
  private static final Duration POLL = Duration.ofMillis(20);
  private static final Duration DEATH_MAX = Await.patience(Duration.ofSeconds(20));

  private final String title;
  private final Process process;
  private final ServerLog log;
  private final long logStart;

  private ServerProcess(String title, Process process, ServerLog log, long logStart) {
    this.title = title;
    this.process = process;
    this.log = log;
    this.logStart = logStart;
  }

  /**
   * Starts the program in a session of its own; both of its outputs go to the log.
   *
   * @param title what messages call it
   */
  public static ServerProcess launch(
      String title, List<String> program, Map<String, String> environment, ServerLog log) {
    var words = new ArrayList<>(Guardian.sessionPrefix());
    words.addAll(program);
    ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.file().toFile()));
    Command.cleanEnvironment(builder);
    builder.environment().putAll(environment);
    long logStart = log.length();
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      return new ServerProcess(title, process, log, logStart);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot launch " + title, e);
    }
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** What it has written to the log so far. */
  public String written() {
    return log.from(logStart);
  }

  /** Returns when it is ready; throws when it ends or the time is over. */
  void awaitReady(Predicate<ServerProcess> ready, Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (!ready.test(this)) {
      if (exitsWithin(POLL)) {
        throw log.failure("%s ended with status %d at start".formatted(title, process.exitValue()));
      }
      if (System.nanoTime() - deadline > 0) {
        throw log.failure("%s was not ready within %s".formatted(title, timeout));
      }
    }
  }

  boolean exitsWithin(Duration timeout) {
    try {
      return process.waitFor(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ServerException("Interrupted while waiting for " + title, e);
    }
  }

  /** Sends the signal and waits for the end; throws when the time is over first. */
  void stop(String signal, Duration timeout) {
    Command.signal(signal, process.pid());
    if (!exitsWithin(timeout)) {
      throw log.failure("%s did not stop by SIG%s within %s".formatted(title, signal, timeout));
    }
  }

  /** Kills it and all its children by SIGKILL; returns when all are gone. */
  void crash() {
    // A stopped process starts no further child while its children are listed and killed.
    Command.signal("STOP", process.pid());
    List<ProcessHandle> children;
    try (Stream<ProcessHandle> descendants = process.descendants()) {
      children = descendants.toList();
    }
    children.forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    if (!exitsWithin(DEATH_MAX)) {
      throw log.failure("%s survived SIGKILL for %s".formatted(title, DEATH_MAX));
    }
    children.forEach(this::awaitDeath);
  }

  private void awaitDeath(ProcessHandle child) {
    long deadline = System.nanoTime() + DEATH_MAX.toNanos();
    while (child.isAlive() && !isZombie(child)) {
      if (System.nanoTime() - deadline > 0) {
        throw log.failure("Process %d survived SIGKILL for %s".formatted(child.pid(), DEATH_MAX));
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }

  private static boolean isZombie(ProcessHandle process) {
    try {
      String status = Files.readString(Path.of("/proc", "" + process.pid(), "stat"));
      return status.substring(status.lastIndexOf(')')).startsWith(") Z");
    } catch (IOException e) {
      return false;
    }
  }
}
