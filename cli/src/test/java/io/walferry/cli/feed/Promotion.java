package io.walferry.cli.feed;

import io.walferry.testkit.postgres.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.stream.Stream;

/** What changes a server's timeline, done to its data directory while it is stopped. */
final class Promotion {
  private Promotion() {}

  /** The next start goes to the end of the log, and on to the next timeline, as a standby does. */
  static void prepare(Path data) throws IOException {
    Files.writeString(
        data.resolve("postgresql.conf"),
        "restore_command = 'false'\nrecovery_target_timeline = 'current'\n",
        StandardOpenOption.APPEND);
    Files.writeString(data.resolve("recovery.signal"), "");
  }

  /** A number that a timeline has had, which the next promotion leaves out. */
  static void useUp(Path data, int timeline) throws IOException {
    Files.writeString(data.resolve("pg_wal").resolve("%08X.history".formatted(timeline)), "");
  }

  static void copyData(PostgresServer stopped, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(stopped.dataDirectory())) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.copy(
            file,
            to.resolve(stopped.dataDirectory().relativize(file).toString()),
            StandardCopyOption.COPY_ATTRIBUTES,
            LinkOption.NOFOLLOW_LINKS);
      }
    }
  }

  /** A server of data that were copied, under another port. */
  static PostgresServer start(PostgresServer like, Path data) {
    return PostgresServer.builder()
        .major(like.major())
        .durable(true)
        .setting("autovacuum", "off")
        .dataDirectory(data)
        .start();
  }

  /** The same on the next timeline. */
  static PostgresServer startPromoted(PostgresServer like, Path data)
      throws IOException, SQLException {
    prepare(data);
    PostgresServer server = start(like, data);
    awaitEnd(server);
    return server;
  }

  /** It takes connections before it has left its timeline. */
  static void awaitEnd(PostgresServer server) throws SQLException {
    server
        .maintenanceDatabase()
        .await("the server has left its timeline", "NOT pg_is_in_recovery()");
  }

  /** The next start waits for a primary, as it was, until it is promoted. */
  static void prepareStandby(Path data) throws IOException {
    Files.writeString(
        data.resolve("postgresql.conf"),
        "restore_command = 'false'\nhot_standby_feedback = on\n",
        StandardOpenOption.APPEND);
    Files.writeString(data.resolve("standby.signal"), "");
  }

  static void promote(PostgresServer standby) throws SQLException {
    standby.maintenanceDatabase().execute("SELECT pg_promote()");
  }
}
