package io.walferry.snapshot;

import io.walferry.change.TableId;
import io.walferry.publication.SourceText;
import io.walferry.sink.CopyFormat;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * A part of a table: the rows whose keys are in a half-open range of the source's own order.
 *
 * @param number of the chunk within its table, from 0
 * @param lower the first key that belongs to it, column by column as text; empty for no bound
 * @param upper the first key that does not; empty for no bound
 */
public record TableChunk(
    LoadTable table, int number, Optional<List<String>> lower, Optional<List<String>> upper) {

  /** The statement that reads the chunk: published columns of published rows. */
  String copyStatement(CopyFormat format, SourceText text) {
    return copyStatement(table, table.table().columnNames(), where(), format, text);
  }

  /** Asks for expressions over the rows that {@link #copyStatement} reads. */
  String select(List<String> expressions) {
    return select(table, expressions, where());
  }

  private String where() {
    StringBuilder where = new StringBuilder("true");
    lower.ifPresent(key -> where.append(" AND ").append(compare(">=", key)));
    upper.ifPresent(key -> where.append(" AND ").append(compare("<", key)));
    return where.toString();
  }

  /** A statement that reads some published rows of a table. */
  static String copyStatement(
      LoadTable table, List<String> columns, String where, CopyFormat format, SourceText text) {
    return "COPY ("
        + select(table, columns.stream().map(TableId::quote).toList(), where)
        + ") TO STDOUT"
        + (format == CopyFormat.BINARY ? " (FORMAT binary)" : text.copyOption());
  }

  private static String select(LoadTable table, List<String> expressions, String where) {
    return "SELECT "
        + String.join(", ", expressions)
        + " FROM "
        + table.from()
        + " WHERE "
        + where
        + table.table().rowFilter().map(filter -> " AND (" + filter + ")").orElse("");
  }

  private String compare(String operator, List<String> bound) {
    return "(" + table.keyList() + ") " + operator + " (" + literals(table, bound) + ")";
  }

  /** A key's values as constants of its types. */
  static String literals(LoadTable table, List<String> key) {
    StringJoiner values = new StringJoiner(", ");
    for (int i = 0; i < key.size(); i++) {
      values.add(literal(key.get(i)) + "::" + table.key().get(i).type());
    }
    return values.toString();
  }

  /** The same with the collations of the key, for where they are compared with its columns. */
  static String collated(LoadTable table, List<String> key) {
    StringJoiner values = new StringJoiner(", ");
    for (int i = 0; i < key.size(); i++) {
      values.add(table.key().get(i).typed(literal(key.get(i))));
    }
    return values.toString();
  }

  /** COPY takes no parameters. The escape form means the same whatever the server's settings. */
  private static String literal(String value) {
    return "E'" + value.replace("\\", "\\\\").replace("'", "''") + "'";
  }
}
