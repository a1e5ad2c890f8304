package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.testkit.compare.ComparisonResult;
import io.walferry.testkit.compare.DatabaseComparison;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.wait.Await;
import io.walferry.testkit.workload.ShopWorkload;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A shop with traffic, and a copy of it. Used by one thread. */
final class ShopFeed {

  private final String name;
  private final Database source;
  private final Path directory;
  private final ShopWorkload shop;
  private Optional<Database> destination = Optional.empty();
  private int marks;

  /** Fills the database; the copy goes to a file of SQLite. */
  ShopFeed(String name, Database source, Path directory) throws SQLException {
    this.name = name;
    this.source = source;
    this.directory = directory;
    this.shop = ShopWorkload.create(7);
    try (Connection connection = source.connect()) {
      shop.createSchema(connection);
      shop.seed(connection, 50);
    }
    source.execute("create table shop.mark (id int primary key)");
  }

  private ShopFeed(ShopFeed twin, Database destination) {
    this.name = twin.name;
    this.source = twin.source;
    this.directory = twin.directory;
    this.shop = twin.shop;
    this.destination = Optional.of(destination);
  }

  /** The same shop with another copy of it. */
  ShopFeed also(Database database) {
    return new ShopFeed(this, database);
  }

  /** The copy goes to another database instead. */
  ShopFeed into(Database database) {
    destination = Optional.of(database);
    return this;
  }

  /** Its entry of the configuration. */
  String yaml() {
    return """
      %1$s:
        source: {url: '%2$s', slot: '%3$s', tables: ['shop.*']}
        sinks: {copy: %4$s}
    """
        .formatted(name, source.uri(), source.name(), sink());
  }

  /** The copy's, as {@code {type: …}}. */
  String sink() {
    return destination
        .map(database -> "{type: postgres, url: '%s'}".formatted(database.uri()))
        .orElse("{type: sqlite, path: %s}".formatted(file().getFileName()));
  }

  Path file() {
    return directory.resolve(name + ".db");
  }

  void write(int transactions) throws SQLException {
    try (Connection connection = source.connect()) {
      for (int i = 0; i < transactions; i++) {
        shop.step(connection);
      }
    }
  }

  /** Writes, and returns once the destination has it. */
  void flow(int transactions) throws Exception {
    write(transactions);
    marks++;
    source.execute("insert into shop.mark values (" + marks + ")");
    Await.until(
        "%s has %d marks".formatted(name, marks),
        Duration.ofSeconds(60),
        this::marksArrived,
        arrived -> arrived >= marks);
  }

  private int marksArrived() throws SQLException {
    String table = destination.isPresent() ? "shop.mark" : "\"shop.mark\"";
    try (Connection copy = copy();
        Statement statement = copy.createStatement();
        ResultSet rows = statement.executeQuery("select count(*) from " + table)) {
      rows.next();
      return rows.getInt(1);
    }
  }

  void assertEqual() throws SQLException {
    try (Connection left = source.connect();
        Connection right = copy()) {
      ComparisonResult result =
          DatabaseComparison.between(left, right)
              .mapping(
                  table ->
                      destination.isPresent()
                          ? table
                          : new TableName("main", table.schema() + "." + table.name()))
              .compare();
      assertEquals(List.of(), result.tableDifferences(), name);
      assertTrue(result.rowsCompared() > 100, result::toString);
    }
  }

  private Connection copy() throws SQLException {
    return destination.isPresent()
        ? destination.get().connect()
        : DriverManager.getConnection("jdbc:sqlite:" + file());
  }
}
