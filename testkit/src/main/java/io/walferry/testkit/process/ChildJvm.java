package io.walferry.testkit.process;

import io.walferry.testkit.internal.Command;
import io.walferry.testkit.internal.Guardian;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A JVM of its own that runs a main class of this class path, to be stopped or killed at will. It
 * dies with this JVM. Both of its outputs are collected as lines. Any thread may call.
 */
public final class ChildJvm implements AutoCloseable {
  private static final String KILL_IF_RUNNING =
      """
      [ "$state" = running ] && kill -s KILL "$1"
      """;

  private final Process process;
  private final OutputLines output;
  private final Thread reader;
  private final Guardian guardian;

  private ChildJvm(Process process) {
    this.process = process;
    this.guardian = Guardian.start(KILL_IF_RUNNING, List.of(Long.toString(process.pid())));
    this.guardian.tell("running");
    this.output = new OutputLines();
    this.reader =
        Thread.ofVirtual()
            .name("child-jvm-output")
            .start(() -> output.readAll(process.inputReader(StandardCharsets.UTF_8)));
  }

  public static ChildJvmBuilder running(Class<?> mainClass) {
    return running(mainClass.getName());
  }

  public static ChildJvmBuilder running(String mainClass) {
    return new ChildJvmBuilder(mainClass);
  }

  static ChildJvm start(ProcessBuilder builder) {
    try {
      return new ChildJvm(builder.redirectErrorStream(true).start());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot start a child JVM", e);
    }
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Writes one line to the child's standard input. */
  public void send(String line) {
    try {
      process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
    } catch (IOException e) {
      throw new UncheckedIOException("The child JVM does not read its input", e);
    }
  }

  /**
   * Returns the first line, already written or still to come, that satisfies the predicate; throws
   * when the output ends or the time is over first. Old lines beyond the bound are forgotten.
   */
  public String awaitLine(Predicate<String> predicate, Duration timeout) {
    return output.await(predicate, timeout);
  }

  /**
   * As {@link #awaitLine}, but patient with a child that goes on writing other lines: on a busy
   * machine it is slow, not dead. Gives up after a silence, or after ten times as long in all.
   */
  public String awaitLineOfTalker(Predicate<String> predicate, Duration silenceMax) {
    return output.awaitTalking(predicate, silenceMax);
  }

  /** The newest lines, oldest first, at most {@value OutputLines#LINES_MAX}. */
  public List<String> lines() {
    return output.lines();
  }

  /** SIGKILL: no shutdown hook runs. */
  public void kill() {
    process.destroyForcibly();
  }

  /** SIGSTOP: the process stands still, with its connections open, until {@link #resume}. */
  public void suspend() {
    Command.signal("STOP", process.pid());
  }

  /** SIGCONT. */
  public void resume() {
    Command.signal("CONT", process.pid());
  }

  /**
   * From now on whatever it writes to a file fails with "File too large", which stands for any
   * error of a disk; pipes and sockets work. Linux only.
   */
  public void failFileWrites() {
    limitFileSize("0");
  }

  public void allowFileWrites() {
    limitFileSize("unlimited");
  }

  private void limitFileSize(String soft) {
    Command.Outcome outcome =
        Command.run(
            List.of("prlimit", "--pid", Long.toString(process.pid()), "--fsize=" + soft + ":"));
    if (!outcome.succeeded()) {
      throw new IllegalStateException("Cannot limit what the child writes: " + outcome.output());
    }
  }

  /** SIGTERM. */
  public void terminate() {
    Command.signal("TERM", process.pid());
  }

  /** SIGINT, as Ctrl-C sends it. */
  public void interrupt() {
    Command.signal("INT", process.pid());
  }

  /**
   * Returns the exit code, 128 + N after signal N, once all output is collected; throws when the
   * time is over first.
   */
  public int awaitExit(Duration timeout) {
    try {
      if (!process.waitFor(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new IllegalStateException(
            "The child JVM did not end within %s; its output ends with:\n%s"
                .formatted(timeout, output.tail()));
      }
      guardian.tell("ended");
      // A grandchild may hold the output open, so this wait has a bound too.
      reader.join(timeout);
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while waiting for a child JVM", e);
    }
  }

  /** Kills the child if it still runs. */
  @Override
  public void close() {
    kill();
    awaitExit(Duration.ofSeconds(20));
    guardian.release();
  }
}
