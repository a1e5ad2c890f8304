package io.walferry.sinks.sqlserver;

import com.microsoft.sqlserver.jdbc.SQLServerDriver;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.Secret;
import io.walferry.sinks.sql.SqlSession;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How the destination is reached, and how its sessions are set up. For any thread. */
public final class SqlServerConnector {
  private static final Logger LOG = LoggerFactory.getLogger(SqlServerConnector.class);

  /** 2019. */
  private static final int MAJOR_MIN = 15;

  /**
   * As sessions of applications have it, so that indexes on expressions and views can be kept;
   * messages in English, whose form we know. XACT_ABORT is off, or no row that is refused could be
   * taken back alone: whoever fails otherwise never commits.
   */
  private static final String SESSION =
      "SET XACT_ABORT OFF; SET ANSI_NULLS ON; SET ANSI_PADDING ON; SET ANSI_WARNINGS ON;"
          + " SET ARITHABORT ON; SET CONCAT_NULL_YIELDS_NULL ON; SET QUOTED_IDENTIFIER ON;"
          + " SET NUMERIC_ROUNDABORT OFF; SET NOCOUNT OFF; SET ROWCOUNT 0;"
          + " SET TEXTSIZE 2147483647; SET LANGUAGE us_english; SET DATEFORMAT ymd;"
          + " SET TRANSACTION ISOLATION LEVEL READ COMMITTED; SET LOCK_TIMEOUT ";

  /** Editions 5 and 8 are Azure's, which are always of the newest version and number it anew. */
  private static final String SERVER =
      "SELECT CAST(SERVERPROPERTY('ProductMajorVersion') AS int),"
          + " CAST(SERVERPROPERTY('EngineEdition') AS int),"
          + " CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)), d.delayed_durability_desc"
          + " FROM sys.databases d WHERE d.database_id = DB_ID()";

  private static final int CONNECT_SECONDS_MAX = 15;

  private final SqlServerSettings settings;
  private final Duration lockTimeout;
  private final Duration silenceMax;
  private final SqlServerErrors errors;
  private volatile boolean accepted;

  /** Whether the server's version and durability were looked at. */
  private volatile boolean looked;

  /** A database that is reached with these settings; nothing is opened yet. */
  public SqlServerConnector(SqlServerSettings settings, SqlServerSinkSettings sink) {
    this.settings = settings;
    this.lockTimeout = sink.lockTimeout();
    this.silenceMax = sink.silenceMax();
    this.errors = new SqlServerErrors(settings.display());
  }

  /** A session of its own that is not connected yet. */
  SqlSession session() {
    return new SqlSession(settings.display(), errors, this::connect, silenceMax);
  }

  SqlServerSettings settings() {
    return settings;
  }

  SqlServerErrors errors() {
    return errors;
  }

  /**
   * Connects and sets the session up. The caller closes it.
   *
   * @throws WalferryException if the server cannot be reached, does not let us in or is too old
   */
  public Connection connect() {
    Connection connection = opened();
    try (Statement statement = connection.createStatement()) {
      boolean unused = statement.execute(SESSION + lockTimeout.toMillis());
      look(statement);
      return connection;
    } catch (SQLException e) {
      WalferryException failure = errors.translate("prepare a session", e);
      closeAfter(failure, connection);
      throw failure;
    } catch (WalferryException e) {
      closeAfter(e, connection);
      throw e;
    }
  }

  private Connection opened() {
    Optional<Secret> password = password();
    try {
      Connection connection = new SQLServerDriver().connect(url(), properties(password));
      accepted = true;
      return connection;
    } catch (SQLException e) {
      throw errors.connecting(e, accepted);
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

  private static String url() {
    return "jdbc:sqlserver://";
  }

  private Properties properties(Optional<Secret> password) {
    Properties properties = new Properties();
    properties.setProperty("serverName", settings.server().host());
    properties.setProperty("portNumber", Integer.toString(settings.server().port()));
    properties.setProperty("databaseName", settings.database());
    properties.setProperty("user", settings.user());
    password.ifPresent(it -> properties.setProperty("password", it.reveal()));
    switch (settings.tls()) {
      case DISABLE -> properties.setProperty("encrypt", "false");
      case REQUIRE -> {
        properties.setProperty("encrypt", "true");
        properties.setProperty("trustServerCertificate", "true");
      }
      case VERIFY_FULL -> {
        properties.setProperty("encrypt", "true");
        properties.setProperty("trustServerCertificate", "false");
        settings.trustStore().ifPresent(file -> properties.setProperty("trustStore", file));
      }
    }
    properties.setProperty("loginTimeout", Integer.toString(CONNECT_SECONDS_MAX));
    properties.setProperty("applicationName", "walferry");
    properties.setProperty("sendStringParametersAsUnicode", "true");
    // The count of a statement, and not those of its triggers.
    properties.setProperty("lastUpdateCount", "true");
    // A session that was made anew in silence would have lost its transaction.
    properties.setProperty("connectRetryCount", "0");
    return properties;
  }

  private void look(Statement statement) throws SQLException {
    if (looked) {
      return;
    }
    try (ResultSet row = statement.executeQuery(SERVER)) {
      if (!row.next()) {
        return;
      }
      int edition = row.getInt(2);
      if (row.getInt(1) < MAJOR_MIN && edition != 5 && edition != 8) {
        throw new WalferryException(
            ErrorCode.CONFIGURATION_INVALID,
            settings.display()
                + ": expected SQL Server 2019 (15) or later, got version "
                + row.getString(3));
      }
      if ("FORCED".equals(row.getString(4))) {
        LOG.warn(
            "{}: DELAYED_DURABILITY is FORCED, so a commit may not survive the loss of power, and"
                + " the source may have forgotten it; set it to DISABLED",
            settings.display());
      }
    }
    looked = true;
  }

  private static void closeAfter(WalferryException failure, Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      failure.addSuppressed(e);
    }
  }

  /** Makes the table of letters beside the transactions of others. */
  void createDeadLetters() {
    try (SqlSession aside = session()) {
      aside.connect();
      SqlServerPositionDialect.INSTANCE.createDeadLetters(aside);
    }
  }
}
