package io.walferry.testkit.postgres;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Describes a server to start; each method returns this builder. Used by one thread. */
public final class PostgresServerBuilder {
  /** System property that overrides the default major version, {@value #OLDEST_IN_FULL}. */
  public static final String MAJOR_PROPERTY = "walferry.test.postgres.major";

  private static final int OLDEST_IN_FULL = 14;

  private final Map<String, String> settings = new LinkedHashMap<>();
  private final List<String> initdbArguments = new ArrayList<>();
  private int major = defaultMajor();
  private boolean durable;
  private Optional<Path> dataDirectory = Optional.empty();
  private Optional<String> password = Optional.empty();
  private Optional<Integer> port = Optional.empty();
  private Duration startTimeout = Duration.ofSeconds(90);

  PostgresServerBuilder() {}

  /**
   * The oldest major that is supported in full, or what system property {@value #MAJOR_PROPERTY}
   * says.
   */
  public static int defaultMajor() {
    return Integer.getInteger(MAJOR_PROPERTY, OLDEST_IN_FULL);
  }

  public PostgresServerBuilder major(int newMajor) {
    major = newMajor;
    return this;
  }

  /**
   * Whether commits survive {@link PostgresServer#kill()}: with true the server writes the WAL
   * through to the disc, with false (the default) it is fast and may lose what it just committed.
   */
  public PostgresServerBuilder durable(boolean newDurable) {
    durable = newDurable;
    return this;
  }

  /** A line of postgresql.conf; wins over this library's own choice, loses to ALTER SYSTEM. */
  public PostgresServerBuilder setting(String name, String value) {
    settings.put(name, value);
    return this;
  }

  /**
   * Keeps the data here after close; a cluster that is there already is used, an empty or missing
   * directory is initialised. Without this the data are temporary.
   */
  public PostgresServerBuilder dataDirectory(Path directory) {
    dataDirectory = Optional.of(directory);
    return this;
  }

  /** Demands scram-sha-256 with this password of every connection; without it all are trusted. */
  public PostgresServerBuilder password(String newPassword) {
    password = Optional.of(newPassword);
    return this;
  }

  /** A fixed port instead of any free one. */
  public PostgresServerBuilder port(int newPort) {
    port = Optional.of(newPort);
    return this;
  }

  /** More words for initdb; they come after, and so win over, {@code -E UTF8 --locale=C}. */
  public PostgresServerBuilder initdbArguments(String... arguments) {
    initdbArguments.addAll(List.of(arguments));
    return this;
  }

  /** How long a start, recovery included, may take. */
  public PostgresServerBuilder startTimeout(Duration timeout) {
    startTimeout = timeout;
    return this;
  }

  /** Creates the cluster where needed and returns when the server accepts connections. */
  public PostgresServer start() {
    return start(LaunchIdentity.detect());
  }

  PostgresServer start(LaunchIdentity identity) {
    Map<String, String> all = standardSettings();
    if (!durable) {
      all.putAll(fastSettings());
    }
    all.putAll(settings);
    ClusterOptions cluster = new ClusterOptions(dataDirectory, password, initdbArguments);
    return PostgresServer.create(
        new ServerOptions(major, all, port, startTimeout, cluster), identity);
  }

  private static Map<String, String> standardSettings() {
    var map = new LinkedHashMap<String, String>();
    map.put("listen_addresses", "127.0.0.1");
    map.put("unix_socket_directories", "");
    map.put("wal_level", "logical");
    map.put("max_replication_slots", "20");
    map.put("max_wal_senders", "20");
    map.put("max_connections", "200");
    map.put("max_prepared_transactions", "20");
    map.put("timezone", "UTC");
    map.put("log_timezone", "UTC");
    // In the data directory, so that nothing of a crashed server stays behind in /dev/shm.
    map.put("dynamic_shared_memory_type", "mmap");
    // A test that waits in a statement for what does not come fails instead.
    map.put("statement_timeout", "5min");
    return map;
  }

  private static Map<String, String> fastSettings() {
    return Map.of(
        "fsync", "off",
        "synchronous_commit", "off",
        "full_page_writes", "off",
        // A walsender sees an asynchronous commit only after the WAL writer has passed it.
        "wal_writer_delay", "10ms");
  }
}
