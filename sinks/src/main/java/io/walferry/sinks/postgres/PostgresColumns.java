package io.walferry.sinks.postgres;

import io.walferry.change.TableId;
import io.walferry.publication.PublishedColumn;
import io.walferry.sinks.sql.SqlSession;
import io.walferry.sinks.table.ColumnDdl;

/** Alters columns of a PostgreSQL destination, in the open transaction. */
final class PostgresColumns implements ColumnDdl<TableShape> {
  private final SqlSession session;
  private final PostgresTables tables;

  PostgresColumns(SqlSession session, PostgresTables tables) {
    this.session = session;
    this.tables = tables;
  }

  @Override
  public boolean has(TableShape found, String column) {
    return found.column(column).isPresent();
  }

  @Override
  public boolean isSameName(String name, String other) {
    return name.equals(other);
  }

  @Override
  public boolean takes(TableShape found, PublishedColumn column) {
    return found
        .column(column.name())
        .filter(there -> TypeFit.fits(column.typeName(), there.type()))
        .isPresent();
  }

  @Override
  public String addStatement(TableShape found, PublishedColumn column) {
    return alter(found)
        + "ADD COLUMN "
        + TableId.quote(column.name())
        + " "
        + column.typeName()
        + ";";
  }

  @Override
  public void add(TableShape found, PublishedColumn column) {
    tables.addColumn(found, column, column.formerValue());
  }

  @Override
  public void refill(TableShape found, PublishedColumn column) {
    session.executeLong(
        "fill column " + column.name() + " of table " + found.table(),
        "UPDATE "
            + found.only()
            + " SET "
            + found.assigned(column.name())
            + " = "
            + PostgresTables.literal(column.formerValue()));
  }

  @Override
  public String dropStatement(TableShape found, String column) {
    return alter(found) + "DROP COLUMN " + TableId.quote(column) + ";";
  }

  @Override
  public void drop(TableShape found, String column) {
    session.executeLong(
        "drop column " + column + " of table " + found.table(), dropStatement(found, column));
  }

  @Override
  public void release(TableShape found, String column) {
    if (found.column(column).filter(TableShape.ShapeColumn::required).isPresent()) {
      session.executeLong(
          "let column " + column + " of table " + found.table() + " be NULL",
          alter(found) + "ALTER COLUMN " + TableId.quote(column) + " DROP NOT NULL");
    }
  }

  @Override
  public String renameStatement(TableShape found, String column, String to) {
    return alter(found)
        + "RENAME COLUMN "
        + TableId.quote(column)
        + " TO "
        + TableId.quote(to)
        + ";";
  }

  @Override
  public void rename(TableShape found, String column, String to) {
    session.executeLong(
        "rename column " + column + " of table " + found.table(),
        renameStatement(found, column, to));
  }

  @Override
  public String retypeStatement(TableShape found, PublishedColumn column) {
    return alter(found)
        + "ALTER COLUMN "
        + TableId.quote(column.name())
        + " TYPE "
        + column.typeName()
        + ";";
  }

  @Override
  public void retype(TableShape found, PublishedColumn column) {
    session.executeLong(
        "change the type of column " + column.name() + " of table " + found.table(),
        retypeStatement(found, column));
  }

  private static String alter(TableShape found) {
    return "ALTER TABLE " + found.table().quoted() + " ";
  }
}
