package io.walferry.sinks.sql;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * One session at a destination and its open transaction; outside of {@link #begin} and {@link
 * #commit} every statement is a transaction of its own. For one thread at a time, but for {@link
 * #abort}.
 */
public final class SqlSession implements AutoCloseable {
  private final String display;
  private final SqlErrors errors;
  private final Supplier<Connection> opener;

  /** Empty until {@link #connect}, then the one connection. */
  private volatile List<Connection> connections = List.of();

  private volatile boolean aborted;

  private final CallWatch watch;

  /**
   * A session that is not connected yet.
   *
   * @param display the destination, for messages; without credentials
   * @param opener makes the connection, or fails with one of our exceptions
   */
  public SqlSession(String display, SqlErrors errors, Supplier<Connection> opener) {
    this(display, errors, opener, Duration.ZERO);
  }

  /**
   * The same, for a destination that may fall silent without an end of the connection.
   *
   * @param silenceMax how long one call may wait for the destination; zero for no bound
   */
  public SqlSession(
      String display, SqlErrors errors, Supplier<Connection> opener, Duration silenceMax) {
    this.display = display;
    this.errors = errors;
    this.opener = opener;
    this.watch = new CallWatch(silenceMax, this::abort);
  }

  /** A call of the driver. */
  public interface Call<T> {
    T run() throws SQLException;
  }

  /** Reads the current row of a result. */
  public interface RowReader<T> {
    T read(ResultSet row) throws SQLException;
  }

  public String display() {
    return display;
  }

  /** Does nothing if there is a connection already. */
  public void connect() {
    if (!isConnected()) {
      connections = List.of(opener.get());
      watch.start();
      if (aborted) {
        abort();
      }
    }
  }

  public boolean isConnected() {
    return !connections.isEmpty();
  }

  public void begin() {
    setAutoCommit("begin a transaction", false);
  }

  /** Returns when everything since {@link #begin} is durable. */
  public void commit() {
    setAutoCommit("commit", true);
  }

  /** Drops everything since {@link #begin}. */
  public void rollback() {
    String attempt = "roll back";
    try {
      int unused =
          call(
              () -> {
                connection().rollback();
                return 0;
              });
    } catch (SQLException e) {
      throw failed(attempt, e);
    }
    setAutoCommit(attempt, true);
  }

  private void setAutoCommit(String attempt, boolean autoCommit) {
    try {
      int unused =
          call(
              () -> {
                connection().setAutoCommit(autoCommit);
                return 0;
              });
    } catch (SQLException e) {
      throw failed(attempt, e);
    }
  }

  public boolean inTransaction() {
    try {
      return isConnected() && !connection().getAutoCommit();
    } catch (SQLException e) {
      throw failed("look at the connection", e);
    }
  }

  /** Runs a statement and returns the number of rows that it changed. */
  public int execute(String attempt, String sql, Object... parameters) {
    try (PreparedStatement statement = connection().prepareStatement(sql)) {
      bind(statement, parameters);
      return call(statement::executeUpdate);
    } catch (SQLException e) {
      throw failed(attempt, e);
    }
  }

  /** The same for a statement that takes as long as a table is large: it may wait for ever. */
  public void executeLong(String attempt, String sql) {
    try (PreparedStatement statement = connection().prepareStatement(sql)) {
      int unused = statement.executeUpdate();
    } catch (SQLException e) {
      throw failed(attempt, e);
    }
  }

  /**
   * Runs a statement that alters a table or its indexes. That it is refused is no fault of the row
   * that has called for it, whatever the destination's code for it is.
   *
   * @throws WalferryException never {@linkplain ErrorCode#isAboutARow about a row}
   */
  public void executeForTable(String attempt, String sql) {
    requireForTable(() -> execute(attempt, sql));
  }

  /** The same for a statement that takes as long as a table is large: it may wait for ever. */
  public void executeLongForTable(String attempt, String sql) {
    requireForTable(() -> executeLong(attempt, sql));
  }

  private static void requireForTable(Runnable statement) {
    try {
      statement.run();
    } catch (WalferryException e) {
      if (!e.code().isAboutARow()) {
        throw e;
      }
      throw new WalferryException(ErrorCode.DESTINATION_SHAPE, String.valueOf(e.getMessage()), e);
    }
  }

  public <T> List<T> query(String attempt, String sql, RowReader<T> reader, Object... parameters) {
    try (PreparedStatement statement = connection().prepareStatement(sql)) {
      bind(statement, parameters);
      try (ResultSet rows = call(statement::executeQuery)) {
        List<T> result = new ArrayList<>();
        while (rows.next()) {
          result.add(reader.read(rows));
        }
        return result;
      }
    } catch (SQLException e) {
      throw failed(attempt, e);
    }
  }

  /** Whether a query has a row. */
  public boolean exists(String attempt, String sql, Object... parameters) {
    return !query(attempt, sql, row -> 1, parameters).isEmpty();
  }

  /** Runs a call of the driver that waits for the destination, but not for ever. */
  public <T> T call(Call<T> call) throws SQLException {
    watch.begin();
    try {
      return call.run();
    } finally {
      watch.end();
    }
  }

  /** A statement that the caller closes, and runs in a {@link #call}. */
  public PreparedStatement prepare(String sql) throws SQLException {
    return connection().prepareStatement(sql);
  }

  /** For what only this engine's driver can do. */
  public <T> T unwrap(Class<T> driver) throws SQLException {
    return connection().unwrap(driver);
  }

  /** The failure of a call as ours. */
  public WalferryException failed(String attempt, SQLException failure) {
    if (!watch.hasExpired()) {
      return errors.translate(attempt, failure);
    }
    return new WalferryException(
        ErrorCode.DESTINATION_UNREACHABLE,
        "could not "
            + attempt
            + " in "
            + display
            + ": no answer within "
            + watch.max().toMillis()
            + " ms",
        failure);
  }

  /** Drops what is not committed. */
  @Override
  public void close() {
    watch.stop();
    List<Connection> open = connections;
    connections = List.of();
    for (Connection connection : open) {
      try {
        connection.close();
      } catch (SQLException e) {
        throw errors.translate("close the connection", e);
      }
    }
  }

  /**
   * Cuts the connection, now or as soon as there is one; a call of another thread that waits for
   * the destination fails.
   */
  public void abort() {
    aborted = true;
    watch.stop();
    for (Connection connection : connections) {
      try {
        connection.abort(Runnable::run);
      } catch (SQLException e) {
        throw errors.translate("cut the connection", e);
      }
    }
  }

  private Connection connection() {
    return connections.getFirst();
  }

  private static void bind(PreparedStatement statement, Object... parameters) throws SQLException {
    for (int i = 0; i < parameters.length; i++) {
      statement.setObject(i + 1, parameters[i]);
    }
  }
}
