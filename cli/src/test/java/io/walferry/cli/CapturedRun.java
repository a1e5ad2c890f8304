package io.walferry.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Runs commands in this process and keeps what they write. */
final class CapturedRun {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final CompletableFuture<Runnable> stop = new CompletableFuture<>();
  private final Terminal terminal;

  CapturedRun(Map<String, String> environment) {
    Map<String, String> complete = new HashMap<>(environment);
    complete.putIfAbsent("HOME", "/nonexistent");
    this.terminal = new Terminal(printer(out), printer(err), complete, false);
  }

  static CapturedRun plain() {
    return new CapturedRun(Map.of());
  }

  int execute(String... arguments) {
    return new Commands(terminal, stop::complete).execute(arguments);
  }

  /** As Ctrl-C does, once the command listens to it. */
  void stop() {
    stop.join().run();
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
