package io.walferry.preflight;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The server's settings and how much of its slots and senders is in use.
 *
 * @param settings by name, as {@code SHOW} prints them
 * @param numbers by name, in the setting's own unit
 */
record ServerFacts(
    int major,
    boolean standby,
    Map<String, String> settings,
    Map<String, Long> numbers,
    long slotsUsed,
    long sendersUsed) {
  private static final String SETTINGS =
      """
      select name, current_setting(name), case when vartype = 'integer' then setting::bigint end
      from pg_settings
      where name in ('server_version', 'server_version_num', 'server_encoding', 'wal_level', 'max_replication_slots',
        'max_wal_senders', 'wal_sender_timeout', 'max_slot_wal_keep_size',
        'idle_replication_slot_timeout', 'hot_standby_feedback',
        'synchronized_standby_slots')
      """;

  private static final String USE =
      """
      select pg_is_in_recovery(), (select count(*) from pg_replication_slots),
        (select count(*) from pg_stat_replication)
      """;

  ServerFacts {
    settings = Map.copyOf(settings);
    numbers = Map.copyOf(numbers);
  }

  static ServerFacts read(Connection connection) throws SQLException {
    Map<String, String> settings = new HashMap<>();
    Map<String, Long> numbers = new HashMap<>();
    try (Statement statement = connection.createStatement()) {
      try (ResultSet rows = statement.executeQuery(SETTINGS)) {
        while (rows.next()) {
          settings.put(rows.getString(1), rows.getString(2));
          long number = rows.getLong(3);
          if (!rows.wasNull()) {
            numbers.put(rows.getString(1), number);
          }
        }
      }
      int version = Math.toIntExact(numbers.getOrDefault("server_version_num", 0L));
      try (ResultSet row = statement.executeQuery(USE)) {
        row.next();
        return new ServerFacts(
            version / 10_000, row.getBoolean(1), settings, numbers, row.getLong(2), row.getLong(3));
      }
    }
  }

  /** As {@code SHOW} prints it; empty text if the server has no such setting. */
  String setting(String name) {
    return settings.getOrDefault(name, "");
  }

  OptionalLong number(String name) {
    Long number = numbers.get(name);
    return number == null ? OptionalLong.empty() : OptionalLong.of(number);
  }
}
