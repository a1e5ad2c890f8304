package io.walferry.sinks.sqlite;

import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sinks.sql.TableDialect;

/** How a SQLite table is spoken to. */
record SqliteTableDialect(TableShape shape) implements TableDialect {
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

  @Override
  public String update() {
    return "UPDATE OR ABORT";
  }

  @Override
  public String sameValue(String quotedColumn) {
    return quotedColumn + " IS ?";
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
