package io.walferry.testkit.mysql;

import io.walferry.testkit.internal.BinaryCache;
import io.walferry.testkit.internal.Guardian;
import io.walferry.testkit.internal.ServerGuard;
import io.walferry.testkit.internal.ServerLife;
import io.walferry.testkit.server.DatabaseServer;
import io.walferry.testkit.wait.Await;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A MySQL or MariaDB server of our own on 127.0.0.1 that can be stopped, crashed and started again
 * on the same data and port. It ends with this JVM, however the JVM ends, and its data with it.
 * Connections need MariaDB's JDBC driver on the class path, for both flavors.
 *
 * <p>Any thread may call; calls that start or stop the server wait for each other.
 */
public final class MysqlServer implements DatabaseServer {
  /** The user who may do everything, from anywhere. */
  public static final String USER = "walferry";

  private static final String HOST = "127.0.0.1";
  private static final String STOP_SIGNAL = "TERM";
  private static final String KILL_SIGNAL = "KILL";
  private static final Duration START_MAX = Await.patience(Duration.ofSeconds(90));

  private final MysqlFlavor flavor;
  private final String password;
  private final MysqlHome home;
  private final ServerLife life;

  private MysqlServer(MysqlFlavor flavor, String password, MysqlHome home, ServerLife life) {
    this.flavor = flavor;
    this.password = password;
    this.home = home;
    this.life = life;
  }

  public static MysqlServerBuilder builder(MysqlFlavor flavor) {
    return new MysqlServerBuilder(flavor);
  }

  static MysqlServer create(MysqlFlavor flavor, Map<String, String> settings, String password) {
    MysqlInstallation installation = MysqlBinaries.standard().installation(flavor);
    Path template = installation.template(BinaryCache.ofThisUser());
    MysqlHome home = MysqlHome.create(flavor);
    Guardian guardian = ServerGuard.watch(home.pidFile(), KILL_SIGNAL, Optional.of(home.path()));
    var program = new MysqlProgram(installation, home, settings);
    ServerLife life = new ServerLife(program, START_MAX, guardian);
    MysqlServer server = new MysqlServer(flavor, password, home, life);
    try {
      home.fill(template, USER, password);
      life.begin(Optional.empty());
      return server;
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
  }

  /** Starts the stopped or crashed server again; no effect on a running one. */
  public void start() {
    life.start();
  }

  /** Asks the server to stop and returns when it has; no effect on a stopped one. */
  public void stop() {
    life.stop(STOP_SIGNAL);
  }

  /** Crashes the server: SIGKILL. What was committed is there after the next start. */
  public void kill() {
    life.kill();
  }

  /** Stops and starts again, on the same port. */
  public void restart() {
    life.restart(STOP_SIGNAL);
  }

  /** Ends the server for good and removes its data. */
  @Override
  public void close() {
    life.close(KILL_SIGNAL);
  }

  @Override
  public boolean isRunning() {
    return life.isRunning();
  }

  public MysqlFlavor flavor() {
    return flavor;
  }

  /** The port, which stays the same over all starts of this server. */
  public int port() {
    return life.port();
  }

  public String user() {
    return USER;
  }

  public String password() {
    return password;
  }

  /** The directory of the data, which is temporary. */
  public Path dataDirectory() {
    return home.data();
  }

  /** The last few kilobytes of the server's log. */
  public String logTail() {
    return home.log().tail();
  }

  /** A URL for MariaDB's JDBC driver, without user and password. */
  @Override
  public String jdbcUrl(String database) {
    return "jdbc:mariadb://%s:%d/%s".formatted(HOST, port(), database);
  }

  /** A URI with user and password, such as {@code mysql://walferry:secret@127.0.0.1:15432/shop}. */
  @Override
  public String uri(String database) {
    String secret = URLEncoder.encode(password, StandardCharsets.UTF_8).replace("+", "%20");
    return "mysql://%s:%s@%s:%d/%s".formatted(USER, secret, HOST, port(), database);
  }

  /** Connects as {@link #USER}; an empty name stands for no database. */
  @Override
  public Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(jdbcUrl(database), USER, password);
  }

  @Override
  public MysqlDatabase createDatabase(String prefix) throws SQLException {
    String suffix = UUID.randomUUID().toString().substring(0, 8);
    MysqlDatabase database = new MysqlDatabase(this, prefix + "_" + suffix);
    database.create();
    return database;
  }
}
