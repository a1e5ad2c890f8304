package io.walferry.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Where a command writes: results on standard output, all else on standard error, where a status
 * line can be kept below the other lines. May be used by several threads.
 */
final class Terminal {
  private static final int WIDTH_DEFAULT = 80;

  private final PrintStream out;
  private final PrintStream err;
  private final Map<String, String> environment;
  private final boolean interactive;
  private final int width;
  private String status = "";

  /**
   * @param interactive whether a person looks at standard error
   */
  @SuppressWarnings("MissingSummary")
  Terminal(PrintStream out, PrintStream err, Map<String, String> environment, boolean interactive) {
    this.out = out;
    this.err = err;
    this.environment = Map.copyOf(environment);
    this.interactive = interactive;
    this.width = interactive ? width(environment) : Integer.MAX_VALUE;
  }

  /** That of this process. */
  static Terminal ofProcess() {
    Map<String, String> environment = System.getenv();
    boolean dumb = "dumb".equals(environment.get("TERM"));
    return new Terminal(System.out, System.err, environment, !dumb && isTerminal(2));
  }

  PrintStream out() {
    return out;
  }

  Map<String, String> environment() {
    return environment;
  }

  boolean interactive() {
    return interactive;
  }

  int width() {
    return width;
  }

  boolean colours() {
    return interactive && environment.getOrDefault("NO_COLOR", "").isEmpty();
  }

  /** Writes a line to standard error, above the status line. */
  synchronized void say(String line) {
    erase();
    err.println(line);
    draw();
  }

  /** Replaces the status line; nothing happens where nobody looks. */
  synchronized void status(String line) {
    if (!interactive || line.equals(status)) {
      return;
    }
    erase();
    status = line;
    draw();
  }

  /** Takes the status line away. */
  void endStatus() {
    status("");
  }

  String bold(String text) {
    return colours() ? "\033[1m" + text + "\033[0m" : text;
  }

  String green(String text) {
    return colours() ? "\033[32m" + text + "\033[0m" : text;
  }

  String red(String text) {
    return colours() ? "\033[31m" + text + "\033[0m" : text;
  }

  private void erase() {
    if (!status.isEmpty()) {
      err.print("\r\033[K");
    }
  }

  private void draw() {
    err.print(status.length() < width ? status : status.substring(0, width - 1));
    err.flush();
  }

  private static boolean isTerminal(int descriptor) {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException | UnsupportedOperationException e) {
      return shellSaysTerminal(descriptor);
    }
  }

  /** Where there is no procfs (macOS), a process that inherits the descriptor can tell. */
  private static boolean shellSaysTerminal(int descriptor) {
    try {
      return new ProcessBuilder("test", "-t", Integer.toString(descriptor))
              .inheritIO()
              .start()
              .onExit()
              .join()
              .exitValue()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static int width(Map<String, String> environment) {
    String columns = environment.getOrDefault("COLUMNS", "");
    return columns.matches("[1-9][0-9]{1,3}") ? Integer.parseInt(columns) : WIDTH_DEFAULT;
  }
}
