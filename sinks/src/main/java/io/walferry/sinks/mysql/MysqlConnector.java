package io.walferry.sinks.mysql;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.Secret;
import io.walferry.sinks.mysql.MysqlSettings.Tls;
import io.walferry.sinks.sql.SqlSession;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import org.mariadb.jdbc.Driver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How the destination is reached, and how its sessions are set up. For any thread. */
public final class MysqlConnector {
  private static final Logger LOG = LoggerFactory.getLogger(MysqlConnector.class);

  /**
   * Strict, or values would be cut to fit; without NO_BACKSLASH_ESCAPES and ANSI_QUOTES, whatever
   * the server says; a 0 is a 0 and no wish for the next number. Foreign keys have done their work
   * at the source, where they may be deferred. Warnings are kept, since a load is judged by them,
   * and no limit of rows or time applies. DEFAULT would be what the server has set for all
   * sessions.
   */
  private static final String SESSION =
      "SET SESSION sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ZERO_DATE,"
          + "NO_ZERO_IN_DATE,NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION',"
          + " time_zone = '+00:00', lc_messages = 'en_US', foreign_key_checks = 0,"
          + " unique_checks = 1, sql_safe_updates = 0, sql_auto_is_null = 0, sql_big_selects = 1,"
          + " sql_select_limit = 18446744073709551615, max_error_count = 64, completion_type = 0,"
          + " sql_quote_show_create = 1, autocommit = 1"
          + " /*M!100101 , max_statement_time = 0 */ /*!80000 , max_execution_time = 0 */";

  /** Rows that do not match are not locked, and tables that others just made are seen. */
  private static final String ISOLATION =
      "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE";

  private static final int CONNECT_MILLIS_MAX = 15_000;

  private final MysqlSettings settings;
  private final Duration lockTimeout;
  private final Duration silenceMax;
  private final MysqlErrors errors;
  private volatile Optional<ServerTraits> traits = Optional.empty();
  private volatile boolean accepted;

  /** Whether the server syncs each commit, or its manager was told that it does not. */
  private volatile boolean lookedAtSync;

  /** A database that is reached with these settings; nothing is opened yet. */
  public MysqlConnector(MysqlSettings settings, MysqlSinkSettings sink) {
    this.settings = settings;
    this.lockTimeout = sink.lockTimeout();
    this.silenceMax = sink.silenceMax();
    this.errors = new MysqlErrors(settings.display());
  }

  /** A session of its own that is not connected yet. */
  SqlSession session() {
    return new SqlSession(settings.display(), errors, this::connect, silenceMax);
  }

  MysqlSettings settings() {
    return settings;
  }

  MysqlErrors errors() {
    return errors;
  }

  /** What the server can do; known once a session was connected. */
  ServerTraits traits() {
    return traits.orElseThrow();
  }

  /**
   * Connects and sets the session up. The caller closes it.
   *
   * @throws WalferryException if the server cannot be reached or does not let us in
   */
  public Connection connect() {
    Connection connection = opened();
    try (Statement statement = connection.createStatement()) {
      statement.execute(SESSION);
      statement.execute(
          "SET SESSION innodb_lock_wait_timeout = %1$d, lock_wait_timeout = %1$d"
              .formatted(lockTimeout.toSeconds()));
      statement.execute(ISOLATION);
      traits = Optional.of(ServerTraits.read(connection));
      lookAtSync(statement);
      return connection;
    } catch (SQLException e) {
      WalferryException failure = errors.translate("prepare a session", e);
      closeAfter(failure, connection);
      throw failure;
    }
  }

  private Connection opened() {
    String attempt = "connect";
    Optional<Secret> password = password();
    try {
      Connection connection =
          settings.tls() == Tls.PREFER ? preferring(password) : open(settings.tls(), password);
      accepted = true;
      return connection;
    } catch (SQLException e) {
      throw errors.connecting(attempt, e, accepted);
    }
  }

  @SuppressWarnings("CatchingUnchecked") // Not ours: it may throw anything.
  private Optional<Secret> password() {
    String attempt = "could not connect to " + settings.display() + ": ";
    try {
      return settings.password().ask();
    } catch (WalferryException e) {
      throw new WalferryException(e.code(), attempt + e.getMessage(), e);
    } catch (RuntimeException e) {
      throw new WalferryException(
          ErrorCode.PASSWORD_UNAVAILABLE, attempt + "asking for the password failed", e);
    }
  }

  private Connection preferring(Optional<Secret> password) throws SQLException {
    try {
      return open(Tls.REQUIRE, password);
    } catch (SQLException e) {
      if (TlsProblem.of(e).filter(it -> it == TlsProblem.SERVER_WITHOUT).isEmpty()) {
        throw e;
      }
      return open(Tls.DISABLE, password);
    }
  }

  private Connection open(Tls tls, Optional<Secret> password) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", settings.user());
    password.ifPresent(it -> properties.setProperty("password", it.reveal()));
    properties.setProperty("sslMode", mode(tls));
    settings.rootCertificate().ifPresent(file -> properties.setProperty("serverSslCert", file));
    properties.setProperty("connectTimeout", Integer.toString(CONNECT_MILLIS_MAX));
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("allowLocalInfile", "true");
    // Matched rows are counted, whether or not they change, and each by itself.
    properties.setProperty("useAffectedRows", "false");
    properties.setProperty("useBulkStmts", "false");
    properties.setProperty("useBulkStmtsForInserts", "false");
    // The driver would put the statement, which holds values, into its messages.
    properties.setProperty("dumpQueriesOnException", "false");
    properties.setProperty("maxQuerySizeToLog", "0");
    properties.setProperty("connectionAttributes", "program_name:walferry");
    return new Driver()
        .connect(
            "jdbc:mariadb://"
                + settings.server()
                + "/"
                + URLEncoder.encode(settings.database(), StandardCharsets.UTF_8),
            properties);
  }

  private static String mode(Tls tls) {
    return switch (tls) {
      case DISABLE -> "disable";
      case PREFER, REQUIRE -> "trust";
      case VERIFY_CA -> "verify-ca";
      case VERIFY_FULL -> "verify-full";
    };
  }

  /** A session cannot ask for it. */
  private void lookAtSync(Statement statement) throws SQLException {
    if (lookedAtSync) {
      return;
    }
    lookedAtSync = true;
    try (ResultSet row = statement.executeQuery("SELECT @@innodb_flush_log_at_trx_commit")) {
      row.next();
      if (row.getInt(1) != 1) {
        LOG.warn(
            "{}: innodb_flush_log_at_trx_commit is {}, so a commit may not survive the loss of"
                + " power, and the source may have forgotten it; set it to 1",
            settings.display(),
            row.getInt(1));
      }
    }
  }

  private static void closeAfter(WalferryException failure, Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      failure.addSuppressed(e);
    }
  }

  /** Makes the table of letters beside the transactions of others, which DDL would end. */
  void createDeadLetters() {
    try (SqlSession aside = session()) {
      aside.connect();
      MysqlPositionDialect.INSTANCE.createDeadLetters(aside);
    }
  }
}
