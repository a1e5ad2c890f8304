package io.walferry.testkit.server;

import io.walferry.testkit.wait.Await;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** One database of a server; closing it drops it. */
public interface ServerDatabase extends AutoCloseable {
  DatabaseServer server();

  String name();

  default Connection connect() throws SQLException {
    return server().connect(name());
  }

  default String jdbcUrl() {
    return server().jdbcUrl(name());
  }

  default String uri() {
    return server().uri(name());
  }

  /** Runs SQL on a connection of its own; PostgreSQL takes several statements at once. */
  default void execute(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /**
   * Returns the first column of the first row, as text.
   *
   * @throws IllegalStateException if there is none
   */
  default String answer(String query) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      return answer(statement, query);
    }
  }

  private static String answer(Statement statement, String query) throws SQLException {
    try (ResultSet result = statement.executeQuery(query)) {
      if (!result.next()) {
        throw new IllegalStateException("No row is the answer to " + query);
      }
      return result.getString(1);
    }
  }

  /**
   * Returns once a condition in SQL holds; asks again and again, each time in a transaction of its
   * own.
   *
   * @param what completes the sentence "Waited in vain until …"
   */
  default void await(String what, String condition) throws SQLException {
    String query = "SELECT CASE WHEN %s THEN 'yes' ELSE 'no' END".formatted(condition);
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      Await.until(what, Duration.ofMinutes(1), () -> answer(statement, query), "yes"::equals);
    }
  }

  /** Drops the database; no effect if it is gone or the server does not run. */
  @Override
  void close() throws SQLException;
}
