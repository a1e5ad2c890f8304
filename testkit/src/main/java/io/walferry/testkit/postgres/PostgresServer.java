package io.walferry.testkit.postgres;

import io.walferry.testkit.internal.FreePort;
import io.walferry.testkit.internal.Guardian;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/**
 * A PostgreSQL server of our own on 127.0.0.1 that can be stopped, crashed and started again on the
 * same data and port. It ends with this JVM, however the JVM ends, and temporary data with it.
 *
 * <p>Any thread may call; calls that start or stop the server wait for each other.
 */
public final class PostgresServer implements AutoCloseable {
  /** The superuser that owns everything. */
  public static final String USER = "postgres";

  private static final Duration STOP_MAX = Duration.ofSeconds(60);
  private static final int PORTS_TRIED_MAX = 5;

  private final ServerOptions options;
  private final LaunchIdentity identity;
  private final PostgresArchive archive;
  private final Path installation;
  private final DataDirectory data;
  private final Guardian guardian;
  private volatile int port;
  private Optional<PostgresProcess> process = Optional.empty();
  private boolean closed;

  private PostgresServer(
      ServerOptions options, LaunchIdentity identity, PostgresArchive archive, DataDirectory data) {
    this.options = options;
    this.identity = identity;
    this.archive = archive;
    this.installation = BinaryCache.ofThisUser().installation(archive);
    this.data = data;
    this.guardian = ServerGuard.watch(data);
  }

  public static PostgresServerBuilder builder() {
    return new PostgresServerBuilder();
  }

  static PostgresServer create(ServerOptions options, LaunchIdentity identity) {
    PostgresArchive archive = PostgresBinaries.standard().archive(options.major());
    DataDirectory data = DataDirectory.of(options.cluster().dataDirectory(), options.major());
    PostgresServer server = new PostgresServer(options, identity, archive, data);
    try {
      data.initialise(server.installation, options, identity);
      server.startOnFreePort();
      return server;
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
  }

  private void startOnFreePort() {
    for (int tries = 1; ; tries++) {
      port = options.port().orElseGet(FreePort::choose);
      try {
        start();
        return;
      } catch (PostgresServerException e) {
        boolean portTaken = data.logTail().contains("could not bind");
        if (!portTaken || options.port().isPresent() || tries == PORTS_TRIED_MAX) {
          throw e;
        }
      }
    }
  }

  /** Starts the stopped or crashed server again; no effect on a running one. */
  public synchronized void start() {
    if (closed) {
      throw new IllegalStateException("The server on port " + port + " is closed");
    }
    if (isRunning()) {
      return;
    }
    data.configure(options.settings(), port);
    guardian.tell(ServerGuard.RUNNING);
    PostgresProcess launched =
        PostgresProcess.launch(installation.resolve("bin/postgres"), data, identity);
    process = Optional.of(launched);
    try {
      launched.awaitReady(options.startTimeout());
    } catch (PostgresServerException e) {
      kill();
      throw e;
    }
  }

  /**
   * Asks the server to stop and returns when it has; no effect on a stopped one. {@link
   * StopMode#FAST} fails after a minute if a replication connection that does not confirm what it
   * received holds the server back.
   */
  public synchronized void stop(StopMode mode) {
    if (process.isEmpty()) {
      return;
    }
    process.get().signal(mode.signal());
    if (!process.get().exitsWithin(STOP_MAX)) {
      throw data.failure("PostgreSQL did not stop (%s) within %s".formatted(mode, STOP_MAX));
    }
    forgetProcess();
  }

  /** Crashes the server: SIGKILL to the postmaster and all its children, none of which remains. */
  public synchronized void kill() {
    if (process.isEmpty()) {
      return;
    }
    process.get().crash();
    forgetProcess();
  }

  private void forgetProcess() {
    process = Optional.empty();
    guardian.tell(ServerGuard.STOPPED);
  }

  /** Stops fast and starts again, on the same port. */
  public synchronized void restart() {
    stop(StopMode.FAST);
    start();
  }

  /** Stops the server for good and removes its data, unless a data directory was given. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      stop(data.ephemeral().isPresent() ? StopMode.IMMEDIATE : StopMode.FAST);
    } catch (PostgresServerException e) {
      kill();
    } finally {
      guardian.release();
    }
  }

  public synchronized boolean isRunning() {
    return process.isPresent() && process.get().isAlive();
  }

  /** The port, which stays the same over all starts of this server. */
  public int port() {
    return port;
  }

  public int major() {
    return archive.major();
  }

  /** The version of the programs as their jar says it, such as {@code 14.24.0}. */
  public String version() {
    return archive.version();
  }

  public Path dataDirectory() {
    return data.path();
  }

  /** The last few kilobytes of the server's log. */
  public String logTail() {
    return data.logTail();
  }

  /** A URL for JDBC that holds the user, and the password if there is one. */
  public String jdbcUrl(String database) {
    String password =
        options.cluster().password().map(secret -> "&password=" + encoded(secret)).orElse("");
    return "jdbc:postgresql://127.0.0.1:%d/%s?user=%s%s"
        .formatted(port, encoded(database), USER, password);
  }

  /** A URI as libpq takes it, such as {@code postgresql://postgres@127.0.0.1:15432/shop}. */
  public String uri(String database) {
    String password = options.cluster().password().map(secret -> ":" + encoded(secret)).orElse("");
    return "postgresql://%s%s@127.0.0.1:%d/%s".formatted(USER, password, port, encoded(database));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  public Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(jdbcUrl(database));
  }

  /** Creates an empty database whose name starts with the prefix and is new on every server. */
  public Database createDatabase(String prefix) throws SQLException {
    String suffix = UUID.randomUUID().toString().substring(0, 8);
    Database database = new Database(this, prefix + "_" + suffix);
    try (Connection connection = connect(USER);
        Statement statement = connection.createStatement()) {
      statement.execute(
          "create database %s template template0".formatted(quoted(connection, database.name())));
    }
    return database;
  }

  static String quoted(Connection connection, String identifier) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return statement.enquoteIdentifier(identifier, true);
    }
  }
}
