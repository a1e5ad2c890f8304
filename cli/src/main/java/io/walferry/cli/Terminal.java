package io.walferry.cli;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where a command writes: results on standard output, all else on standard error, where status
 * lines can be kept below the other lines. May be used by several threads.
 */
final class Terminal {
  private static final Window WINDOW_DEFAULT = new Window(24, 80);

  private final PrintStream out;
  private final PrintStream err;
  private final Map<String, String> environment;
  private final boolean interactive;
  private List<String> status = List.of();
  private Optional<Window> window = Optional.empty();

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

  /** Writes a line to standard error, above the status lines. */
  synchronized void say(String line) {
    erase();
    err.println(line);
    draw();
  }

  /** One status line instead of those that are there; nothing happens where nobody looks. */
  void status(String line) {
    status(List.of(line));
  }

  /** Replaces the status lines, as far as they fit; nothing happens where nobody looks. */
  synchronized void status(List<String> lines) {
    if (!interactive) {
      return;
    }
    List<String> fitting = lines.isEmpty() ? lines : fitting(lines, window());
    if (!fitting.equals(status)) {
      erase();
      status = fitting;
      draw();
    }
  }

  /** Takes the status lines away. */
  void endStatus() {
    status(List.of());
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

  /** From the end of the last status line, where the cursor stands, up to the first. */
  private void erase() {
    if (!status.isEmpty()) {
      err.print("\r\033[K" + "\033[A\033[K".repeat(status.size() - 1));
    }
  }

  private void draw() {
    err.print(String.join("\n", status));
    err.flush();
  }

  /** A line that is broken, or one above the window's top, could not be erased again. */
  private static List<String> fitting(List<String> lines, Window window) {
    int most = Math.max(1, window.rows() - 1);
    Stream<String> shown = lines.stream();
    if (lines.size() > most) {
      String rest = "… and " + (lines.size() - most + 1) + " more";
      shown = Stream.concat(lines.stream().limit(most - 1L), Stream.of(rest));
    }
    int width = window.columns() - 1;
    return shown.map(line -> line.length() <= width ? line : line.substring(0, width)).toList();
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

  /** As it is when the first status line is drawn. */
  private Window window() {
    Window known =
        window.orElseGet(() -> askWindow().filter(it -> it.columns() > 20).orElse(WINDOW_DEFAULT));
    window = Optional.of(known);
    return known;
  }

  private static Optional<Window> askWindow() {
    try {
      Process stty = new ProcessBuilder("stty", "size").redirectInput(new File("/dev/tty")).start();
      try (BufferedReader reader = stty.inputReader()) {
        String size = Optional.ofNullable(reader.readLine()).orElse("");
        if (!size.matches("[0-9]{1,4} [0-9]{1,4}")) {
          return Optional.empty();
        }
        int space = size.indexOf(' ');
        return Optional.of(
            new Window(
                Integer.parseInt(size.substring(0, space)),
                Integer.parseInt(size.substring(space + 1))));
      }
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private record Window(int rows, int columns) {}
}
