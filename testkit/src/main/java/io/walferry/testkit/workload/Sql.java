package io.walferry.testkit.workload;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.List;
import java.util.Optional;

/** Statements on one connection; all parameters are text or NULL and cast by the statement. */
record Sql(Connection connection) {

  void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  void update(String sql, List<Optional<String>> parameters) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      bind(statement, parameters);
      statement.executeUpdate();
    }
  }

  void updateAll(String sql, List<List<Optional<String>>> batch) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (List<Optional<String>> parameters : batch) {
        bind(statement, parameters);
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  private static void bind(PreparedStatement statement, List<Optional<String>> parameters)
      throws SQLException {
    for (int i = 0; i < parameters.size(); i++) {
      Optional<String> value = parameters.get(i);
      if (value.isPresent()) {
        statement.setString(i + 1, value.get());
      } else {
        statement.setNull(i + 1, Types.VARCHAR);
      }
    }
  }
}
