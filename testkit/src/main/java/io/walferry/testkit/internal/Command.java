package io.walferry.testkit.internal;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Short programs that end by themselves. */
public final class Command {
  /** An input that ends at once. */
  public static final Path NO_INPUT = Path.of("/dev/null");

  private Command() {}

  /** How a program ended, and all that it wrote to both outputs. */
  public record Outcome(int status, String output) {
    public boolean succeeded() {
      return status == 0;
    }
  }

  /** Runs the program to its end; a program that cannot be started at all counts as failed. */
  public static Outcome run(List<String> words) {
    return run(words, Map.of(), NO_INPUT);
  }

  public static Outcome run(List<String> words, Map<String, String> environment) {
    return run(words, environment, NO_INPUT);
  }

  /** As the others, with more in its environment and a file as its standard input. */
  public static Outcome run(List<String> words, Map<String, String> environment, Path input) {
    ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
    builder.redirectInput(input.toFile());
    cleanEnvironment(builder);
    builder.environment().putAll(environment);
    try {
      Process process = builder.start();
      try (InputStream output = process.getInputStream()) {
        String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), text);
      }
    } catch (IOException e) {
      return new Outcome(127, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException("Interrupted while running " + words, e));
    }
  }

  public static boolean runsAsRoot() {
    return run(List.of("id", "-u")).output().strip().equals("0");
  }

  /** Sends a signal such as {@code TERM}; a process that is gone already is no error. */
  public static void signal(String name, long pid) {
    run(List.of("sh", "-c", "kill -s \"$1\" \"$2\"", "sh", name, Long.toString(pid)));
  }

  /** Removes what would change the behaviour of a server from one user's shell to another's. */
  public static void cleanEnvironment(ProcessBuilder builder) {
    builder.environment().keySet().removeIf(Command::meantForServers);
    builder.environment().remove("TZ");
    builder.environment().put("LC_ALL", "C");
  }

  private static boolean meantForServers(String variable) {
    return variable.startsWith("PG") || variable.startsWith("MYSQL");
  }

  public static boolean isOnPath(String program) {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("/usr/bin:/bin");
    return Arrays.stream(path.split(File.pathSeparator, -1))
        .map(directory -> Path.of(directory, program))
        .anyMatch(Files::isExecutable);
  }
}
