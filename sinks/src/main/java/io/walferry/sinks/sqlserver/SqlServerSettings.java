package io.walferry.sinks.sqlserver;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.PasswordSource;
import io.walferry.postgres.Secret;
import io.walferry.postgres.ServerAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How to reach one database. Prints without its secrets.
 *
 * @param password asked for each connection
 * @param trustStore file (JKS or PKCS12) with the authorities that may sign the server's
 *     certificate; those of the JDK without one
 * @param schema where tables of the source's schema {@code public} go
 */
public record SqlServerSettings(
    ServerAddress server,
    String database,
    String user,
    PasswordSource password,
    Tls tls,
    Optional<String> trustStore,
    String schema) {
  private static final int PORT = 1433;
  private static final String SCHEMA = "dbo";

  /** What is asked of TLS, in the words that libpq has for it. */
  public enum Tls {
    DISABLE,
    /** The server's certificate may be anybody's. */
    REQUIRE,
    VERIFY_FULL;

    private String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** Whether a text is meant to be read here, by its first letters. */
  public static boolean matches(String text) {
    return text.startsWith("sqlserver://");
  }

  /**
   * Reads {@code sqlserver://user:password@host:port/database?sslmode=…&truststore=…&schema=…}.
   *
   * @throws WalferryException {@code CONFIGURATION_INVALID}; it says which part is wrong, but never
   *     shows the text, which may hold a password
   */
  public static SqlServerSettings parse(String text) {
    if (!matches(text)) {
      throw invalid("it does not begin with sqlserver://");
    }
    String rest = text.substring(text.indexOf("://") + 3);
    int question = rest.indexOf('?');
    String query = question < 0 ? "" : rest.substring(question + 1);
    String place = question < 0 ? rest : rest.substring(0, question);
    int slash = place.indexOf('/');
    if (slash < 0 || slash == place.length() - 1) {
      throw invalid("it names no database, as in sqlserver://user@host/database");
    }
    String database = decoded(place.substring(slash + 1), "the database");
    String authority = place.substring(0, slash);
    int at = authority.lastIndexOf('@');
    if (at <= 0) {
      throw invalid("it names no user, as in sqlserver://user@host/database");
    }
    String user = authority.substring(0, at);
    int colon = user.indexOf(':');
    PasswordSource password =
        colon < 0
            ? PasswordSource.none()
            : PasswordSource.of(new Secret(decoded(user.substring(colon + 1), "the password")));
    String name = decoded(colon < 0 ? user : user.substring(0, colon), "the user");
    SqlServerSettings plain =
        new SqlServerSettings(
            address(authority.substring(at + 1)),
            database,
            name,
            password,
            Tls.VERIFY_FULL,
            Optional.empty(),
            SCHEMA);
    return plain.withQuery(query);
  }

  private SqlServerSettings withQuery(String query) {
    SqlServerSettings result = this;
    for (String pair : query.split("&", -1)) {
      if (pair.isEmpty()) {
        continue;
      }
      int equals = pair.indexOf('=');
      String key = equals < 0 ? pair : pair.substring(0, equals);
      String value = equals < 0 ? "" : decoded(pair.substring(equals + 1), "a parameter");
      result =
          switch (key) {
            case "sslmode" -> result.with(tls(value));
            case "truststore" -> result.withTrustStore(value);
            case "schema" -> result.withSchema(value);
            default ->
                throw invalid(
                    "its parameters are sslmode, truststore and schema, but it has another");
          };
    }
    return result;
  }

  private static Tls tls(String word) {
    return Arrays.stream(Tls.values())
        .filter(tls -> tls.word().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                invalid(
                    "sslmode is one of "
                        + Arrays.stream(Tls.values())
                            .map(Tls::word)
                            .collect(Collectors.joining(", "))));
  }

  private static ServerAddress address(String text) {
    int end = text.startsWith("[") ? text.indexOf(']') : -1;
    int colon = text.indexOf(':', Math.max(0, end));
    String host = colon < 0 ? text : text.substring(0, colon);
    String bare = end > 0 ? host.substring(1, host.length() - 1) : host;
    if (bare.isEmpty()) {
      throw invalid("it names no host");
    }
    return new ServerAddress(
        decoded(bare, "the host"), colon < 0 ? PORT : port(text.substring(colon + 1)));
  }

  private static int port(String text) {
    if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > 65_535) {
      throw invalid("its port is no number up to 65535");
    }
    return Integer.parseInt(text);
  }

  private static String decoded(String text, String what) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw invalid(what + " has a '%' without two hexadecimal digits");
    }
  }

  private static WalferryException invalid(String problem) {
    return new WalferryException(
        ErrorCode.CONFIGURATION_INVALID, "cannot understand the connection string: " + problem);
  }

  /** The same with a password that was given elsewhere. */
  public SqlServerSettings withPassword(PasswordSource source) {
    return new SqlServerSettings(server, database, user, source, tls, trustStore, schema);
  }

  private SqlServerSettings with(Tls other) {
    return new SqlServerSettings(server, database, user, password, other, trustStore, schema);
  }

  private SqlServerSettings withTrustStore(String file) {
    return new SqlServerSettings(server, database, user, password, tls, Optional.of(file), schema);
  }

  /** The same with tables of the source's schema {@code public} elsewhere. */
  public SqlServerSettings withSchema(String other) {
    if (other.isBlank() || TableNames.fold(other).equals(SqlServerPositionDialect.SCHEMA)) {
      throw invalid("schema is the name of one, and not of Walferry's own");
    }
    return new SqlServerSettings(server, database, user, password, tls, trustStore, other);
  }

  /** The same with another database of the server. */
  SqlServerSettings withDatabase(String other) {
    return new SqlServerSettings(server, other, user, password, tls, trustStore, schema);
  }

  /** {@code user@host:port/database}: fit for messages. */
  public String display() {
    return user + "@" + server + "/" + database;
  }

  @Override
  public String toString() {
    return display();
  }
}
