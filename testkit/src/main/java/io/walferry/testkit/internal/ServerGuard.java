package io.walferry.testkit.internal;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What happens to a server and its temporary data when this JVM is gone. */
public final class ServerGuard {
  /** To be told before the server is launched; afterwards its pid is told. */
  static final String LAUNCHING = "launching";

  /** To be told when the server is known to be gone: its pid may belong to another by now. */
  static final String STOPPED = "stopped";

  /** Arguments: the server's pid file, the signal, and the directory to remove or an empty word. */
  private static final String LAST_WORDS =
      """
      pidfile=$1 signal=$2 remove=$3 tries=0
      case $state in
        '' | stopped)
          pid=
          ;;
        launching)
          while [ ! -s "$pidfile" ] && [ $tries -lt 100 ]; do
            sleep 0.1; tries=$((tries + 1))
          done
          read -r pid <"$pidfile"
          ;;
        *)
          pid=$state
          ;;
      esac
      if [ -n "$pid" ]; then
        kill -s "$signal" "$pid"
        tries=0
        while kill -s 0 "$pid" && [ $tries -lt 100 ]; do
          sleep 0.1; tries=$((tries + 1))
        done
        kill -s KILL "$pid"
      fi
      [ -z "$remove" ] || rm -rf "$remove"
      """;

  private ServerGuard() {}

  /**
   * Watches over a server that is not launched yet.
   *
   * @param signal ends the server; SIGKILL follows after a while
   * @param remove the directory of temporary data
   */
  public static Guardian watch(Path pidFile, String signal, Optional<Path> remove) {
    return Guardian.start(
        LAST_WORDS, List.of(pidFile.toString(), signal, remove.map(Path::toString).orElse("")));
  }
}
