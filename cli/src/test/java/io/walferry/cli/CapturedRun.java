package io.walferry.cli;

import io.walferry.testkit.wait.Await;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Runs commands in this process and keeps what they write. */
final class CapturedRun {
  private static final Duration PATIENCE = Await.patience(Duration.ofSeconds(60));

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err =
      new ByteArrayOutputStream() {
        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
          super.write(bytes, offset, length);
          notifyAll();
        }
      };
  private final CompletableFuture<Runnable> stop = new CompletableFuture<>();
  private final Terminal terminal;

  CapturedRun(Map<String, String> environment) {
    this(environment, false);
  }

  private CapturedRun(Map<String, String> environment, boolean interactive) {
    Map<String, String> complete = new HashMap<>(environment);
    complete.putIfAbsent("HOME", "/nonexistent");
    this.terminal = new Terminal(printer(out), printer(err), complete, interactive);
  }

  static CapturedRun plain() {
    return new CapturedRun(Map.of());
  }

  /** With a person who looks. */
  static CapturedRun interactive() {
    return new CapturedRun(Map.of(), true);
  }

  int execute(String... arguments) {
    return new Commands(terminal, stop::complete).execute(arguments);
  }

  /** As Ctrl-C does, once the command listens to it. */
  void stop() {
    stop.join().run();
  }

  /** Returns once standard error holds the text. */
  void awaitErr(String text) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    synchronized (err) {
      while (!err().contains(text)) {
        long left = (deadline - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          throw new AssertionError("waited in vain for '" + text + "' in: " + err());
        }
        try {
          err.wait(left);
        } catch (InterruptedException e) {
          throw new AssertionError("interrupted", e);
        }
      }
    }
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private static PrintStream printer(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }
}
