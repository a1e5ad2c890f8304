package io.walferry.cli.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.walferry.postgres.ConnectionSettings;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Configurations that are valid, of files in a directory that is the user's home, too. */
record ValidConfigs(Path directory) {
  /** Nothing but what has to be said. */
  static final String LEAST =
      """
      source:
        url: postgresql://me@db/app
      sinks:
        shop: {type: sqlite, path: shop.db}
      """;

  /** What the source of {@link #LEAST} is. */
  ConnectionSettings connection() {
    return ConnectionSettings.parse("postgresql://me@db/app", Map.of("HOME", directory.toString()));
  }

  /** The only feed. */
  FeedConfig read(String yaml, Map<String, String> environment) {
    WalferryConfig config = readAll(yaml, environment);
    assertFalse(config.several());
    assertEquals(1, config.feeds().size());
    return config.feeds().getFirst();
  }

  /** All of it. */
  WalferryConfig readAll(String yaml, Map<String, String> environment) {
    Map<String, String> complete = new HashMap<>(environment);
    complete.put("HOME", directory.toString());
    ConfigResult result = ConfigFile.parse(yaml, directory, complete);
    return assertInstanceOf(ConfigResult.Valid.class, result, result::toString).config();
  }
}
