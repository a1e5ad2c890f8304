package io.walferry.testkit.postgres;

import io.walferry.testkit.internal.BinaryCache;
import io.walferry.testkit.internal.Guardian;
import io.walferry.testkit.internal.JarResource;
import io.walferry.testkit.internal.ServerGuard;
import io.walferry.testkit.internal.ServerLife;
import io.walferry.testkit.internal.Unpacking;
import io.walferry.testkit.server.DatabaseServer;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import org.tukaani.xz.XZInputStream;

/**
 * A PostgreSQL server of our own on 127.0.0.1 that can be stopped, crashed and started again on the
 * same data and port. It ends with this JVM, however the JVM ends, and temporary data with it.
 *
 * <p>Any thread may call; calls that start or stop the server wait for each other.
 */
public final class PostgresServer implements DatabaseServer {
  /** The superuser that owns everything. */
  public static final String USER = "postgres";

  private final ServerOptions options;
  private final JarResource archive;
  private final DataDirectory data;
  private final ServerLife life;

  private PostgresServer(
      ServerOptions options, JarResource archive, DataDirectory data, ServerLife life) {
    this.options = options;
    this.archive = archive;
    this.data = data;
    this.life = life;
  }

  public static PostgresServerBuilder builder() {
    return new PostgresServerBuilder();
  }

  static PostgresServer create(ServerOptions options, LaunchIdentity identity) {
    JarResource archive = PostgresBinaries.standard().archive(options.major());
    BinaryCache cache = BinaryCache.ofThisUser();
    Path installation =
        cache.directory("postgres-" + archive.version(), home -> unpack(archive, home));
    DataDirectory data = DataDirectory.of(options.cluster().dataDirectory(), options.major());
    Guardian guardian =
        ServerGuard.watch(data.pidFile(), StopMode.IMMEDIATE.signal(), data.ephemeral());
    var program = new PostgresProgram(installation, data, options.settings(), identity);
    ServerLife life = new ServerLife(program, options.startTimeout(), guardian);
    PostgresServer server = new PostgresServer(options, archive, data, life);
    try {
      data.initialise(new Initdb(installation, cache, identity), options, identity);
      life.begin(options.port());
      return server;
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
  }

  private static void unpack(JarResource archive, Path home) throws IOException {
    try (var bytes = new BufferedInputStream(archive.open())) {
      Unpacking.tar(new XZInputStream(bytes), home);
    }
  }

  /** Starts the stopped or crashed server again; no effect on a running one. */
  public void start() {
    life.start();
  }

  /**
   * Asks the server to stop and returns when it has; no effect on a stopped one. {@link
   * StopMode#FAST} fails after a minute if a replication connection that does not confirm what it
   * received holds the server back.
   */
  public void stop(StopMode mode) {
    life.stop(mode.signal());
  }

  /** Crashes the server: SIGKILL to the postmaster and all its children, none of which remains. */
  public void kill() {
    life.kill();
  }

  /** Stops fast and starts again, on the same port. */
  public void restart() {
    life.restart(StopMode.FAST.signal());
  }

  /** Stops the server for good and removes its data, unless a data directory was given. */
  @Override
  public void close() {
    StopMode mode = data.ephemeral().isPresent() ? StopMode.IMMEDIATE : StopMode.FAST;
    life.close(mode.signal());
  }

  @Override
  public boolean isRunning() {
    return life.isRunning();
  }

  /** The port, which stays the same over all starts of this server. */
  public int port() {
    return life.port();
  }

  public int major() {
    return options.major();
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
    return data.log().tail();
  }

  /** A URL for JDBC that holds the user, and the password if there is one. */
  @Override
  public String jdbcUrl(String database) {
    String password =
        options.cluster().password().map(secret -> "&password=" + encoded(secret)).orElse("");
    return "jdbc:postgresql://127.0.0.1:%d/%s?user=%s%s"
        .formatted(port(), encoded(database), USER, password);
  }

  /** A URI as libpq takes it, such as {@code postgresql://postgres@127.0.0.1:15432/shop}. */
  @Override
  public String uri(String database) {
    String password = options.cluster().password().map(secret -> ":" + encoded(secret)).orElse("");
    return "postgresql://%s%s@127.0.0.1:%d/%s".formatted(USER, password, port(), encoded(database));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Override
  public Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(jdbcUrl(database));
  }

  @Override
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

  /** The database that every server has from its beginning; do not close it. */
  public Database maintenanceDatabase() {
    return new Database(this, USER);
  }

  static String quoted(Connection connection, String identifier) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return statement.enquoteIdentifier(identifier, true);
    }
  }
}
