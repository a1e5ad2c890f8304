package io.walferry.cli.feed;

import io.walferry.cli.feed.Destination.Lanes;
import io.walferry.cli.feed.Destination.LinesFile;
import io.walferry.cli.feed.Destination.MysqlCopy;
import io.walferry.cli.feed.Destination.PostgresDatabase;
import io.walferry.cli.feed.Destination.SqliteFile;
import io.walferry.cli.feed.Destination.Through;
import io.walferry.testkit.kafka.KafkaBroker;
import io.walferry.testkit.mysql.MysqlFlavor;
import io.walferry.testkit.mysql.MysqlServer;
import io.walferry.testkit.mysql.MysqlServers;
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
  private static final int ROUNDS_PER_LANES = 3;

  /** What it is. */
  enum Engine {
    POSTGRES,
    SQLITE,
    MYSQL,
    MARIADB,
    SQLSERVER,
    KAFKA,
    JSON_LINES;

    /** Why it cannot be had here, if it cannot. */
    Optional<String> obstacle(MysqlServers servers) {
      return switch (this) {
        case MYSQL -> servers.obstacle(MysqlFlavor.MYSQL);
        case MARIADB -> servers.obstacle(MysqlFlavor.MARIADB);
        case SQLSERVER -> SqlServerCopy.obstacle();
        case POSTGRES, SQLITE, KAFKA, JSON_LINES -> Optional.empty();
      };
    }

    /** A log says nothing of values that a column has got by an alteration, or of its new name. */
    Set<Altering.Act> acts() {
      return this == KAFKA || this == JSON_LINES
          ? Set.of(Altering.Act.ADD, Altering.Act.DROP, Altering.Act.WIDEN)
          : Altering.Act.ALL;
    }
  }

  /**
   * A server that can be crashed, which starts again, and the proxy before it.
   *
   * @param crash returns once it has started again
   * @param close ends it for good
   */
  record Server(FaultProxy proxy, Runnable crash, Runnable close) {}

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
        yield served(PostgresDatabase.create(server, workload), server, server.port(), crash)
            .withLanesInSomeRounds(workload);
      }
      case SQLSERVER -> sqlServer();
      case KAFKA -> kafka();
      case MYSQL -> mysql(MysqlFlavor.MYSQL).withLanesInSomeRounds(workload);
      case MARIADB -> mysql(MysqlFlavor.MARIADB).withLanesInSomeRounds(workload);
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

  /** Of a server that is there for others, too, so that only the database goes away. */
  private static TortureTarget sqlServer() throws SQLException {
    SqlServerCopy copy = SqlServerCopy.create();
    FaultProxy proxy = FaultProxy.before(copy.address());
    Runnable crash =
        () -> {
          copy.goAway();
          copy.comeBack();
        };
    return new TortureTarget(
        new Through(copy, copy.through(proxy.port())),
        Optional.of(new Server(proxy, crash, () -> {})));
  }

  /** One partition, so that all changes of a table have one order. */
  private static TortureTarget kafka() {
    KafkaBroker broker = KafkaBroker.builder().proxied().start();
    Runnable crash =
        () -> {
          broker.kill();
          broker.start();
        };
    KafkaTopics topics = new KafkaTopics(broker, 1);
    return new TortureTarget(
        new Through(topics, topics.name(broker.proxy().port())),
        Optional.of(new Server(broker.proxy(), crash, broker::close)));
  }

  private static TortureTarget served(
      Destination plain, DatabaseServer server, int port, Runnable crash) {
    FaultProxy proxy = FaultProxy.before(port);
    String way = plain.name().replace(":" + port + "/", ":" + proxy.port() + "/");
    return new TortureTarget(
        new Through(plain, way), Optional.of(new Server(proxy, crash, server::close)));
  }

  private TortureTarget withLanesInSomeRounds(Workload workload) {
    return workload.seed() % ROUNDS_PER_LANES == 0
        ? new TortureTarget(new Lanes(destination), server)
        : this;
  }

  @Override
  public void close() throws SQLException {
    destination.close();
    server.ifPresent(
        it -> {
          it.proxy.close();
          it.close.run();
        });
  }
}
