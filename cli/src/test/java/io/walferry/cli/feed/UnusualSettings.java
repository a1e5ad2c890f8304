package io.walferry.cli.feed;

import io.walferry.testkit.postgres.Database;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Gives every switch and choice that a database and a role can set for sessions another value than
 * usual: what is on is off, and so on. Closing it takes them back and drops the role.
 *
 * @param role a superuser that has them in this database
 */
record UnusualSettings(Database database, String role) implements AutoCloseable {
  /** Those that are neither, and those whose first other value says little. */
  private static final Map<String, String> VALUES =
      Map.ofEntries(
          Map.entry("DateStyle", "German, YMD"),
          Map.entry("TimeZone", "Asia/Kathmandu"),
          Map.entry("client_encoding", "LATIN1"),
          Map.entry("default_text_search_config", "pg_catalog.german"),
          Map.entry("default_transaction_isolation", "serializable"),
          Map.entry("extra_float_digits", "-15"),
          Map.entry("lc_monetary", "C.UTF-8"),
          Map.entry("search_path", "pg_toast"),
          Map.entry("timezone_abbreviations", "India"));

  /** Without those of the server's log, of developers, and of one transaction. */
  private static final String SETTINGS =
      """
      SELECT name, vartype, setting, enumvals FROM pg_settings
       WHERE context IN ('user', 'superuser') AND category NOT LIKE 'Reporting and Logging%'
         AND category NOT IN ('Developer Options', 'Preset Options')
         AND name NOT LIKE 'transaction\\_%'
       ORDER BY name
      """;

  static UnusualSettings of(Database database) throws SQLException {
    String role = "unusual" + UUID.randomUUID().toString().replace("-", "");
    StringBuilder statements = new StringBuilder("CREATE ROLE %s LOGIN SUPERUSER;".formatted(role));
    for (Setting setting : settings(database)) {
      for (String owner : List.of("DATABASE \"%2$s\"", "ROLE %1$s IN DATABASE \"%2$s\"")) {
        statements.append(
            ("ALTER " + owner + " SET \"%3$s\" = '%4$s';")
                .formatted(role, database.name(), setting.name(), setting.value()));
      }
    }
    database.server().maintenanceDatabase().execute(statements.toString());
    return new UnusualSettings(database, role);
  }

  private static List<Setting> settings(Database database) throws SQLException {
    List<Setting> settings = new ArrayList<>();
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(SETTINGS)) {
      while (rows.next()) {
        String name = rows.getString("name");
        if (VALUES.containsKey(name)) {
          settings.add(new Setting(name, VALUES.get(name)));
        } else if (rows.getString("vartype").equals("bool")) {
          settings.add(new Setting(name, rows.getString("setting").equals("on") ? "off" : "on"));
        } else if (rows.getString("vartype").equals("enum")) {
          another(rows).ifPresent(value -> settings.add(new Setting(name, value)));
        }
      }
    }
    return settings;
  }

  private static Optional<String> another(ResultSet setting) throws SQLException {
    String usual = setting.getString("setting");
    return Stream.of((String[]) setting.getArray("enumvals").getArray())
        .filter(value -> !value.equals(usual))
        .findFirst();
  }

  /** Leads to the database as the role. */
  String uri() {
    return database.uri().replace("postgres@", role + "@");
  }

  /** Has only the role's sessions be unusual from now on. */
  void leaveOthers() throws SQLException {
    database
        .server()
        .maintenanceDatabase()
        .execute("ALTER DATABASE \"%s\" RESET ALL".formatted(database.name()));
  }

  @Override
  public void close() throws SQLException {
    leaveOthers();
    database.execute(
        "REASSIGN OWNED BY %1$s TO postgres; DROP OWNED BY %1$s; DROP ROLE %1$s".formatted(role));
  }

  private record Setting(String name, String value) {}
}
