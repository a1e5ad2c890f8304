package io.walferry.sinks.mysql;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a server can do, as it was found when a session began.
 *
 * @param collation of texts that are created: one under which equal is equal byte by byte
 * @param exact whether that collation knows trailing spaces, too
 * @param localInfile whether it takes rows in bulk, from LOAD DATA LOCAL
 * @param packetBytesMax of one statement
 * @param foldsTables whether it ignores upper and lower case in names of tables
 */
record ServerTraits(
    String collation,
    boolean exact,
    boolean localInfile,
    long packetBytesMax,
    boolean foldsTables) {
  /** MariaDB's, MySQL's from 8.0.17 on, and the one that everybody has, which pads. */
  private static final List<String> COLLATIONS = List.of("utf8mb4_nopad_bin", "utf8mb4_0900_bin");

  private static final String PADDING = "utf8mb4_bin";

  static ServerTraits read(Connection connection) throws SQLException {
    Set<String> known = new HashSet<>();
    try (Statement statement = connection.createStatement()) {
      try (ResultSet rows =
          statement.executeQuery(
              "SELECT collation_name FROM information_schema.collations"
                  + " WHERE collation_name LIKE 'utf8mb4%bin'")) {
        while (rows.next()) {
          known.add(rows.getString(1));
        }
      }
      try (ResultSet row =
          statement.executeQuery(
              "SELECT @@GLOBAL.local_infile, @@max_allowed_packet, @@lower_case_table_names")) {
        row.next();
        String collation = COLLATIONS.stream().filter(known::contains).findFirst().orElse(PADDING);
        return new ServerTraits(
            collation,
            !collation.equals(PADDING),
            row.getBoolean(1),
            row.getLong(2),
            row.getInt(3) != 0);
      }
    }
  }
}
