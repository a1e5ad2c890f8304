package io.walferry.cli;

import io.walferry.change.Lsn;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.PostgresErrors;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresBinaries;
import io.walferry.testkit.postgres.PostgresServer;
import io.walferry.testkit.workload.ShopEvent;
import io.walferry.testkit.workload.ShopWorkload;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A PostgreSQL server of its own with a shop in it, whose customers come when they are let in. Used
 * by one thread, besides the traffic's own.
 */
final class DemoShop implements AutoCloseable {
  private static final long SEED = 20_260_101;
  private static final String MARKER = "update shop.products set stock = stock where id = 1";

  private final PostgresServer server;
  private final Database database;
  private final ShopWorkload workload = ShopWorkload.create(SEED);
  private final Thread traffic = Thread.ofPlatform().name("shop-traffic").unstarted(this::trade);
  private volatile boolean open;
  private final AtomicLong events = new AtomicLong();
  private volatile Optional<SQLException> failure = Optional.empty();

  private DemoShop(PostgresServer server, Database database) {
    this.server = server;
    this.database = database;
  }

  /** Starts the newest PostgreSQL that was delivered with this program. */
  static DemoShop open() {
    int major = PostgresBinaries.standard().majors().last();
    PostgresServer server = PostgresServer.builder().major(major).start();
    try {
      return new DemoShop(server, server.createDatabase("shop"));
    } catch (SQLException e) {
      server.close();
      throw PostgresErrors.translate(e, "create the demo's database");
    }
  }

  String version() {
    return server.version();
  }

  String uri() {
    return database.uri();
  }

  Connection connect() throws SQLException {
    return database.connect();
  }

  void fill(int orders) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      workload.createSchema(connection);
      workload.seed(connection, orders);
      statement.execute("analyze");
    }
  }

  void startTraffic() {
    open = true;
    traffic.start();
  }

  long events() {
    return events.get();
  }

  /** Lets the transaction under way end, and fails if the traffic has failed before. */
  void stopTraffic() throws InterruptedException {
    open = false;
    if (!traffic.join(Duration.ofSeconds(30)) && traffic.isAlive()) {
      throw new WalferryException(ErrorCode.INTERNAL, "the demo's traffic does not end");
    }
    if (failure.isPresent()) {
      throw PostgresErrors.translate(failure.get(), "trade in the demo's shop");
    }
  }

  /** Where the log ends, flushed or not: the demo server commits without waiting for its disk. */
  Lsn currentLsn() throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select pg_current_wal_insert_lsn()")) {
      row.next();
      return Lsn.parse(row.getString(1));
    }
  }

  /**
   * A transaction that changes nothing, so that the stream goes past what other work has logged.
   */
  void mark() throws SQLException {
    database.execute(MARKER);
  }

  private void trade() {
    try (Connection connection = connect()) {
      while (open) {
        if (workload.step(connection) != ShopEvent.NOTHING) {
          events.incrementAndGet();
        }
      }
    } catch (SQLException e) {
      failure = Optional.of(e);
    }
  }

  @Override
  public void close() {
    open = false;
    server.close();
  }
}
