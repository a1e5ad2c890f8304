package io.walferry.cli.feed;

import io.walferry.cli.feed.Destination.LinesFile;
import io.walferry.cli.feed.Destination.MysqlCopy;
import io.walferry.cli.feed.Destination.PostgresDatabase;
import io.walferry.cli.feed.Destination.SqliteFile;
import io.walferry.cli.feed.Destination.Through;
import io.walferry.testkit.mysql.MysqlFlavor;
import io.walferry.testkit.mysql.MysqlServer;
import io.walferry.testkit.postgres.PostgresServer;
import io.walferry.testkit.proxy.FaultProxy;
import io.walferry.testkit.server.DatabaseServer;
import io.walferry.testkit.workload.Workload;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;

/**
 * A destination of its own that a test may hurt.
 *
 * @param destination as a feed reaches it: by way of the proxy, if it has a server
 * @param server empty for a file
 */
record TortureTarget(Destination destination, Optional<Server> server) implements AutoCloseable {
  /** What it is. */
  enum Engine {
    POSTGRES,
    SQLITE,
    MYSQL,
    MARIADB,
    JSON_LINES;

    /** Empty where it has no server or that server is none of MySQL's family. */
    Optional<MysqlFlavor> flavor() {
      return switch (this) {
        case MYSQL -> Optional.of(MysqlFlavor.MYSQL);
        case MARIADB -> Optional.of(MysqlFlavor.MARIADB);
        case POSTGRES, SQLITE, JSON_LINES -> Optional.empty();
      };
    }

    /** Lines say nothing of values that a column has got by an alteration, or of its new name. */
    Set<Altering.Act> acts() {
      return this == JSON_LINES
          ? Set.of(Altering.Act.ADD, Altering.Act.DROP, Altering.Act.WIDEN)
          : Altering.Act.ALL;
    }
  }

  /**
   * A server that can be crashed, which starts again, and the proxy before it.
   *
   * @param crash returns once it has started again
   */
  record Server(DatabaseServer server, FaultProxy proxy, Runnable crash) {}

  static TortureTarget open(Engine engine, Path directory, int postgres, Workload workload)
      throws SQLException {
    return switch (engine) {
      case SQLITE ->
          new TortureTarget(new SqliteFile(directory.resolve("copy.db")), Optional.empty());
      case JSON_LINES ->
          new TortureTarget(new LinesFile(directory.resolve("copy.jsonl")), Optional.empty());
      case POSTGRES -> {
        PostgresServer server = PostgresServer.builder().major(postgres).durable(true).start();
        Runnable crash =
            () -> {
              server.kill();
              server.start();
            };
        yield served(PostgresDatabase.create(server, workload), server, server.port(), crash);
      }
      case MYSQL -> mysql(MysqlFlavor.MYSQL);
      case MARIADB -> mysql(MysqlFlavor.MARIADB);
    };
  }

  private static TortureTarget mysql(MysqlFlavor flavor) throws SQLException {
    MysqlServer server = MysqlServer.builder(flavor).start();
    Runnable crash =
        () -> {
          server.kill();
          server.start();
        };
    return served(new MysqlCopy(server.createDatabase("copy")), server, server.port(), crash);
  }

  private static TortureTarget served(
      Destination plain, DatabaseServer server, int port, Runnable crash) {
    FaultProxy proxy = FaultProxy.before(port);
    String way = plain.name().replace(":" + port + "/", ":" + proxy.port() + "/");
    return new TortureTarget(
        new Through(plain, way), Optional.of(new Server(server, proxy, crash)));
  }

  @Override
  public void close() throws SQLException {
    destination.close();
    server.ifPresent(
        it -> {
          it.proxy.close();
          it.server.close();
        });
  }
}
