package io.walferry.sinks.mysql;

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
 * @param rootCertificate file with the authorities that may sign the server's certificate; those of
 *     the JDK without one
 */
public record MysqlSettings(
    ServerAddress server,
    String database,
    String user,
    PasswordSource password,
    Tls tls,
    Optional<String> rootCertificate) {
  private static final int PORT = 3306;

  /** What is asked of TLS, in the words that libpq has for it. */
  public enum Tls {
    DISABLE,
    /** If the server has it; its certificate may be anybody's. */
    PREFER,
    /** The server's certificate may be anybody's. */
    REQUIRE,
    VERIFY_CA,
    VERIFY_FULL;

    /** Whether the server has to show whose it is. */
    boolean verifies() {
      return this == VERIFY_CA || this == VERIFY_FULL;
    }

    private String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** Whether a text is meant to be read here, by its first letters. */
  public static boolean matches(String text) {
    return text.matches("(jdbc:)?(mysql|mariadb)://.*");
  }

  /**
   * Reads {@code mysql://user:password@host:port/database?sslmode=…&sslrootcert=…}; {@code mariadb}
   * and {@code jdbc:} before either mean the same. Without {@code sslmode}, authorities mean {@link
   * Tls#VERIFY_FULL}, this machine {@link Tls#PREFER}, and any other {@link Tls#REQUIRE}.
   *
   * @throws WalferryException {@code CONFIGURATION_INVALID}; it says which part is wrong, but never
   *     shows the text, which may hold a password
   */
  public static MysqlSettings parse(String text) {
    if (!matches(text)) {
      throw invalid("it does not begin with mysql:// or mariadb://");
    }
    String rest = text.substring(text.indexOf("://") + 3);
    int question = rest.indexOf('?');
    String query = question < 0 ? "" : rest.substring(question + 1);
    String place = question < 0 ? rest : rest.substring(0, question);
    int slash = place.indexOf('/');
    if (slash < 0 || slash == place.length() - 1) {
      throw invalid("it names no database, as in mysql://user@host/database");
    }
    String database = decoded(place.substring(slash + 1), "the database");
    String authority = place.substring(0, slash);
    int at = authority.lastIndexOf('@');
    if (at <= 0) {
      throw invalid("it names no user, as in mysql://user@host/database");
    }
    String user = authority.substring(0, at);
    int colon = user.indexOf(':');
    PasswordSource password =
        colon < 0
            ? PasswordSource.none()
            : PasswordSource.of(new Secret(decoded(user.substring(colon + 1), "the password")));
    String name = decoded(colon < 0 ? user : user.substring(0, colon), "the user");
    MysqlSettings plain =
        new MysqlSettings(
            address(authority.substring(at + 1)),
            database,
            name,
            password,
            Tls.REQUIRE,
            Optional.empty());
    return plain.withQuery(query);
  }

  private MysqlSettings withQuery(String query) {
    Optional<Tls> mode = Optional.empty();
    Optional<String> authorities = Optional.empty();
    for (String pair : query.split("&", -1)) {
      if (pair.isEmpty()) {
        continue;
      }
      int equals = pair.indexOf('=');
      String key = equals < 0 ? pair : pair.substring(0, equals);
      String value = equals < 0 ? "" : decoded(pair.substring(equals + 1), "a parameter");
      switch (key) {
        case "sslmode" -> mode = Optional.of(tls(value));
        case "sslrootcert" -> authorities = Optional.of(value);
        default -> throw invalid("its parameters are sslmode and sslrootcert, but it has another");
      }
    }
    if (authorities.isPresent() && mode.isPresent() && !mode.get().verifies()) {
      throw invalid("sslrootcert needs sslmode=verify-ca or verify-full");
    }
    Tls unsaid = authorities.isPresent() ? Tls.VERIFY_FULL : unsaid(server.host());
    return new MysqlSettings(server, database, user, password, mode.orElse(unsaid), authorities);
  }

  /**
   * What is asked where nothing is said. Rows and passwords cross no network in the clear because
   * somebody on the way says that there is no TLS; on this machine there is nobody on the way.
   */
  private static Tls unsaid(String host) {
    boolean here =
        host.equals("localhost")
            || host.equals("::1")
            // An address, not a name that begins with 127.
            || host.matches("127(\\.[0-9]{1,3}){3}");
    return here ? Tls.PREFER : Tls.REQUIRE;
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
  public MysqlSettings withPassword(PasswordSource source) {
    return new MysqlSettings(server, database, user, source, tls, rootCertificate);
  }

  MysqlSettings with(Tls other) {
    return new MysqlSettings(server, database, user, password, other, rootCertificate);
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
