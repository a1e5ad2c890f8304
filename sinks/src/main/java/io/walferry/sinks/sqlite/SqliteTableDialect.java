package io.walferry.sinks.sqlite;

import io.walferry.change.Column;
import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sinks.sql.TableDialect;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * How a SQLite table is spoken to.
 *
 * @param merge whether a new row takes the place of the one with the same primary key
 */
record SqliteTableDialect(TableShape shape, boolean merge) implements TableDialect {
  @Override
  public String table() {
    return quote(shape.name());
  }

  @Override
  public String quote(String identifier) {
    return TableId.quote(identifier);
  }

  /** OR ABORT overrides an ON CONFLICT REPLACE of the table, which would hide a repeated row. */
  @Override
  public String insertInto() {
    return "INSERT OR ABORT INTO";
  }

  /** A row that meets another unique key still fails. */
  @Override
  public String insertEnd(List<String> columns) {
    Set<String> key = folded(shape.primaryKey());
    if (!merge || key.isEmpty() || !folded(columns).containsAll(key)) {
      return "";
    }
    StringJoiner names = new StringJoiner(",", " ON CONFLICT(", ")");
    shape.primaryKey().forEach(column -> names.add(quote(column)));
    StringJoiner assignments = new StringJoiner(",", " DO UPDATE SET ", "");
    assignments.setEmptyValue(" DO UPDATE SET " + assignment(shape.primaryKey().getFirst()));
    columns.stream()
        .filter(column -> !key.contains(TableNames.fold(column)))
        .forEach(column -> assignments.add(assignment(column)));
    return names + assignments.toString();
  }

  private String assignment(String column) {
    return quote(column) + "=excluded." + quote(column);
  }

  private static Set<String> folded(List<String> names) {
    return names.stream().map(TableNames::fold).collect(Collectors.toSet());
  }

  @Override
  public boolean castsText(Column column) {
    return shape.isUtf8() && SqliteType.of(column.typeOid()) == SqliteType.TEXT;
  }

  @Override
  public String update() {
    return "UPDATE OR ABORT";
  }

  @Override
  public String sameKey(String quotedColumn, Supplier<String> mark) {
    return same(quotedColumn + "=", mark);
  }

  @Override
  public String sameValue(String quotedColumn, Supplier<String> mark) {
    return same(quotedColumn + " IS ", mark);
  }

  /** First by the column's collation, since an index of it knows no other. */
  private String same(String comparison, Supplier<String> mark) {
    String condition = comparison + mark.get();
    return shape.comparesBytes()
        ? condition
        : condition + " AND " + comparison + mark.get() + " COLLATE BINARY";
  }

  @Override
  public String onlyOne(String condition) {
    if (!shape.primaryKey().isEmpty()) {
      return condition;
    }
    String row =
        shape
            .rowNumber()
            .orElseThrow(
                () ->
                    new WalferryException(
                        ErrorCode.DESTINATION_SHAPE,
                        "Table "
                            + shape.name()
                            + " has columns rowid, _rowid_ and oid and no primary key, so that"
                            + " SQLite cannot name one of several equal rows"));
    return row + "=(SELECT " + row + " FROM " + table() + " WHERE " + condition + " LIMIT 1)";
  }
}
