package io.walferry.postgres;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/**
 * Opens sessions that read and print values in one way, whatever server, database, role or this
 * machine say: fixed encoding, time zone, date, interval, float, bytea and XML style, arrays with
 * NULL, an empty search path, so that names come out qualified and in quotes only where they need
 * them, and an error where row security would hide rows. They are read committed, may write if the
 * server lets them, outlive an error, and no time limits of the server apply. May be used by
 * several threads at once.
 */
public final class PostgresConnector {
  private static final int TIMEOUT_SECONDS_DEFAULT = 15;

  /** A machine that is gone is noticed within a minute, and no firewall forgets a quiet stream. */
  private static final String IDLE_SECONDS = "30";

  private static final String INTERVAL_SECONDS = "10";
  private static final String PROBES = "3";

  /**
   * Set after start-up, because the driver sends the JVM's time zone with it, which outranks {@code
   * options}, and a role's or database's own settings would outrank the server's. A server that is
   * read-only after this is a standby, and may come to be none.
   */
  private static final String FIXED_SETTINGS =
      """
      SET client_encoding = 'UTF8';
      SET "TimeZone" = 'UTC';
      SET "DateStyle" = 'ISO, MDY';
      SET "IntervalStyle" = 'postgres';
      SET extra_float_digits = 3;
      SET bytea_output = 'hex';
      SET lc_monetary = 'C';
      SET search_path = '';
      SET row_security = off;
      SET array_nulls = on;
      SET xmloption = content;
      SET standard_conforming_strings = on;
      SET quote_all_identifiers = off;
      SET transform_null_equals = off;
      SET exit_on_error = off;
      SET client_min_messages = warning;
      SET default_transaction_isolation = 'read committed';
      SET default_transaction_read_only = off;
      SELECT pg_catalog.set_config(name, '0', false) FROM pg_catalog.pg_settings
       WHERE name IN ('lock_timeout', 'statement_timeout', 'transaction_timeout',
                      'idle_session_timeout', 'idle_in_transaction_session_timeout')
      """;

  /**
   * Has a sender pass on what a database with the encoding {@code SQL_ASCII} has: it would fail at
   * the first byte that is no UTF-8 and never come beyond it.
   */
  private static final String UNCONVERTED =
      """
      SELECT pg_catalog.set_config('client_encoding', 'SQL_ASCII', false)
       WHERE pg_catalog.current_setting('server_encoding') = 'SQL_ASCII'
      """;

  private final ConnectionSettings settings;
  private final String applicationName;

  /** Whether the server has let us in: then a refusal may come of credentials that are renewed. */
  private volatile boolean accepted;

  /** The application name is shown in {@code pg_stat_activity} unless the settings give one. */
  public PostgresConnector(ConnectionSettings settings, String applicationName) {
    this.settings = settings;
    this.applicationName = applicationName;
  }

  public ConnectionSettings settings() {
    return settings;
  }

  /** A session for SQL, in auto-commit mode. The caller closes it. */
  public Connection connect() {
    return open(properties(), FIXED_SETTINGS, "connect to " + settings.display());
  }

  /**
   * A walsender session: takes replication commands, and SQL by simple queries only. Reading never
   * times out, since an idle stream is healthy. Text of a database with the encoding {@code
   * SQL_ASCII} comes as it is there, whatever its bytes are. The caller closes it.
   */
  public Connection connectForReplication() {
    refuseGssEncryption();
    Properties properties = properties();
    PGProperty.REPLICATION.set(properties, "database");
    PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "10");
    PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
    PGProperty.GSS_ENC_MODE.set(properties, "disable");
    PGProperty.ALLOW_ENCODING_CHANGES.set(properties, true);
    String fixed = FIXED_SETTINGS + ";" + UNCONVERTED;
    return open(properties, fixed, "connect for replication to " + settings.display());
  }

  /** Under it the driver keeps the key to itself, so that its socket cannot be taken over. */
  private void refuseGssEncryption() {
    if (settings.parameter(ConnectionParameter.GSSENCMODE).equals(Optional.of("require"))) {
      throw new WalferryException(
          ErrorCode.CONFIGURATION_INVALID,
          "could not connect for replication to "
              + settings.display()
              + ": gssencmode=require is not possible for it; take gssencmode=disable and"
              + " sslmode=require, or stricter");
    }
  }

  private Connection open(Properties properties, String fixed, String attempted) {
    try {
      password(attempted).ifPresent(it -> PGProperty.PASSWORD.set(properties, it.reveal()));
      Connection connection = new Driver().connect(url(), properties);
      if (connection == null) {
        throw new WalferryException(
            ErrorCode.INTERNAL, "could not " + attempted + ": the driver does not know its URL");
      }
      fixSettings(connection, fixed);
      accepted = true;
      return connection;
    } catch (SQLException e) {
      WalferryException failure = PostgresErrors.translateConnecting(e, attempted);
      throw accepted && isRefusal(failure.code())
          ? new WalferryException(ErrorCode.ACCESS_WITHDRAWN, failure.getMessage(), e)
          : failure;
    }
  }

  @SuppressWarnings("CatchingUnchecked") // Not ours: it may throw anything.
  private Optional<Secret> password(String attempted) {
    try {
      return settings.password().ask();
    } catch (WalferryException e) {
      throw new WalferryException(e.code(), "could not " + attempted + ": " + e.getMessage(), e);
    } catch (RuntimeException e) {
      throw new WalferryException(
          ErrorCode.PASSWORD_UNAVAILABLE,
          "could not " + attempted + ": asking for the password failed",
          e);
    }
  }

  private static boolean isRefusal(ErrorCode code) {
    return code == ErrorCode.AUTHENTICATION_FAILED
        || code == ErrorCode.CLIENT_CERTIFICATE_REFUSED
        || code == ErrorCode.TLS_FAILED;
  }

  private static void fixSettings(Connection connection, String fixed) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(fixed);
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  private String url() {
    return settings.servers().stream()
        .map(ServerAddress::toString)
        .collect(
            Collectors.joining(
                ",",
                "jdbc:postgresql://",
                "/" + URLEncoder.encode(settings.database(), StandardCharsets.UTF_8)));
  }

  /** All but the password. */
  private Properties properties() {
    Properties properties = new Properties();
    PGProperty.USER.set(properties, settings.user());
    PGProperty.APPLICATION_NAME.set(
        properties,
        settings.parameter(ConnectionParameter.APPLICATION_NAME).orElse(applicationName));
    PGProperty.LOG_SERVER_ERROR_DETAIL.set(properties, false);
    setKeepAlive(properties);
    setTimeouts(properties);
    setTls(properties);
    set(properties, ConnectionParameter.OPTIONS, PGProperty.OPTIONS);
    set(properties, ConnectionParameter.CHANNEL_BINDING, PGProperty.CHANNEL_BINDING);
    set(properties, ConnectionParameter.REQUIRE_AUTH, PGProperty.REQUIRE_AUTH);
    set(properties, ConnectionParameter.GSSENCMODE, PGProperty.GSS_ENC_MODE);
    set(properties, ConnectionParameter.GSSLIB, PGProperty.GSS_LIB);
    set(properties, ConnectionParameter.KRBSRVNAME, PGProperty.KERBEROS_SERVER_NAME);
    settings
        .parameter(ConnectionParameter.TARGET_SESSION_ATTRS)
        .ifPresent(it -> PGProperty.TARGET_SERVER_TYPE.set(properties, targetServerType(it)));
    return properties;
  }

  private void setKeepAlive(Properties properties) {
    PGProperty.TCP_KEEP_ALIVE.set(
        properties, !settings.parameter(ConnectionParameter.KEEPALIVES).equals(Optional.of("0")));
    PGProperty.SOCKET_FACTORY.set(properties, DriverSockets.class.getName());
    PGProperty.SOCKET_FACTORY_ARG.set(
        properties,
        Stream.of(
                settings.parameter(ConnectionParameter.KEEPALIVES_IDLE).orElse(IDLE_SECONDS),
                settings
                    .parameter(ConnectionParameter.KEEPALIVES_INTERVAL)
                    .orElse(INTERVAL_SECONDS),
                settings.parameter(ConnectionParameter.KEEPALIVES_COUNT).orElse(PROBES))
            .collect(Collectors.joining(",")));
  }

  private void setTimeouts(Properties properties) {
    int seconds =
        settings
            .parameter(ConnectionParameter.CONNECT_TIMEOUT)
            .map(Integer::parseInt)
            .orElse(TIMEOUT_SECONDS_DEFAULT);
    PGProperty.CONNECT_TIMEOUT.set(properties, seconds);
    // A server that accepts and then says nothing must not hold us either.
    PGProperty.LOGIN_TIMEOUT.set(properties, seconds * settings.servers().size());
  }

  private void setTls(Properties properties) {
    set(properties, ConnectionParameter.SSLMODE, PGProperty.SSL_MODE);
    set(properties, ConnectionParameter.SSLCERT, PGProperty.SSL_CERT);
    set(properties, ConnectionParameter.SSLKEY, PGProperty.SSL_KEY);
    settings.keyPassword().ifPresent(it -> PGProperty.SSL_PASSWORD.set(properties, it.reveal()));
    set(properties, ConnectionParameter.SSLROOTCERT, PGProperty.SSL_ROOT_CERT);
    PGProperty.SSL_FACTORY.set(properties, TlsFactory.class.getName());
  }

  private void set(Properties properties, ConnectionParameter from, PGProperty to) {
    settings.parameter(from).ifPresent(value -> to.set(properties, value));
  }

  private static String targetServerType(String targetSessionAttributes) {
    return switch (targetSessionAttributes) {
      case "read-write", "primary" -> "primary";
      case "read-only", "standby" -> "secondary";
      case "prefer-standby" -> "preferSecondary";
      default -> "any";
    };
  }
}
