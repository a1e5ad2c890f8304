package io.walferry.testkit.postgres;

import io.walferry.testkit.internal.Command;
import io.walferry.testkit.internal.ServerLog;
import io.walferry.testkit.internal.ServerProcess;
import io.walferry.testkit.internal.ServerProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A postmaster on its data directory. */
record PostgresProgram(
    Path installation, DataDirectory data, Map<String, String> settings, LaunchIdentity identity)
    implements ServerProgram {
  private static final int STATUS_LINE = 7;
  private static final int SHARED_MEMORY_LINE = 6;

  @Override
  public ServerLog log() {
    return data.log();
  }

  @Override
  public ServerProcess launch(int port) {
    data.configure(settings, port);
    var words = new ArrayList<>(identity.prefix());
    words.addAll(List.of(installation.resolve("bin/postgres").toString(), "-D"));
    words.add(data.path().toString());
    return ServerProcess.launch("PostgreSQL", words, Map.of(), log());
  }

  @Override
  public boolean isReady(ServerProcess process) {
    List<String> lines = pidFile();
    if (lines.size() <= STATUS_LINE || !lines.get(0).equals(Long.toString(process.pid()))) {
      return false;
    }
    String status = lines.get(STATUS_LINE).strip();
    return status.equals("ready") || status.equals("standby");
  }

  @Override
  public String portTaken() {
    return "could not bind";
  }

  /** A crashed server leaves its System V segment, and a machine has few of them. */
  @Override
  public void removeRemains() {
    List<String> lines = pidFile();
    if (lines.size() > SHARED_MEMORY_LINE) {
      String[] keyAndId = lines.get(SHARED_MEMORY_LINE).strip().split(" +", -1);
      Command.run(List.of("ipcrm", "-m", keyAndId[keyAndId.length - 1]));
    }
  }

  private List<String> pidFile() {
    try {
      return Files.readAllLines(data.pidFile(), StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + data.pidFile(), e);
    }
  }
}
