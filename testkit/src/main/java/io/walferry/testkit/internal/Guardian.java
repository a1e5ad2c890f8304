package io.walferry.testkit.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A shell that outlives this JVM for a moment. It reads a pipe that only the JVM holds; when the
 * pipe closes, for whatever reason (SIGKILL too), it runs its last words. It has a session of its
 * own, so Ctrl-C in a terminal passes it by. Any thread may call.
 */
public final class Guardian {
  private static final String LISTEN =
      """
      state=
      while read -r word; do state=$word; done
      """;

  private final Process shell;
  private final Writer pipe;

  private Guardian(Process shell) {
    this.shell = shell;
    this.pipe = shell.outputWriter(StandardCharsets.US_ASCII);
  }

  /**
   * Starts the shell.
   *
   * @param lastWords commands that find the last word told in {@code $state}
   * @param arguments {@code $1} and so on of the last words
   */
  public static Guardian start(String lastWords, List<String> arguments) {
    var words = new ArrayList<>(sessionPrefix());
    words.addAll(List.of("sh", "-c", LISTEN + lastWords, "walferry-guardian"));
    words.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    try {
      return new Guardian(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot start a guardian shell", e);
    }
  }

  /** Words before a program that give it a session of its own, where the system has setsid. */
  public static List<String> sessionPrefix() {
    return Command.isOnPath("setsid") ? List.of("setsid") : List.of();
  }

  /** Leaves a word for the last words to find. */
  public synchronized void tell(String state) {
    try {
      pipe.write(state + "\n");
      pipe.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("The guardian shell is gone", e);
    }
  }

  /** Lets the shell run its last words now and waits for their end. */
  public synchronized void release() {
    try {
      pipe.close();
      shell.waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException("The guardian shell is gone", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
