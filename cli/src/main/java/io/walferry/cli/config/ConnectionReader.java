package io.walferry.cli.config;

import io.walferry.error.WalferryException;
import io.walferry.postgres.ConnectionSettings;
import io.walferry.postgres.PasswordSource;
import java.util.Optional;

/** Reads how a PostgreSQL server is reached: keys {@code url} and {@code password}. */
final class ConnectionReader {
  private final Reading reading;

  ConnectionReader(Reading reading) {
    this.reading = reading;
  }

  void requireUrl(Section section) {
    if (!section.has("url")) {
      reading.problem(
          section.place(),
          "'" + section.pathOf("url") + "' is missing, such as postgresql://user@host/database");
    }
  }

  /**
   * Empty also where the url is missing. The password of a default {@code url} goes with it: it
   * must not be sent to the server of another one.
   */
  Optional<ConnectionSettings> read(Section section) {
    Optional<Scalar> url = section.secret("url");
    boolean ofAnotherUrl = section.overrides("url") && section.inherits("password");
    Optional<PasswordSource> password =
        section.password("password").filter(source -> !ofAnotherUrl);
    return url.flatMap(text -> parsed(section.pathOf("url"), text))
        .map(it -> password.map(it::withPassword).orElse(it));
  }

  private Optional<ConnectionSettings> parsed(String path, Scalar url) {
    try {
      return Optional.of(ConnectionSettings.parse(url.text(), reading.environment()));
    } catch (WalferryException e) {
      reading.problem(url.place(), "'" + path + "': " + e.getMessage());
      return Optional.empty();
    }
  }
}
