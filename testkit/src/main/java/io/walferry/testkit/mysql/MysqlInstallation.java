package io.walferry.testkit.mysql;

import io.walferry.testkit.internal.BinaryCache;
import io.walferry.testkit.internal.Command;
import io.walferry.testkit.server.ServerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The unpacked programs of one flavor.
 *
 * @param home the directory that holds {@code bin}, {@code lib} and {@code share}
 */
record MysqlInstallation(MysqlFlavor flavor, Path home) {
  Path program() {
    return home.resolve("bin").resolve(flavor.program());
  }

  /** What lies here is found before the system's own libraries. */
  Path libraries() {
    return home.resolve("lib");
  }

  Map<String, String> environment() {
    return Map.of("LD_LIBRARY_PATH", libraries().toString());
  }

  /** The program with the options that it needs wherever its data are. */
  List<String> command(Path data) {
    Path share = home.resolve("share");
    var words = new ArrayList<>(List.of(program().toString(), "--no-defaults"));
    if (Command.runsAsRoot()) {
      words.add("--user=root");
    }
    words.add("--datadir=" + data);
    words.add("--lc-messages-dir=" + share);
    words.add("--character-sets-dir=" + share.resolve("charsets"));
    words.addAll(List.of("--skip-ssl", "--skip-log-bin", "--performance-schema=OFF"));
    // Native requests are few on a machine, and many servers may run beside each other.
    words.addAll(List.of("--innodb-use-native-aio=0", "--innodb-buffer-pool-size=64M"));
    return words;
  }

  /** A data directory as it is before a first start, made once for this machine; to be copied. */
  Path template(BinaryCache cache) {
    return cache.directory(home.getFileName() + "-data", this::initialise);
  }

  private void initialise(Path data) throws IOException {
    var words = new ArrayList<>(command(data));
    switch (flavor) {
      case MYSQL -> {
        words.add("--initialize-insecure");
        run(words, Command.NO_INPUT);
        // Each server is to have an identity of its own.
        Files.deleteIfExists(data.resolve("auto.cnf"));
      }
      case MARIADB -> {
        words.addAll(List.of("--bootstrap", "--skip-networking"));
        Path statements = Files.createTempFile("walferry-", ".sql");
        try {
          Files.writeString(statements, systemTables());
          run(words, statements);
        } finally {
          Files.delete(statements);
        }
      }
    }
  }

  private String systemTables() throws IOException {
    Path share = home.resolve("share");
    return "CREATE DATABASE mysql;\nUSE mysql;\n"
        + Files.readString(share.resolve("mariadb_system_tables.sql"))
        + Files.readString(share.resolve("mariadb_system_tables_data.sql"));
  }

  private void run(List<String> words, Path input) {
    Command.Outcome outcome = Command.run(words, environment(), input);
    if (!outcome.succeeded()) {
      throw new ServerException(
          "%s could not make its system tables:\n%s".formatted(flavor.title(), outcome.output()));
    }
  }
}
