package io.walferry.cli;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

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
  private String status = "";
  private int width;

  /**
   * @param interactive whether a person looks at standard error
   */
  @SuppressWarnings("MissingSummary")
  Terminal(PrintStream out, PrintStream err, Map<String, String> environment, boolean interactive) {
    this.out = out;
    this.err = err;
    this.environment = Map.copyOf(environment);
    this.interactive = interactive;
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
    if (!status.isEmpty()) {
      err.print(status.length() < width() ? status : status.substring(0, width() - 1));
    }
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

  /** Of the window when the first status line is drawn. */
  private int width() {
    if (width == 0) {
      width = windowWidth().filter(columns -> columns > 20).orElse(WIDTH_DEFAULT);
    }
    return width;
  }

  private static Optional<Integer> windowWidth() {
    try {
      Process stty = new ProcessBuilder("stty", "size").redirectInput(new File("/dev/tty")).start();
      try (BufferedReader reader = stty.inputReader()) {
        String size = Optional.ofNullable(reader.readLine()).orElse("");
        return size.matches("[0-9]{1,4} [0-9]{1,4}")
            ? Optional.of(Integer.parseInt(size.substring(size.indexOf(' ') + 1)))
            : Optional.empty();
      }
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
