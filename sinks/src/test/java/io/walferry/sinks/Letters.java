package io.walferry.sinks;

import java.sql.SQLException;
import java.util.List;

/** The dead letters of a destination, as SQL has them. */
final class Letters {
  private Letters() {}

  static String table(SqlDestination destination) {
    return destination.positionTable().replace("position", "dead_letter");
  }

  /** These columns of all letters, in the order in which they came. */
  static List<String> letters(SqlDestination destination, String columns) throws SQLException {
    return destination.rows("SELECT " + columns + " FROM " + table(destination) + " ORDER BY id");
  }
}
