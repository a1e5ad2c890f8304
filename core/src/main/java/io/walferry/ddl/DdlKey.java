package io.walferry.ddl;

import io.walferry.postgres.PostgresErrors;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells messages of the installation from those that anybody could have written. Reads the
 * installation's key when it meets one that it does not know. Only as thread-safe as its
 * connection.
 */
public final class DdlKey {
  private static final Logger LOG = LoggerFactory.getLogger(DdlKey.class);

  private static final String READABLE =
      """
      select n.oid is not null, c.oid is not null
        and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')
        and c.relispopulated
      from (select 1) one
      left join pg_namespace n on n.nspname = 'walferry_ddl'
      left join pg_class c on c.relnamespace = n.oid and c.relname = 'key' and c.relkind = 'm'
      """;

  private final Connection connection;
  private Optional<String> known = Optional.empty();
  private boolean warned;

  /** Of the session's database. */
  public DdlKey(Connection connection) {
    this.connection = connection;
  }

  /** Whether the installation signs with it. */
  boolean is(String claimed) {
    if (known.filter(key -> isSame(key, claimed)).isPresent()) {
      return true;
    }
    // Installed, or installed anew, since it was read.
    known = read();
    return known.filter(key -> isSame(key, claimed)).isPresent();
  }

  private static boolean isSame(String key, String claimed) {
    return MessageDigest.isEqual(
        key.getBytes(StandardCharsets.UTF_8), claimed.getBytes(StandardCharsets.UTF_8));
  }

  private Optional<String> read() {
    try (Statement statement = connection.createStatement()) {
      try (ResultSet row = statement.executeQuery(READABLE)) {
        row.next();
        if (!row.getBoolean(2)) {
          warn(row.getBoolean(1));
          return Optional.empty();
        }
      }
      try (ResultSet row = statement.executeQuery("select value from walferry_ddl.key")) {
        return row.next() ? Optional.ofNullable(row.getString(1)) : Optional.empty();
      }
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "read " + DdlInstallation.KEY);
    }
  }

  private void warn(boolean installed) {
    if (installed && !warned) {
      warned = true;
      LOG.warn(
          "What the source tells of DDL is passed over: this role may not read {}; 'walferry ddl"
              + " install URL --role ROLE' grants it",
          DdlInstallation.KEY);
    }
  }
}
