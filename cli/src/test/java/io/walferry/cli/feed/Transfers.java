package io.walferry.cli.feed;

import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.postgres.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;

/**
 * Money that goes from one account to another, with a journal: after each transaction every balance
 * is the sum of the account's lines. Used by one thread at a time.
 */
final class Transfers {
  static final List<TableName> TABLES =
      List.of(new TableName("public", "account"), new TableName("public", "journal"));

  static final int ACCOUNTS = 200;
  private static final String SCHEMA =
      """
      CREATE TABLE account (id int PRIMARY KEY, balance bigint NOT NULL, note text);
      CREATE TABLE journal (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        account int NOT NULL, amount bigint NOT NULL, note text);
      INSERT INTO account SELECT g, 0, repeat('a', 600) FROM generate_series(1, 200) g;
      """;

  private final Database source;
  private final Random random;
  private int done;

  Transfers(Database source, long seed) {
    this.source = source;
    this.random = new Random(seed);
  }

  void createTables() throws SQLException {
    source.execute(SCHEMA);
  }

  /** So many transfers, each in a transaction of its own. */
  void run(int transfers) {
    try (Connection connection = source.connect()) {
      connection.setAutoCommit(false);
      for (int i = 0; i < transfers; i++) {
        long amount = 1L + random.nextInt(1000);
        book(connection, 1 + random.nextInt(ACCOUNTS), -amount);
        book(connection, 1 + random.nextInt(ACCOUNTS), amount);
        connection.commit();
        done++;
      }
    } catch (SQLException e) {
      throw new IllegalStateException("A transfer has failed", e);
    }
  }

  /** How many have been committed since the tables were made. */
  int done() {
    return done;
  }

  private static void book(Connection connection, int account, long amount) throws SQLException {
    try (PreparedStatement update =
            connection.prepareStatement("UPDATE account SET balance = balance + ? WHERE id = ?");
        PreparedStatement insert =
            connection.prepareStatement(
                "INSERT INTO journal (account, amount, note) VALUES (?, ?, repeat('j', 200))")) {
      update.setLong(1, amount);
      update.setInt(2, account);
      update.executeUpdate();
      insert.setInt(1, account);
      insert.setLong(2, amount);
      insert.executeUpdate();
    }
  }
}
