package io.walferry.testkit.postgres;

import io.walferry.testkit.internal.Guardian;
import java.nio.file.Path;
import java.util.List;

/** What happens to a server and its temporary data when this JVM is gone. */
final class ServerGuard {
  /** To be told before the server is launched. */
  static final String RUNNING = "running";

  /** To be told when the server is known to be gone: its pid may belong to another by now. */
  static final String STOPPED = "stopped";

  /** Arguments: the data directory, and the directory to remove or an empty word. */
  private static final String LAST_WORDS =
      """
      data=$1 remove=$2
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

  private ServerGuard() {}

  static Guardian watch(DataDirectory data) {
    String remove = data.ephemeral().map(Path::toString).orElse("");
    return Guardian.start(LAST_WORDS, List.of(data.path().toString(), remove));
  }
}
