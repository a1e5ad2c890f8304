package io.walferry.sinks.sqlite;

import io.walferry.error.WalferryException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteConfig.TransactionMode;

/**
 * The connection to one database file: opened when it is first needed, so that nothing appears on
 * disk before something is to be written. Not for several threads.
 */
final class SqliteDatabase implements AutoCloseable {
  /** Of native memory, not of the heap. */
  private static final int CACHE_KIBIBYTES = 32 * 1024;

  /**
   * How many pages the write-ahead file gets before they move into the database: 32 MiB, so that a
   * page that is changed again and again moves once.
   */
  private static final int CHECKPOINT_PAGES = 8192;

  /** What the write-ahead file shrinks to once a large transaction is checkpointed. */
  private static final int WAL_BYTES_KEPT = 64 << 20;

  private final Path file;
  private final SqliteSettings settings;
  private final SqliteErrors errors;

  /** Empty until {@link #connect}, then the one connection. */
  private final List<Connection> connections = new ArrayList<>(1);

  SqliteDatabase(Path file, SqliteSettings settings) {
    this.file = file.toAbsolutePath();
    this.settings = settings;
    this.errors = new SqliteErrors(this.file);
  }

  /** Reads the current row of a result. */
  interface RowReader<T> {
    T read(ResultSet row) throws SQLException;
  }

  Path file() {
    return file;
  }

  boolean exists() {
    return Files.exists(file);
  }

  boolean isConnected() {
    return !connections.isEmpty();
  }

  /** Tells apart why a path cannot be written before SQLite says only that it cannot be opened. */
  void requireWritablePath() {
    if (Files.isDirectory(file)) {
      throw errors.unwritable("the path is a directory; name a file in it");
    }
    Path directory = file.getParent();
    if (directory == null || !Files.isDirectory(directory)) {
      throw errors.unwritable(
          directory != null && Files.exists(directory)
              ? directory + " is not a directory"
              : "directory " + directory + " does not exist; create it");
    }
    if (!Files.isWritable(directory)) {
      throw errors.unwritable("directory " + directory + " is read-only for this user");
    }
    if (exists() && !Files.isWritable(file)) {
      throw errors.unwritable("the file is read-only for this user");
    }
  }

  /** Opens the file, or creates it; does nothing if it is open. */
  void connect() {
    if (isConnected()) {
      return;
    }
    requireWritablePath();
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout(Math.toIntExact(settings.busyTimeout().toMillis()));
    config.setTransactionMode(TransactionMode.IMMEDIATE);
    config.setSynchronous(SynchronousMode.FULL);
    config.setCacheSize(-CACHE_KIBIBYTES);
    config.setJournalSizeLimit(WAL_BYTES_KEPT);
    config.setGetGeneratedKeys(false);
    try {
      // A URI, since the driver would cut a plain path at its first question mark.
      connections.add(config.createConnection("jdbc:sqlite:" + file.toUri()));
    } catch (SQLException e) {
      throw errors.translate("open", e);
    }
  }

  /** Makes commits append to a write-ahead file, synced each time. Changes the file's header. */
  void useWriteAheadLog() {
    List<String> mode = query("PRAGMA journal_mode=WAL", row -> row.getString(1));
    if (!mode.equals(List.of("wal"))) {
      throw errors.unwritable("its journal mode stays " + mode + " where wal is needed");
    }
    query("PRAGMA wal_autocheckpoint=" + CHECKPOINT_PAGES, row -> row.getInt(1));
  }

  /** Starts a transaction and takes the write lock, or fails when another process keeps it. */
  void begin() {
    try {
      connection().setAutoCommit(false);
    } catch (SQLException e) {
      throw errors.translate("begin a transaction", e);
    }
  }

  /** Returns when everything since {@link #begin} is on disk. */
  void commit() {
    try {
      connection().setAutoCommit(true);
    } catch (SQLException e) {
      throw errors.translate("commit", e);
    }
  }

  boolean inTransaction() {
    try {
      return isConnected() && !connection().getAutoCommit();
    } catch (SQLException e) {
      throw errors.translate("look at the connection", e);
    }
  }

  /** Runs a statement and returns the number of rows that it changed. */
  int execute(String sql, Object... parameters) {
    try (PreparedStatement statement = connection().prepareStatement(sql)) {
      bind(statement, parameters);
      return statement.executeUpdate();
    } catch (SQLException e) {
      throw errors.translate("run " + verb(sql), e);
    }
  }

  <T> List<T> query(String sql, RowReader<T> reader, Object... parameters) {
    try (PreparedStatement statement = connection().prepareStatement(sql)) {
      bind(statement, parameters);
      try (ResultSet rows = statement.executeQuery()) {
        List<T> result = new ArrayList<>();
        while (rows.next()) {
          result.add(reader.read(rows));
        }
        return result;
      }
    } catch (SQLException e) {
      throw errors.translate("read " + verb(sql), e);
    }
  }

  PreparedStatement prepare(String sql) {
    try {
      return connection().prepareStatement(sql);
    } catch (SQLException e) {
      throw errors.translate("prepare " + verb(sql), e);
    }
  }

  WalferryException failed(String attempt, SQLException failure) {
    return errors.translate(attempt, failure);
  }

  /** Drops what is not committed. */
  @Override
  public void close() {
    for (Connection connection : connections) {
      try {
        connection.close();
      } catch (SQLException e) {
        throw errors.translate("close", e);
      }
    }
    connections.clear();
  }

  private Connection connection() {
    return connections.getFirst();
  }

  private static void bind(PreparedStatement statement, Object... parameters) throws SQLException {
    for (int i = 0; i < parameters.length; i++) {
      statement.setObject(i + 1, parameters[i]);
    }
  }

  /** A statement's first words, for messages. */
  private static String verb(String sql) {
    return sql.length() <= 60 ? sql : sql.substring(0, 60) + "…";
  }
}
