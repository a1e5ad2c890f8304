package io.walferry.testkit.workload;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.OptionalLong;
import java.util.Random;

/**
 * A small shop that looks like one: customers, products, orders, order lines and payments in schema
 * {@code shop}, and traffic one transaction at a time. The same seed and calls leave the same
 * contents. Used by one thread.
 */
public final class ShopWorkload {
  private static final int NOTE_PERCENT = 8;
  private static final int LARGE_NOTE_CHARACTERS = 6_000;

  private final Random random;

  private ShopWorkload(Random random) {
    this.random = random;
  }

  public static ShopWorkload create(long seed) {
    return new ShopWorkload(new Random(seed));
  }

  /** Creates the schema, which must not be there, and its empty tables. */
  public void createSchema(Connection connection) throws SQLException {
    execute(connection, ShopStatements.SCHEMA);
  }

  /**
   * Fills the empty tables: so many orders with two lines each, a customer for every five orders, a
   * product for every fifty; all in one transaction.
   */
  public void seed(Connection connection, int orders) throws SQLException {
    int customers = Math.max(5, orders / 5);
    int products = Math.max(10, orders / 50);
    execute(connection, ShopStatements.customers(customers));
    execute(connection, ShopStatements.products(products));
    execute(connection, ShopStatements.orders(orders, customers, products));
  }

  /** Carries out one transaction; the connection must be in auto-commit mode. */
  public ShopEvent step(Connection connection) throws SQLException {
    connection.setAutoCommit(false);
    try {
      ShopEvent event = draw(connection);
      connection.commit();
      return event;
    } catch (SQLException e) {
      connection.rollback();
      throw e;
    } finally {
      connection.setAutoCommit(true);
    }
  }

  private ShopEvent draw(Connection connection) throws SQLException {
    int kind = random.nextInt(100);
    if (kind < 45) {
      return placeOrder(connection);
    }
    if (kind < 67) {
      return payOrder(connection);
    }
    if (kind < 75) {
      return cancelOrder(connection);
    }
    if (kind < 85) {
      return change(connection, ShopStatements.REFILL, "products", ShopEvent.STOCK_REFILLED);
    }
    return kind < 92
        ? change(connection, ShopStatements.PRICE, "products", ShopEvent.PRICE_CHANGED)
        : change(connection, ShopStatements.MOVE, "customers", ShopEvent.CUSTOMER_MOVED);
  }

  private ShopEvent placeOrder(Connection connection) throws SQLException {
    OptionalLong customer = anyId(connection, "customers");
    if (customer.isEmpty()) {
      return ShopEvent.NOTHING;
    }
    long order = insertOrder(connection, customer.getAsLong());
    for (int line = 1 + random.nextInt(4); line > 0; line--) {
      long product = anyId(connection, "products").orElseThrow();
      long quantity = 1L + random.nextInt(3);
      update(connection, ShopStatements.LINE, order, line, product, quantity);
      update(connection, ShopStatements.TAKE_STOCK, quantity, product);
    }
    return ShopEvent.ORDER_PLACED;
  }

  private long insertOrder(Connection connection, long customer) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(ShopStatements.ORDER)) {
      statement.setLong(1, customer);
      statement.setString(2, note());
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        return rows.getLong(1);
      }
    }
  }

  private String note() {
    if (random.nextInt(100) >= NOTE_PERCENT) {
      return "";
    }
    return random.nextBoolean()
        ? "Please ring twice."
        : AwkwardText.ascii(random, LARGE_NOTE_CHARACTERS);
  }

  private ShopEvent payOrder(Connection connection) throws SQLException {
    OptionalLong order = id(connection, ShopStatements.OLDEST_OPEN);
    if (order.isEmpty()) {
      return ShopEvent.NOTHING;
    }
    update(connection, ShopStatements.PAYMENT, order.getAsLong());
    update(connection, ShopStatements.MARK_PAID, order.getAsLong());
    return ShopEvent.ORDER_PAID;
  }

  private ShopEvent cancelOrder(Connection connection) throws SQLException {
    OptionalLong order = id(connection, ShopStatements.NEWEST_OPEN);
    if (order.isEmpty()) {
      return ShopEvent.NOTHING;
    }
    update(connection, ShopStatements.RETURN_STOCK, order.getAsLong());
    update(connection, "delete from shop.order_lines where order_id = ?", order.getAsLong());
    update(connection, "delete from shop.orders where id = ?", order.getAsLong());
    return ShopEvent.ORDER_CANCELLED;
  }

  private ShopEvent change(Connection connection, String sql, String table, ShopEvent event)
      throws SQLException {
    OptionalLong id = anyId(connection, table);
    if (id.isEmpty()) {
      return ShopEvent.NOTHING;
    }
    update(connection, sql, 1 + random.nextInt(40), id.getAsLong());
    return event;
  }

  /** Customers and products are never deleted, so their ids have no gaps. */
  private OptionalLong anyId(Connection connection, String table) throws SQLException {
    OptionalLong last = id(connection, "select max(id) from shop." + table);
    long place = random.nextLong() & Long.MAX_VALUE;
    return last.isEmpty() ? last : OptionalLong.of(1 + place % last.getAsLong());
  }

  private static OptionalLong id(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      if (!rows.next()) {
        return OptionalLong.empty();
      }
      long id = rows.getLong(1);
      return rows.wasNull() ? OptionalLong.empty() : OptionalLong.of(id);
    }
  }

  private static void update(Connection connection, String sql, long... parameters)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setLong(i + 1, parameters[i]);
      }
      statement.executeUpdate();
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
