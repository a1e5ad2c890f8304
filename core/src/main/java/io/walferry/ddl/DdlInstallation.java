package io.walferry.ddl;

import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.PostgresErrors;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Event triggers in a source database that write into its log what is done to published tables, as
 * logical messages in the transactions that do it. Everything is in a schema of its own, which has
 * to belong to superusers, or to whom a provider lets own event triggers: what is there runs with
 * the rights of its owner, whoever does the DDL.
 *
 * <p>Versions are numbered scripts, each of which may be run again. Looking at the installation
 * takes no rights; writing takes a superuser, as event triggers do up to PostgreSQL 18, or a role
 * to which a provider gives that right.
 */
public final class DdlInstallation {
  /** The version that {@link #install} brings. */
  public static final int LATEST = 1;

  static final String SCHEMA = "walferry_ddl";
  static final String KEY = SCHEMA + ".key";

  static final List<String> TRIGGERS =
      List.of("walferry_ddl_command_end", "walferry_ddl_dropped", "walferry_ddl_rewritten");

  private static final Pattern VERSION = Pattern.compile("Tells Walferry .*, version ([0-9]{1,9})");

  /** Before that, the stream has no messages. */
  private static final int OLDEST = 14;

  private static final String PARTS =
      """
      select n.oid is not null, coalesce(obj_description(n.oid, 'pg_namespace'), ''),
        array(
          select name from unnest(array['ancestors', 'command_end', 'dropped', 'is_published',
            'line', 'messages', 'rewritten', 'table_line']) u(name)
          where not exists (
            select from pg_proc p where p.pronamespace = n.oid and p.proname = u.name)
          union all
          select 'key' where not exists (
            select from pg_class c where c.relnamespace = n.oid and c.relname = 'key'
              and c.relkind = 'm')
          order by 1),
        not exists (
          select from (
            select n.nspowner union
            select p.proowner from pg_proc p where p.pronamespace = n.oid union
            select c.relowner from pg_class c where c.relnamespace = n.oid) o(owner)
          join pg_roles r on r.oid = o.owner
          where not r.rolsuper and r.rolname <> current_user and not exists (
            select from pg_event_trigger e
            where e.evtowner = r.oid and e.evtname = 'walferry_ddl_command_end')),
        exists (
          select from pg_class c where c.relnamespace = n.oid and c.relname = 'key'
            and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')),
        coalesce(current_setting('event_triggers', true), 'on') = 'on'
      from (select 1) one left join pg_namespace n on n.nspname = 'walferry_ddl'
      """;

  /** Those of ours by what they call, too: another of that name would be somebody else's. */
  private static final String FIRING =
      """
      select e.evtname, e.evtenabled in ('O', 'A')
      from pg_event_trigger e
      join pg_proc p on p.oid = e.evtfoid
      join pg_namespace n on n.oid = p.pronamespace and n.nspname = 'walferry_ddl'
      """;

  private final Connection connection;

  /**
   * In the session's database.
   *
   * @param connection in autocommit mode
   */
  public DdlInstallation(Connection connection) {
    this.connection = connection;
  }

  public DdlStatus status() {
    try (Statement statement = connection.createStatement()) {
      SortedMap<String, Boolean> triggers = new TreeMap<>();
      try (ResultSet rows = statement.executeQuery(FIRING)) {
        while (rows.next()) {
          triggers.put(rows.getString(1), rows.getBoolean(2));
        }
      }
      try (ResultSet row = statement.executeQuery(PARTS)) {
        row.next();
        OptionalInt version = version(row.getString(2));
        return new DdlStatus(
            row.getBoolean(1),
            version,
            triggers,
            version.isEmpty() ? List.of() : qualified(row.getArray(3)),
            row.getBoolean(4),
            row.getBoolean(5),
            row.getBoolean(6));
      }
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "look at what is installed in schema " + SCHEMA);
    }
  }

  private static OptionalInt version(String comment) {
    Matcher said = VERSION.matcher(comment);
    return said.matches() ? OptionalInt.of(Integer.parseInt(said.group(1))) : OptionalInt.empty();
  }

  private static List<String> qualified(Array names) throws SQLException {
    List<String> qualified = new ArrayList<>();
    for (String name : (String[]) names.getArray()) {
      qualified.add(SCHEMA + "." + name);
    }
    return qualified;
  }

  /**
   * The SQL that brings a database up to {@link #LATEST}.
   *
   * @param status what is there; one that lacks a part gets every script again
   */
  private static String script(DdlStatus status) {
    StringBuilder script = new StringBuilder();
    int done = status.isWhole() ? status.version().orElse(0) : 0;
    for (int version = done + 1; version <= LATEST; version++) {
      script.append(resource("install-" + version + ".sql"));
    }
    return script.toString();
  }

  /** All of it, for somebody who runs it by hand in one transaction. */
  public static String wholeScript(Optional<String> role) {
    StringBuilder script = new StringBuilder("BEGIN;\n\n");
    for (int version = 1; version <= LATEST; version++) {
      script.append(resource("install-" + version + ".sql"));
    }
    role.ifPresent(name -> script.append('\n').append(grant(name)));
    return script.append("\nCOMMIT;\n").toString();
  }

  /** What removes it, for somebody who runs it by hand. */
  public static String removal() {
    return "BEGIN;\n\n" + resource("uninstall.sql") + "\nCOMMIT;\n";
  }

  /** The statements that let the feeds of a role read the key. */
  private static String grant(String role) {
    String quoted = TableId.quote(role);
    return "GRANT USAGE ON SCHEMA %s TO %s;\nGRANT SELECT ON %s TO %s;\n"
        .formatted(SCHEMA, quoted, KEY, quoted);
  }

  /**
   * Brings the database up to {@link #LATEST}, in one transaction; what is there stays. An older
   * version that is at work does no harm, so a role that may not replace it leaves it as it is.
   *
   * @param role whose feeds are to be told; one who runs feeds as a superuser needs none
   * @return what is there then
   */
  public DdlStatus install(Optional<String> role) {
    DdlStatus before = status();
    requireOurs(before);
    boolean grants = role.isPresent() && !isReadableBy(role.get());
    if (before.isCurrent() && !grants) {
      return before;
    }
    requirePrimary();
    String script = script(before) + (grants ? grant(role.orElseThrow()) : "");
    try {
      run(script);
    } catch (SQLException e) {
      if (isDenied(e) && before.isWhole() && !grants) {
        return before;
      }
      throw failure(e, "install what tells of DDL in schema " + SCHEMA);
    }
    return status();
  }

  /**
   * Removes all of it, in one transaction.
   *
   * @return whether there was anything
   */
  public boolean uninstall() {
    DdlStatus before = status();
    if (!before.isThere() && !before.schema()) {
      return false;
    }
    requireOurs(before);
    requirePrimary();
    try {
      run(resource("uninstall.sql"));
    } catch (SQLException e) {
      throw failure(e, "remove what tells of DDL in schema " + SCHEMA);
    }
    return true;
  }

  private static void requireOurs(DdlStatus status) {
    if (status.isNewer()) {
      throw new WalferryException(
          ErrorCode.DDL_INSTALLATION_FOREIGN,
          "schema %s has version %d, this program knows up to %d"
              .formatted(SCHEMA, status.version().orElseThrow(), LATEST));
    }
    if (status.schema() && status.version().isEmpty()) {
      throw new WalferryException(
          ErrorCode.DDL_INSTALLATION_FOREIGN,
          "schema " + SCHEMA + " is there, but its comment does not say that it is Walferry's");
    }
    if (status.schema() && !status.trusted()) {
      throw new WalferryException(
          ErrorCode.DDL_INSTALLATION_FOREIGN,
          "schema "
              + SCHEMA
              + ", or something in it, belongs to a role that is no superuser: it could have"
              + " whoever does DDL run what it likes");
    }
  }

  private void requirePrimary() {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select pg_is_in_recovery(), current_setting('server_version_num')::int / 10000")) {
      row.next();
      if (row.getBoolean(1)) {
        throw new WalferryException(
            ErrorCode.SOURCE_STANDBY, "a standby takes no event triggers: ask the primary");
      }
      if (row.getInt(2) < OLDEST) {
        throw new WalferryException(
            ErrorCode.CONFIGURATION_INVALID,
            "the stream of PostgreSQL %d carries no messages; that takes version %d"
                .formatted(row.getInt(2), OLDEST));
      }
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "ask what kind of server this is");
    }
  }

  private boolean isReadableBy(String role) {
    try (PreparedStatement query =
        connection.prepareStatement(
            """
            select r.rolname, n.oid is not null and c.oid is not null
              and has_schema_privilege(r.oid, n.oid, 'usage')
              and has_table_privilege(r.oid, c.oid, 'select')
            from pg_roles r
            left join pg_namespace n on n.nspname = 'walferry_ddl'
            left join pg_class c on c.relnamespace = n.oid and c.relname = 'key'
            where r.rolname = ?
            """)) {
      query.setString(1, role);
      try (ResultSet row = query.executeQuery()) {
        if (!row.next()) {
          throw new WalferryException(
              ErrorCode.CONFIGURATION_INVALID, "there is no role " + role + " on the server");
        }
        return row.getBoolean(2);
      }
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "ask what role " + role + " may read");
    }
  }

  /** In one transaction, one after another process that does the same. */
  private void run(String script) throws SQLException {
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "SET LOCAL client_min_messages = warning; SET LOCAL standard_conforming_strings = on;"
              + " SELECT pg_catalog.pg_advisory_xact_lock("
              + "pg_catalog.hashtextextended('walferry_ddl', 0))");
      statement.execute(script);
      connection.commit();
    } catch (SQLException e) {
      connection.rollback();
      throw e;
    } finally {
      connection.setAutoCommit(true);
    }
  }

  private static boolean isDenied(SQLException failure) {
    return "42501".equals(failure.getSQLState());
  }

  private static WalferryException failure(SQLException cause, String attempted) {
    WalferryException translated = PostgresErrors.translate(cause, attempted);
    if (isDenied(cause)) {
      return new WalferryException(
          ErrorCode.DDL_INSTALLATION_DENIED, String.valueOf(translated.getMessage()), cause);
    }
    if ("2BP01".equals(cause.getSQLState())) {
      return new WalferryException(
          ErrorCode.DDL_INSTALLATION_FOREIGN, String.valueOf(translated.getMessage()), cause);
    }
    return translated;
  }

  private static String resource(String name) {
    try (InputStream content = DdlInstallation.class.getResourceAsStream(name)) {
      if (content == null) {
        throw new IllegalStateException("The jar lacks " + name);
      }
      return new String(content.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + name + " of the jar", e);
    }
  }
}
