package io.walferry.sinks.sqlite;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sinks.sql.SqlSession;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteConfig.TransactionMode;

/**
 * One database file and the session to it: opened when it is first needed, so that nothing appears
 * on disk before something is to be written. Not for several threads.
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

  private static final int READ_BUSY_MILLIS = 15_000;

  private final Path file;
  private final SqliteSettings settings;
  private final SqliteErrors errors;

  private final SqlSession session;
  private boolean writable;

  SqliteDatabase(Path file, SqliteSettings settings) {
    this.file = file.toAbsolutePath();
    this.settings = settings;
    this.errors = new SqliteErrors(this.file);
    this.session = new SqlSession("SQLite database " + this.file, errors, this::open);
  }

  /** A connection that writes nothing. The caller closes it. */
  static Connection openForReading(Path file) {
    if (!Files.exists(file)) {
      throw new WalferryException(
          ErrorCode.DESTINATION_UNREACHABLE, "SQLite database " + file + " does not exist");
    }
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout(READ_BUSY_MILLIS);
    config.setReadOnly(true);
    try {
      return config.createConnection("jdbc:sqlite:" + file.toUri());
    } catch (SQLException e) {
      throw new SqliteErrors(file).translate("open", e);
    }
  }

  /** The one session, connected or not. */
  SqlSession session() {
    return session;
  }

  boolean exists() {
    return Files.exists(file);
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

  private Connection open() {
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
      return config.createConnection("jdbc:sqlite:" + file.toUri());
    } catch (SQLException e) {
      throw errors.translate("open", e);
    }
  }

  /**
   * Opens the file, or creates it, and makes commits append to a write-ahead file, synced each
   * time. Changes the file's header.
   */
  void connectForWriting() {
    session.connect();
    if (writable) {
      return;
    }
    List<String> mode =
        session.query("set the journal mode", "PRAGMA journal_mode=WAL", row -> row.getString(1));
    if (!mode.equals(List.of("wal"))) {
      throw errors.unwritable("its journal mode stays " + mode + " where wal is needed");
    }
    session.query(
        "set the checkpoint's size",
        "PRAGMA wal_autocheckpoint=" + CHECKPOINT_PAGES,
        row -> row.getInt(1));
    writable = true;
  }

  /** Drops what is not committed. */
  @Override
  public void close() {
    session.close();
  }
}
