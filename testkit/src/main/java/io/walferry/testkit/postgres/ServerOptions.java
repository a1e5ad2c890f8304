package io.walferry.testkit.postgres;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** All that a builder was told, with the defaults filled in. */
record ServerOptions(
    int major,
    Map<String, String> settings,
    Optional<Integer> port,
    Duration startTimeout,
    ClusterOptions cluster) {
  ServerOptions {
    settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
  }
}
