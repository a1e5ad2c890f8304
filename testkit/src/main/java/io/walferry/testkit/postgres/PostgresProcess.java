package io.walferry.testkit.postgres;

import io.walferry.testkit.internal.Command;
import io.walferry.testkit.internal.Guardian;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** One life of a postmaster, from launch to exit. Used by one thread at a time. */
final class PostgresProcess {
  private static final Duration POLL = Duration.ofMillis(20);
  private static final Duration DEATH_MAX = Duration.ofSeconds(20);
  private static final int STATUS_LINE = 7;
  private static final int SHARED_MEMORY_LINE = 6;

  private final Process process;
  private final DataDirectory data;

  private PostgresProcess(Process process, DataDirectory data) {
    this.process = process;
    this.data = data;
  }

  static PostgresProcess launch(Path program, DataDirectory data, LaunchIdentity identity) {
    var words = new ArrayList<>(Guardian.sessionPrefix());
    words.addAll(identity.prefix());
    words.addAll(List.of(program.toString(), "-D", data.path().toString()));
    ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(data.log().toFile()));
    Command.cleanEnvironment(builder);
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      return new PostgresProcess(process, data);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot launch " + program, e);
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Returns when the server accepts connections; throws when it ends or the time is over. */
  void awaitReady(Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (!isReady()) {
      if (exitsWithin(POLL)) {
        throw data.failure(
            "PostgreSQL ended with status %d at start".formatted(process.exitValue()));
      }
      if (System.nanoTime() - deadline > 0) {
        throw data.failure("PostgreSQL was not ready within " + timeout);
      }
    }
  }

  private boolean isReady() {
    List<String> lines = pidFile();
    if (lines.size() <= STATUS_LINE || !lines.get(0).equals(Long.toString(process.pid()))) {
      return false;
    }
    String status = lines.get(STATUS_LINE).strip();
    return status.equals("ready") || status.equals("standby");
  }

  private List<String> pidFile() {
    try {
      return Files.readAllLines(data.pidFile(), StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + data.pidFile(), e);
    }
  }

  boolean exitsWithin(Duration timeout) {
    try {
      return process.waitFor(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PostgresServerException("Interrupted while waiting for PostgreSQL", e);
    }
  }

  void signal(String name) {
    Command.signal(name, process.pid());
  }

  /** Kills the postmaster and all its children by SIGKILL; returns when all are gone. */
  void crash() {
    List<String> lines = pidFile();
    // A stopped postmaster starts no further child while its children are listed and killed.
    signal("STOP");
    List<ProcessHandle> children;
    try (Stream<ProcessHandle> descendants = process.descendants()) {
      children = descendants.toList();
    }
    children.forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    if (!exitsWithin(DEATH_MAX)) {
      throw data.failure("PostgreSQL survived SIGKILL for " + DEATH_MAX);
    }
    children.forEach(this::awaitDeath);
    removeSharedMemory(lines);
  }

  private void awaitDeath(ProcessHandle child) {
    long deadline = System.nanoTime() + DEATH_MAX.toNanos();
    while (child.isAlive() && !isZombie(child)) {
      if (System.nanoTime() - deadline > 0) {
        throw data.failure("Process %d survived SIGKILL for %s".formatted(child.pid(), DEATH_MAX));
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

  /** A crashed server leaves its System V segment, and a machine has few of them. */
  private static void removeSharedMemory(List<String> pidFile) {
    if (pidFile.size() > SHARED_MEMORY_LINE) {
      String[] keyAndId = pidFile.get(SHARED_MEMORY_LINE).strip().split(" +", -1);
      Command.run(List.of("ipcrm", "-m", keyAndId[keyAndId.length - 1]));
    }
  }
}
