package io.walferry.bench.compare;

import io.walferry.testkit.mysql.MysqlFlavor;
import io.walferry.testkit.mysql.MysqlServer;
import io.walferry.testkit.server.DatabaseServer;
import java.util.Locale;
import java.util.Optional;

/** What a log is applied to. */
enum ApplyDestination {
  MYSQL,
  MARIADB,
  POSTGRES,
  SQLITE;

  /** As the user types it. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Its server, which flushes each commit; SQLite has none. */
  Optional<DatabaseServer> start(int postgresMajor) {
    return switch (this) {
      case MYSQL -> Optional.of(mysql(MysqlFlavor.MYSQL));
      case MARIADB -> Optional.of(mysql(MysqlFlavor.MARIADB));
      case POSTGRES -> Optional.of(Servers.start(postgresMajor));
      case SQLITE -> Optional.empty();
    };
  }

  private static MysqlServer mysql(MysqlFlavor flavor) {
    return MysqlServer.builder(flavor)
        .setting("innodb-buffer-pool-size", "1G")
        .setting("innodb-log-file-size", "1G")
        .start();
  }
}
