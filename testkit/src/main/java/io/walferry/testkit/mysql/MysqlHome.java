package io.walferry.testkit.mysql;

import io.walferry.testkit.internal.FileTree;
import io.walferry.testkit.internal.ServerLog;
import io.walferry.testkit.internal.TemporaryData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** The temporary directory with all files of one server. */
record MysqlHome(Path path) {
  static MysqlHome create(MysqlFlavor flavor) {
    return new MysqlHome(
        TemporaryData.directory("walferry-" + flavor.name().toLowerCase(Locale.ROOT) + "-"));
  }

  Path data() {
    return path.resolve("data");
  }

  /** In here, so that nothing of a crashed server stays behind elsewhere. */
  Path temporary() {
    return path.resolve("tmp");
  }

  /** What the server runs at each start. */
  Path startStatements() {
    return path.resolve("start.sql");
  }

  Path pidFile() {
    return path.resolve("server.pid");
  }

  ServerLog log() {
    return new ServerLog(path.resolve("server.log"));
  }

  /** Copies the template's data; the user may then do everything, from anywhere. */
  void fill(Path template, String user, String password) {
    String account = "'%s'@'%%'".formatted(user);
    try {
      Files.createDirectory(temporary());
      Files.createDirectory(data());
      FileTree.copy(template, data());
      Files.writeString(
          startStatements(),
          """
          CREATE USER IF NOT EXISTS %s IDENTIFIED BY '%s';
          GRANT ALL ON *.* TO %s WITH GRANT OPTION;
          """
              .formatted(account, password.replace("\\", "\\\\").replace("'", "''"), account));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot lay out " + path, e);
    }
  }
}
