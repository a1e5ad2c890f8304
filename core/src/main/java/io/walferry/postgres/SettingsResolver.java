package io.walferry.postgres;

import io.walferry.error.DidYouMean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Checks what a connection string gave and adds what the environment and libpq's defaults add. */
final class SettingsResolver {
  private static final Set<String> IDENTITY =
      Set.of("host", "port", "dbname", "user", "password", "sslpassword");

  private final Map<String, String> given;
  private final Map<String, String> environment;

  SettingsResolver(Map<String, String> given, Map<String, String> environment) {
    this.given = given;
    this.environment = environment;
  }

  ConnectionSettings resolve() {
    refuseUnknown();
    EnumMap<ConnectionParameter, String> parameters = new EnumMap<>(ConnectionParameter.class);
    for (ConnectionParameter parameter : ConnectionParameter.values()) {
      valueOf(parameter.keyword(), parameter.variable())
          .ifPresent(value -> parameters.put(parameter, checked(parameter, value)));
    }
    checkRootCertificate(parameters);
    findCertificates(parameters);
    List<ServerAddress> servers = servers();
    String user = valueOf("user", "PGUSER").orElseGet(() -> System.getProperty("user.name"));
    String database = valueOf("dbname", "PGDATABASE").orElse(user);
    PasswordSource password =
        valueOf("password", "PGPASSWORD")
            .map(text -> PasswordSource.of(new Secret(text)))
            .orElseGet(() -> new PasswordFile(passwordFile(parameters), servers, database, user));
    Optional<Secret> keyPassword = valueOf("sslpassword", "").map(Secret::new);
    return new ConnectionSettings(servers, database, user, password, keyPassword, parameters);
  }

  /** libpq takes an empty value for one that was not given. */
  private Optional<String> valueOf(String keyword, String variable) {
    return Optional.ofNullable(given.get(keyword))
        .filter(value -> !value.isEmpty())
        .or(() -> Optional.ofNullable(environment.get(variable)).filter(value -> !value.isEmpty()));
  }

  /** A mistyped text can make a piece of the password look like a name: names are not shown. */
  private void refuseUnknown() {
    Set<String> known = new LinkedHashSet<>(IDENTITY);
    for (ConnectionParameter parameter : ConnectionParameter.values()) {
      known.add(parameter.keyword());
    }
    if (given.containsKey("service")
        || (environment.containsKey("PGSERVICE") && valueOf("host", "PGHOST").isEmpty())) {
      throw InvalidConnectionText.because(
          "service files are not read; write host, dbname and user out");
    }
    for (String keyword : given.keySet()) {
      if (!known.contains(keyword)) {
        throw InvalidConnectionText.because(
            "it has a parameter that Walferry does not know"
                + DidYouMean.nearest(keyword, known)
                    .map(name -> "; did you mean '" + name + "'?")
                    .orElse("; it knows " + String.join(", ", known.stream().sorted().toList())));
      }
    }
  }

  private static String checked(ConnectionParameter parameter, String value) {
    if (!parameter.choices().isEmpty() && !parameter.choices().contains(value)) {
      throw InvalidConnectionText.because(
          parameter.keyword() + " must be one of " + String.join(", ", parameter.choices()));
    }
    switch (parameter) {
      case CONNECT_TIMEOUT -> wholeNumber(value, 1, 3600, "connect_timeout (seconds)");
      case KEEPALIVES_IDLE, KEEPALIVES_INTERVAL ->
          wholeNumber(value, 0, 32767, parameter.keyword() + " (seconds)");
      case KEEPALIVES_COUNT -> wholeNumber(value, 0, 127, parameter.keyword());
      case TCP_USER_TIMEOUT -> {
        if (!value.equals("0")) {
          throw InvalidConnectionText.because(
              "tcp_user_timeout cannot be set from Java; keepalives_idle, keepalives_interval and"
                  + " keepalives_count can");
        }
      }
      default -> {}
    }
    return value;
  }

  /** libpq's rule: the system's authorities vouch for names, so names must be checked. */
  private static void checkRootCertificate(Map<ConnectionParameter, String> parameters) {
    if (!"system".equals(parameters.get(ConnectionParameter.SSLROOTCERT))) {
      return;
    }
    String mode = parameters.getOrDefault(ConnectionParameter.SSLMODE, "verify-full");
    if (!mode.equals("verify-full")) {
      throw InvalidConnectionText.because("sslrootcert=system needs sslmode=verify-full");
    }
    parameters.put(ConnectionParameter.SSLMODE, mode);
  }

  /**
   * libpq's files in the home directory. As in libpq, who has authorities gets the server checked
   * against them even where {@code require} alone would not.
   */
  private void findCertificates(Map<ConnectionParameter, String> parameters) {
    Path directory = home().resolve(".postgresql");
    addFile(parameters, ConnectionParameter.SSLROOTCERT, directory.resolve("root.crt"));
    if (addFile(parameters, ConnectionParameter.SSLCERT, directory.resolve("postgresql.crt"))) {
      addFile(parameters, ConnectionParameter.SSLKEY, directory.resolve("postgresql.key"));
    }
    if (parameters.containsKey(ConnectionParameter.SSLROOTCERT)) {
      parameters.replace(ConnectionParameter.SSLMODE, "require", "verify-ca");
    }
  }

  /** Whether there is one now. */
  private static boolean addFile(
      Map<ConnectionParameter, String> parameters, ConnectionParameter parameter, Path file) {
    if (Files.exists(file)) {
      parameters.putIfAbsent(parameter, file.toString());
    }
    return parameters.containsKey(parameter);
  }

  private List<ServerAddress> servers() {
    String[] hosts = valueOf("host", "PGHOST").orElse("localhost").split(",", -1);
    String[] ports = valueOf("port", "PGPORT").orElse("5432").split(",", -1);
    if (ports.length != 1 && ports.length != hosts.length) {
      throw InvalidConnectionText.because(
          "%d ports for %d hosts; give one port or as many as hosts"
              .formatted(ports.length, hosts.length));
    }
    List<ServerAddress> servers = new ArrayList<>();
    for (int i = 0; i < hosts.length; i++) {
      String port = ports.length == 1 ? ports[0] : ports[i];
      servers.add(
          new ServerAddress(
              host(hosts[i], i + 1),
              port.isEmpty() ? 5432 : wholeNumber(port, 1, 65535, "the port of host " + (i + 1))));
    }
    return servers;
  }

  private static String host(String text, int number) {
    String host = text.isEmpty() ? "localhost" : text;
    if (host.startsWith("/") || host.startsWith("@")) {
      throw InvalidConnectionText.because(
          "host " + number + " is a Unix-domain socket; only TCP is spoken, write localhost");
    }
    if (!host.matches("[\\p{L}\\p{N}._:%-]+")) {
      throw InvalidConnectionText.because("host " + number + " is no host name or address");
    }
    return host;
  }

  private static int wholeNumber(String text, int least, int most, String what) {
    if (text.matches("[0-9]{1,5}")) {
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) {
        return number;
      }
    }
    throw InvalidConnectionText.because(what + " must be a number from " + least + " to " + most);
  }

  private Path passwordFile(Map<ConnectionParameter, String> parameters) {
    return Optional.ofNullable(parameters.get(ConnectionParameter.PASSFILE))
        .map(Path::of)
        .orElseGet(() -> home().resolve(".pgpass"));
  }

  private Path home() {
    return Path.of(
        Optional.ofNullable(environment.get("HOME"))
            .orElseGet(() -> System.getProperty("user.home")));
  }
}
