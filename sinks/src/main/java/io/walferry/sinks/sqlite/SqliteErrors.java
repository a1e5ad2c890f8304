package io.walferry.sinks.sqlite;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sinks.sql.SqlErrors;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.Set;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Says in our words what SQLite reports. SQLite's own messages name columns, never values. */
final class SqliteErrors implements SqlErrors {
  private static final Set<SQLiteErrorCode> DUPLICATE =
      EnumSet.of(
          SQLiteErrorCode.SQLITE_CONSTRAINT_PRIMARYKEY,
          SQLiteErrorCode.SQLITE_CONSTRAINT_ROWID,
          SQLiteErrorCode.SQLITE_CONSTRAINT_UNIQUE);

  private final Path file;

  SqliteErrors(Path file) {
    this.file = file;
  }

  @Override
  public WalferryException translate(String attempt, SQLException failure) {
    // The low byte of an extended code is the primary one.
    SQLiteErrorCode primary = SQLiteErrorCode.getErrorCode(failure.getErrorCode() & 0xFF);
    return switch (primary) {
      case SQLITE_BUSY, SQLITE_LOCKED ->
          error(ErrorCode.DESTINATION_BUSY, attempt, "another process holds the database", failure);
      case SQLITE_FULL ->
          error(ErrorCode.DESTINATION_FULL, attempt, "the disk or the database is full", failure);
      case SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH ->
          error(ErrorCode.DESTINATION_UNWRITABLE, attempt, "it is read-only", failure);
      case SQLITE_CANTOPEN ->
          error(
              ErrorCode.DESTINATION_UNWRITABLE,
              attempt,
              "the file or one beside it (-wal, -shm) cannot be opened",
              failure);
      case SQLITE_NOTADB ->
          error(ErrorCode.DESTINATION_NOT_EMPTY, attempt, "it is not a SQLite database", failure);
      case SQLITE_CORRUPT ->
          error(
              ErrorCode.DESTINATION_UNWRITABLE,
              attempt,
              "the database is damaged: run 'PRAGMA integrity_check' and restore it, or start over",
              failure);
      case SQLITE_TOOBIG ->
          error(
              ErrorCode.DESTINATION_ROW_REFUSED,
              attempt,
              "a value or row is longer than SQLite's limit of 1,000,000,000 bytes: leave the"
                  + " column out of the publication",
              failure);
      case SQLITE_ERROR, SQLITE_SCHEMA ->
          error(
              ErrorCode.DESTINATION_SHAPE,
              attempt,
              "a table is not as it was when it was last looked at",
              failure);
      case SQLITE_MISMATCH ->
          error(
              ErrorCode.DESTINATION_ROW_REFUSED,
              attempt,
              "a column's type does not take what the source has",
              failure);
      case SQLITE_CONSTRAINT ->
          error(
              ErrorCode.DESTINATION_ROW_REFUSED,
              attempt,
              "a constraint of the destination forbids what the source allows",
              failure);
      default -> error(ErrorCode.DESTINATION_UNWRITABLE, attempt, primary.name(), failure);
    };
  }

  /** Whether a row with the same primary or unique key is there already. */
  static boolean isDuplicate(SQLException failure) {
    return failure instanceof SQLiteException known && DUPLICATE.contains(known.getResultCode());
  }

  WalferryException unwritable(String why) {
    return new WalferryException(
        ErrorCode.DESTINATION_UNWRITABLE, "could not write SQLite database " + file + ": " + why);
  }

  private WalferryException error(
      ErrorCode code, String attempt, String why, SQLException failure) {
    return new WalferryException(
        code, "could not " + attempt + " in SQLite database " + file + ": " + why, failure);
  }
}
