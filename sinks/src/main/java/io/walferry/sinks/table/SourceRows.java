package io.walferry.sinks.table;

import io.walferry.change.Column;
import io.walferry.change.Relation;
import io.walferry.change.ReplicaIdentity;
import io.walferry.change.Row;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.PublishedColumn;
import io.walferry.publication.PublishedTable;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/** Rows that are read from a source's tables, in the terms of those that its stream sends. */
public final class SourceRows {
  private SourceRows() {}

  /**
   * The primary key that a created table gets, where one is checked row by row. A key that is not
   * the replica identity may be deferrable at the source, and so be doubled in the middle of a
   * transaction.
   */
  public static List<String> requiredKey(PublishedTable source) {
    return source.replicaIdentity() == ReplicaIdentity.DEFAULT ? source.primaryKey() : List.of();
  }

  /**
   * Whether columns that are there are a key of the source. One that is not among the source's
   * columns is called otherwise by now, and may have either name there.
   *
   * @param columns all that the source has
   */
  public static boolean isKey(Set<String> found, Set<String> key, Set<String> columns) {
    return found.size() == key.size()
        && key.stream().filter(columns::contains).allMatch(found::contains);
  }

  /** What rows of a load belong to: all columns, found by that key. */
  public static Relation relation(PublishedTable source) {
    List<String> key = requiredKey(source);
    List<Column> columns =
        source.columns().stream()
            .map(column -> column(column, key.contains(column.name())))
            .toList();
    return new Relation(source.oid(), source.table(), source.replicaIdentity(), columns);
  }

  /**
   * What rows of keys belong to.
   *
   * @throws WalferryException {@code CONDITION_INVALID} if the table has no such column any more
   */
  public static Relation keys(PublishedTable source, List<String> key) {
    List<Column> columns = key.stream().map(name -> keyColumn(source, name)).toList();
    return new Relation(source.oid(), source.table(), ReplicaIdentity.DEFAULT, columns);
  }

  private static Column keyColumn(PublishedTable source, String name) {
    return source.columns().stream()
        .filter(column -> column.name().equals(name))
        .map(column -> column(column, true))
        .findFirst()
        .orElseThrow(
            () ->
                new WalferryException(
                    ErrorCode.CONDITION_INVALID,
                    "Column " + name + " of table " + source + " is not published any more"));
  }

  private static Column column(PublishedColumn column, boolean key) {
    return new Column(column.name(), column.typeOid(), column.typeModifier(), key);
  }

  /** A row of these values, as PostgreSQL prints them. */
  public static Row row(List<String> values) {
    List<byte[]> texts =
        values.stream().map(value -> value.getBytes(StandardCharsets.UTF_8)).toList();
    byte[] bytes = new byte[texts.stream().mapToInt(text -> text.length).sum()];
    Row.Builder row = new Row.Builder(bytes, values.size());
    int at = 0;
    for (byte[] text : texts) {
      System.arraycopy(text, 0, bytes, at, text.length);
      row.text(at, text.length);
      at += text.length;
    }
    return row.build();
  }
}
