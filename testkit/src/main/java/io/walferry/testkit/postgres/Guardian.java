package io.walferry.testkit.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A shell that outlives this JVM for a moment. It reads a pipe that only the JVM holds; when the
 * pipe closes, for whatever reason (SIGKILL too), it stops the server and removes the directory
 * that nobody asked to keep. It has a session of its own, so Ctrl-C in a terminal passes it by.
 */
final class Guardian {
  /** Arguments: the data directory, and the directory to remove or an empty word. */
  private static final String SCRIPT =
      """
      data=$1 remove=$2 state=stopped
      while read -r word; do state=$word; done
      if [ "$state" = running ]; then
        tries=0
        while [ ! -s "$data/postmaster.pid" ] && [ $tries -lt 20 ]; do
          sleep 0.1; tries=$((tries + 1))
        done
        read -r pid <"$data/postmaster.pid" && kill -s QUIT "$pid"
        tries=0
        while [ -e "$data/postmaster.pid" ] && kill -s 0 "$pid" && [ $tries -lt 100 ]; do
          sleep 0.1; tries=$((tries + 1))
        done
        [ -e "$data/postmaster.pid" ] && kill -s KILL "$pid"
      fi
      [ -z "$remove" ] || rm -rf "$remove"
      """;

  private final Process shell;
  private final Writer pipe;

  private Guardian(Process shell) {
    this.shell = shell;
    this.pipe = shell.outputWriter(StandardCharsets.US_ASCII);
  }

  static Guardian watch(Path dataDirectory, Optional<Path> removeAtEnd) {
    var words = new ArrayList<>(sessionPrefix());
    words.addAll(List.of("sh", "-c", SCRIPT, "walferry-guardian", dataDirectory.toString()));
    words.add(removeAtEnd.map(Path::toString).orElse(""));
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    try {
      return new Guardian(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot start the guardian shell of " + dataDirectory, e);
    }
  }

  static List<String> sessionPrefix() {
    return Command.isOnPath("setsid") ? List.of("setsid") : List.of();
  }

  /** To be called before the server is launched. */
  void serverRuns() {
    tell("running");
  }

  /** To be called when the server is known to be gone: its pid may belong to another by now. */
  void serverStopped() {
    tell("stopped");
  }

  private synchronized void tell(String state) {
    try {
      pipe.write(state + "\n");
      pipe.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("The guardian shell is gone", e);
    }
  }

  /** Lets the guardian do its last work now and waits for it. */
  synchronized void release() {
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
