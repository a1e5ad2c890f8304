package io.walferry.postgres;

import io.walferry.error.WalferryException;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How to reach one database, as libpq understands it. Prints without its secrets.
 *
 * @param servers tried in this order; never empty
 * @param password asked for each connection
 * @param keyPassword of the client certificate's key ({@code sslpassword})
 * @param parameters what was set of the others, by the text or the environment
 */
public record ConnectionSettings(
    List<ServerAddress> servers,
    String database,
    String user,
    PasswordSource password,
    Optional<Secret> keyPassword,
    Map<ConnectionParameter, String> parameters) {
  public ConnectionSettings {
    servers = List.copyOf(servers);
    if (servers.isEmpty()) {
      throw new IllegalArgumentException("a connection needs a server");
    }
    EnumMap<ConnectionParameter, String> copy = new EnumMap<>(ConnectionParameter.class);
    copy.putAll(parameters);
    parameters = Collections.unmodifiableMap(copy);
  }

  /**
   * Reads a {@code postgresql://} URI or libpq's {@code key=value} pairs. What the text leaves open
   * comes from the environment ({@code PGHOST}, {@code PGPASSWORD}, …), then from libpq's files and
   * defaults; only the default host is {@code localhost}, not a socket. The password file is read
   * again for each connection.
   *
   * @throws WalferryException {@code CONFIGURATION_INVALID}; it says which part is wrong, but never
   *     shows the text, which may hold a password
   */
  public static ConnectionSettings parse(String text, Map<String, String> environment) {
    Map<String, String> given =
        ConnectionUri.matches(text) ? ConnectionUri.parse(text) : KeywordValues.parse(text);
    return new SettingsResolver(given, environment).resolve();
  }

  /** The same connection with a password that was given elsewhere. */
  public ConnectionSettings withPassword(PasswordSource source) {
    return new ConnectionSettings(servers, database, user, source, keyPassword, parameters);
  }

  /** {@code user@host:port/database}: fit for messages. */
  public String display() {
    return servers.stream()
        .map(ServerAddress::toString)
        .collect(Collectors.joining(",", user + "@", "/" + database));
  }

  Optional<String> parameter(ConnectionParameter parameter) {
    return Optional.ofNullable(parameters.get(parameter));
  }

  @Override
  public String toString() {
    return display();
  }
}
