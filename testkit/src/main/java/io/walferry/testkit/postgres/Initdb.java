package io.walferry.testkit.postgres;

import io.walferry.testkit.internal.BinaryCache;
import io.walferry.testkit.internal.Command;
import io.walferry.testkit.internal.FileTree;
import io.walferry.testkit.server.ServerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes clusters. A cluster without wishes of its own is a copy of one that initdb made once for
 * this machine and these programs, with a system identifier of its own.
 *
 * @param installation the unpacked programs
 */
record Initdb(Path installation, BinaryCache cache, LaunchIdentity identity) {
  private static final List<String> STANDARD =
      List.of("-U", PostgresServer.USER, "-E", "UTF8", "--locale=C", "--no-sync");

  private static final List<String> TRUSTING = List.of("-A", "trust");

  /** Fills the directory, which is empty and the identity's own. */
  void create(Path data, ClusterOptions cluster) throws IOException {
    if (cluster.password().isPresent()) {
      runWithPassword(data, cluster);
    } else if (!cluster.initdbArguments().isEmpty()) {
      run(data, TRUSTING, cluster.initdbArguments());
    } else {
      copyTemplate(data);
    }
  }

  private void copyTemplate(Path data) throws IOException {
    Path template =
        cache.directory(
            installation.getFileName() + "-data",
            empty -> {
              identity.own(empty);
              run(empty, TRUSTING, List.of());
            });
    FileTree.copy(template, data);
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
    new SystemIdentifier(new SecureRandom().nextLong(1, Long.MAX_VALUE)).writeInto(data);
    identity.own(data);
  }

  private void runWithPassword(Path data, ClusterOptions cluster) throws IOException {
    Path file = Files.createTempFile("walferry-", ".pw");
    try {
      Files.writeString(file, cluster.password().orElseThrow());
      identity.own(file);
      run(data, List.of("-A", "scram-sha-256", "--pwfile=" + file), cluster.initdbArguments());
    } finally {
      Files.delete(file);
    }
  }

  private void run(Path data, List<String> authentication, List<String> more) {
    var words = new ArrayList<>(identity.prefix());
    words.add(installation.resolve("bin/initdb").toString());
    words.addAll(List.of("-D", data.toString()));
    words.addAll(STANDARD);
    words.addAll(authentication);
    words.addAll(more);
    Command.Outcome outcome = Command.run(words);
    if (!outcome.succeeded()) {
      throw new ServerException("initdb failed:\n" + outcome.output());
    }
  }
}
