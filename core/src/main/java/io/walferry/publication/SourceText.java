package io.walferry.publication;

import io.walferry.change.Change;
import io.walferry.change.Relation;
import io.walferry.change.ReplicaIdentity;
import io.walferry.change.Row;
import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.PostgresErrors;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.postgresql.PGConnection;

/**
 * Judges text of the source that may not be UTF-8. The server sees to that itself, except where its
 * database has the encoding {@code SQL_ASCII}, which says nothing of what the bytes mean: such a
 * server sends them as they are if it is asked to, or fails at the first one that is no UTF-8. So
 * they are asked for as they are, and judged here: once where they come in, and, where they are for
 * the dead letters, once more where it is known that they count. Immutable; for any thread.
 */
public final class SourceText {
  /** Trusts a server that sees to it itself. */
  public static final SourceText TRUSTED = new SourceText(false, InvalidText.FAIL);

  private static final String KEYS =
      """
      SELECT DISTINCT a.attname FROM pg_catalog.pg_index i
      JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
      WHERE i.indrelid = ?::pg_catalog.oid AND (i.indisprimary OR i.indisreplident)\
      """;

  private static final String SQL_ASCII = "SQL_ASCII";

  private final boolean checked;
  private final InvalidText invalid;

  private SourceText(boolean checked, InvalidText invalid) {
    this.checked = checked;
    this.invalid = invalid;
  }

  /**
   * Asks for the encoding of the database of a session.
   *
   * @param invalid what becomes of text that is not UTF-8
   */
  public static SourceText of(Connection session, InvalidText invalid) {
    try {
      return new SourceText(isUnencoded(session), invalid);
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "ask for the encoding of the database");
    }
  }

  /** The server has told it when the session began. */
  private static boolean isUnencoded(Connection session) throws SQLException {
    return SQL_ASCII.equals(
        session.unwrap(PGConnection.class).getParameterStatus("server_encoding"));
  }

  /** Whether there is anything to see to: text has to come as text then, and nothing in binary. */
  public boolean isChecked() {
    return checked;
  }

  /** Returns the option by which a {@code COPY … TO} as text passes on what the server has. */
  public String copyOption() {
    return checked ? " (ENCODING '" + SQL_ASCII + "')" : "";
  }

  /** Returns the columns of a table that tell its rows apart. */
  public static Set<String> keys(PublishedTable table) {
    Set<String> keys = new LinkedHashSet<>(table.primaryKey());
    if (table.replicaIdentity() != ReplicaIdentity.FULL) {
      keys.addAll(table.identityColumns());
    }
    return keys;
  }

  /** Reads the same of a relation from the catalog as it is now; none of one that is gone. */
  public static Set<String> keys(Connection session, Relation relation) {
    Set<String> keys = new LinkedHashSet<>();
    try (PreparedStatement statement = session.prepareStatement(KEYS)) {
      statement.setLong(1, Integer.toUnsignedLong(relation.oid()));
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          keys.add(rows.getString(1));
        }
      }
      return keys;
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "read the keys of " + relation);
    }
  }

  /**
   * Returns the row as it may be handed on: with its bytes as they are if it is to be {@linkplain
   * #refusal set aside}.
   *
   * @param keys names of the columns that tell rows of the table apart
   * @throws WalferryException {@code SOURCE_TEXT_INVALID}
   */
  public Row valid(Relation relation, Set<String> keys, Row row) {
    Set<Integer> columns = checked ? Utf8.invalidColumns(row) : Set.of();
    for (int column : columns) {
      requireTolerable(relation.table(), relation.columns().get(column).name(), keys);
    }
    return columns.isEmpty() || invalid == InvalidText.DEAD_LETTER ? row : replaced(row);
  }

  private static Row replaced(Row row) {
    byte[][] values = new byte[row.columnCount()][];
    int bytes = 0;
    for (int column = 0; column < row.columnCount(); column++) {
      values[column] =
          switch (row.kind(column)) {
            case NULL, UNCHANGED -> new byte[0];
            case TEXT -> Utf8.replaced(row.bytes(column));
            case BINARY -> row.bytes(column);
          };
      bytes += values[column].length;
    }
    return row(row, values, bytes);
  }

  private static Row row(Row sent, byte[][] values, int bytes) {
    byte[] own = new byte[bytes];
    Row.Builder row = new Row.Builder(own, values.length);
    int at = 0;
    for (int column = 0; column < values.length; column++) {
      int length = values[column].length;
      System.arraycopy(values[column], 0, own, at, length);
      switch (sent.kind(column)) {
        case NULL -> row.nullValue();
        case UNCHANGED -> row.unchanged();
        case TEXT -> row.text(at, length);
        case BINARY -> row.binary(at, length);
      }
      at += length;
    }
    return row.build();
  }

  /**
   * Returns a line of a {@code COPY … TO} as text, as it may be handed on: with its bytes as they
   * are if it is to be {@linkplain #refusal set aside}.
   *
   * @param columns names of the columns of the line, in their order
   * @throws WalferryException {@code SOURCE_TEXT_INVALID}
   */
  public byte[] valid(PublishedTable table, List<String> columns, byte[] line) {
    Set<Integer> found = checked ? Utf8.invalidColumns(line) : Set.of();
    for (int column : found) {
      requireTolerable(table.table(), columns.get(column), keys(table));
    }
    return found.isEmpty() || invalid == InvalidText.DEAD_LETTER ? line : Utf8.replaced(line);
  }

  /**
   * Finds out whether a change is for the dead letters rather than for the rows of a destination.
   *
   * @return why; empty if it is to be applied
   */
  public Optional<WalferryException> refusal(Change change) {
    return switch (change) {
      case Change.Insert insert -> refusal(insert.relation(), change);
      case Change.Update update -> refusal(update.relation(), change);
      case Change.Delete delete -> refusal(delete.relation(), change);
      case Change.Truncate truncate -> Optional.empty();
      case Change.Message message -> Optional.empty();
    };
  }

  private Optional<WalferryException> refusal(Relation relation, Change change) {
    return setsAside()
        ? Utf8.invalidColumns(change).stream()
            .findFirst()
            .map(it -> invalid(relation.columns().get(it).name(), relation.table(), Set.of(), ""))
        : Optional.empty();
  }

  /**
   * Finds out whether a line of a {@code COPY … TO} as text, with the table's columns, is for the
   * dead letters.
   *
   * @return why; empty if it is to be written
   */
  public Optional<WalferryException> refusal(PublishedTable table, byte[] line) {
    return setsAside()
        ? Utf8.invalidColumns(line).stream()
            .findFirst()
            .map(it -> invalid(table.columnNames().get(it), table.table(), Set.of(), ""))
        : Optional.empty();
  }

  private boolean setsAside() {
    return checked && invalid == InvalidText.DEAD_LETTER;
  }

  private void requireTolerable(TableId table, String column, Set<String> keys) {
    boolean key = keys.contains(column);
    if (key) {
      throw invalid(
          column,
          table,
          keys,
          "; in a key nothing can be replaced or set aside, since two rows could become one");
    }
    if (invalid == InvalidText.FAIL) {
      throw invalid(column, table, keys, "");
    }
  }

  private static WalferryException invalid(
      String column, TableId table, Set<String> keys, String more) {
    return new WalferryException(
        ErrorCode.SOURCE_TEXT_INVALID,
        "column %s of %s%s has a value that is not UTF-8, in a database with the encoding %s%s"
            .formatted(
                column,
                table,
                keys.isEmpty() ? "" : " (key: " + String.join(", ", keys) + ")",
                SQL_ASCII,
                more));
  }
}
