package io.walferry.testkit.mysql;

import io.walferry.testkit.internal.ServerLog;
import io.walferry.testkit.internal.ServerProcess;
import io.walferry.testkit.internal.ServerProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A server on the data in its home. */
record MysqlProgram(MysqlInstallation installation, MysqlHome home, Map<String, String> settings)
    implements ServerProgram {
  private static final List<String> STANDARD_OPTIONS =
      List.of(
          "--bind-address=127.0.0.1",
          "--socket=",
          "--skip-name-resolve",
          "--character-set-server=utf8mb4",
          "--default-time-zone=+00:00",
          "--local-infile=ON",
          // A test that waits for a lock on a table that nobody gives back fails instead.
          "--lock-wait-timeout=300");

  MysqlProgram {
    settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
  }

  @Override
  public ServerLog log() {
    return home.log();
  }

  @Override
  public ServerProcess launch(int port) {
    var words = new ArrayList<>(installation.command(home.data()));
    words.add("--port=" + port);
    words.add("--pid-file=" + home.pidFile());
    words.add("--tmpdir=" + home.temporary());
    words.add("--init-file=" + home.startStatements());
    words.addAll(STANDARD_OPTIONS);
    words.addAll(installation.flavor().ownOptions());
    // The last one of a name wins.
    settings.forEach((name, value) -> words.add("--" + name + "=" + value));
    return ServerProcess.launch(
        installation.flavor().title(), words, installation.environment(), log());
  }

  @Override
  public boolean isReady(ServerProcess process) {
    return process.written().contains("ready for connections");
  }

  @Override
  public String portTaken() {
    return "Bind on TCP/IP port";
  }

  /** The number in a pid file that a crashed server left may be another process's one day. */
  @Override
  public void removeRemains() {
    try {
      Files.deleteIfExists(home.pidFile());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot delete " + home.pidFile(), e);
    }
  }
}
