package io.walferry.publication;

import io.walferry.change.Column;
import io.walferry.change.Relation;
import io.walferry.change.ReplicaIdentity;
import io.walferry.change.Row;
import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.PostgresErrors;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.postgresql.PGConnection;

/**
 * Sees to it that text of the source is UTF-8. The server sees to that itself, except where its
 * database has the encoding {@code SQL_ASCII}, which says nothing of what the bytes mean: such a
 * server sends them as they are if it is asked to, or fails at the first one that is no UTF-8. So
 * they are asked for as they are, and judged here. Immutable; for any thread.
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
  private static final char REPLACEMENT = '\uFFFD';
  private static final long NOT_ASCII = 0x8080808080808080L;

  private static final VarHandle INT64 =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

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
   * Returns the row as it may be handed on.
   *
   * @param keys names of the columns that tell rows of the table apart
   * @throws WalferryException {@code SOURCE_TEXT_INVALID}
   */
  public Row valid(Relation relation, Set<String> keys, Row row) {
    for (int column = 0; checked && column < row.columnCount(); column++) {
      if (row.kind(column) == Row.Kind.TEXT && !row.read(column, SourceText::isUtf8)) {
        return replaced(relation, keys, row);
      }
    }
    return row;
  }

  private Row replaced(Relation relation, Set<String> keys, Row row) {
    byte[][] values = new byte[row.columnCount()][];
    int bytes = 0;
    for (int column = 0; column < row.columnCount(); column++) {
      values[column] = new byte[0];
      if (row.kind(column) == Row.Kind.TEXT) {
        Column announced = relation.columns().get(column);
        if (!row.read(column, SourceText::isUtf8)) {
          requireReplaceable(relation.table(), announced.name(), keys);
        }
        values[column] = row.text(column).getBytes(StandardCharsets.UTF_8);
      } else if (row.kind(column) == Row.Kind.BINARY) {
        values[column] = row.bytes(column);
      }
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
   * Returns a line of a {@code COPY … TO} as text, as it may be handed on. What escapes and tabs
   * are stays so: they are ASCII, of which nothing is replaced.
   *
   * @param columns names of the columns of the line, in their order
   * @throws WalferryException {@code SOURCE_TEXT_INVALID}
   */
  public byte[] valid(PublishedTable table, List<String> columns, byte[] line) {
    if (!checked || isUtf8(line, 0, line.length)) {
      return line;
    }
    Set<String> keys = keys(table);
    int from = 0;
    for (String column : columns) {
      int to = from;
      while (to < line.length && line[to] != '\t') {
        to++;
      }
      if (!isUtf8(line, from, to - from)) {
        requireReplaceable(table.table(), column, keys);
      }
      from = to + 1;
    }
    return new String(line, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8);
  }

  private void requireReplaceable(TableId table, String column, Set<String> keys) {
    boolean key = keys.contains(column);
    if (invalid == InvalidText.REPLACE && !key) {
      return;
    }
    throw new WalferryException(
        ErrorCode.SOURCE_TEXT_INVALID,
        "column %s of %s%s has a value that is not UTF-8, in a database with the encoding %s%s"
            .formatted(
                column,
                table,
                keys.isEmpty() ? "" : " (key: " + String.join(", ", keys) + ")",
                SQL_ASCII,
                key ? "; in a key nothing can be replaced, since two rows could become one" : ""));
  }

  private static boolean isUtf8(byte[] bytes, int start, int length) {
    if (isAscii(bytes, start, length)) {
      return true;
    }
    String text = new String(bytes, start, length, StandardCharsets.UTF_8);
    if (text.indexOf(REPLACEMENT) < 0) {
      return true;
    }
    // It may be there by its own right.
    byte[] again = text.getBytes(StandardCharsets.UTF_8);
    return Arrays.equals(again, 0, again.length, bytes, start, start + length);
  }

  private static boolean isAscii(byte[] bytes, int start, int length) {
    int end = start + length;
    int at = start;
    for (; at <= end - Long.BYTES; at += Long.BYTES) {
      if (((long) INT64.get(bytes, at) & NOT_ASCII) != 0) {
        return false;
      }
    }
    for (; at < end; at++) {
      if (bytes[at] < 0) {
        return false;
      }
    }
    return true;
  }
}
