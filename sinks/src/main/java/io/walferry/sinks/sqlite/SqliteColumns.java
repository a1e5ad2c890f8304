package io.walferry.sinks.sqlite;

import io.walferry.change.Column;
import io.walferry.change.Relation;
import io.walferry.change.ReplicaIdentity;
import io.walferry.change.TableId;
import io.walferry.publication.FormerValue;
import io.walferry.publication.PublishedColumn;
import io.walferry.sinks.sql.SqlSession;
import io.walferry.sinks.table.SourceRows;
import io.walferry.sinks.table.TableDdl;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/** Alters columns of a SQLite destination, in the open transaction. */
final class SqliteColumns implements TableDdl<TableShape> {
  private final SqlSession session;
  private final TableNames names;

  SqliteColumns(SqlSession session, TableNames names) {
    this.session = session;
    this.names = names;
  }

  @Override
  public boolean has(TableShape found, String column) {
    return found.column(column).isPresent();
  }

  @Override
  public int columnCount(TableShape found) {
    return found.columns().size();
  }

  @Override
  public boolean isSameName(String name, String other) {
    return TableNames.fold(name).equals(TableNames.fold(other));
  }

  @Override
  public boolean takes(TableShape found, PublishedColumn column) {
    return found
        .column(column.name())
        .filter(there -> SqliteType.of(column.typeOid()).isKeptBy(there.declaredType()))
        .isPresent();
  }

  @Override
  public String addStatement(TableShape found, PublishedColumn column) {
    return alter(found) + "ADD COLUMN " + SqliteTables.definition(column) + ";";
  }

  /** {@inheritDoc} Without a default, which could not be taken away from it again. */
  @Override
  public void add(TableShape found, PublishedColumn column) {
    session.execute(
        "add column " + column.name() + " to table " + found.name(), addStatement(found, column));
    if (column.formerValue() instanceof FormerValue.Constant) {
      refill(found, column);
    }
  }

  @Override
  public void refill(TableShape found, PublishedColumn column) {
    String sql =
        "UPDATE "
            + TableId.quote(found.name())
            + " SET "
            + TableId.quote(column.name())
            + (column.formerValue() instanceof FormerValue.Constant ? " = ?" : " = NULL");
    try (PreparedStatement update = session.prepare(sql)) {
      if (column.formerValue() instanceof FormerValue.Constant(String text)) {
        Column bound = new Column(column.name(), column.typeOid(), column.typeModifier(), false);
        TableId table = new TableId("main", found.name());
        Relation relation = new Relation(0, table, ReplicaIdentity.NOTHING, List.of(bound));
        new ValueBinder(relation).bind(update, 1, SourceRows.row(List.of(text)), 0, false);
      }
      update.executeUpdate();
    } catch (SQLException e) {
      throw session.failed("fill column " + column.name() + " of table " + found.name(), e);
    }
  }

  @Override
  public String dropStatement(TableShape found, String column) {
    return alter(found) + "DROP COLUMN " + TableId.quote(column) + ";";
  }

  @Override
  public void drop(TableShape found, String column) {
    dropOwnIndexes(found, column);
    session.execute(
        "drop column " + column + " of table " + found.name(), dropStatement(found, column));
  }

  /** Nothing: only columns of keys are NOT NULL here, and SQLite cannot take that away. */
  @Override
  public void release(TableShape found, String column) {}

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
    dropOwnIndexes(found, column);
    session.execute(
        "rename column " + column + " of table " + found.name(),
        renameStatement(found, column, to));
  }

  @Override
  public String retypeStatement(TableShape found, PublishedColumn column) {
    return addStatement(found, column) + " (SQLite changes no types: move the rows over)";
  }

  /**
   * {@inheritDoc}
   *
   * <p>SQLite changes no types. None that keeps the text of values is kept otherwise here: there is
   * nothing to change unless somebody else has made the column, and then the table's next row says
   * so. A table without rows, which is about to be loaded, gets another column of that name.
   */
  @Override
  public void retype(TableShape found, PublishedColumn column) {
    boolean inKey = TableNames.folded(found.primaryKey()).contains(TableNames.fold(column.name()));
    if (!inKey && isEmpty(found)) {
      drop(found, column.name());
      session.execute(
          "add column " + column.name() + " to table " + found.name(), addStatement(found, column));
    }
  }

  private boolean isEmpty(TableShape found) {
    return session
        .query(
            "see whether table " + found.name() + " has rows",
            "SELECT 1 FROM " + TableId.quote(found.name()) + " LIMIT 1",
            row -> row.getInt(1))
        .isEmpty();
  }

  /** Indexes that were made here to find rows by; they are made again if they are needed. */
  private void dropOwnIndexes(TableShape found, String column) {
    List<String> indexes =
        session.query(
            "read the indexes of table " + found.name(),
            "SELECT DISTINCT l.name FROM pragma_index_list(?) l, pragma_index_info(l.name) i"
                + " WHERE i.name = ? COLLATE NOCASE AND substr(l.name, 1, 9) = 'walferry_'",
            row -> row.getString(1),
            found.name(),
            column);
    for (String index : indexes) {
      session.execute(
          "drop an index of table " + found.name(), "DROP INDEX " + TableId.quote(index));
    }
  }

  @Override
  public String dropTableStatement(TableShape found) {
    return "DROP TABLE " + TableId.quote(found.name()) + ";";
  }

  @Override
  public void dropTable(TableShape found) {
    session.execute("drop table " + found.name(), dropTableStatement(found));
  }

  @Override
  public List<String> nameProblems(TableId table, TableId to) {
    names.release(table);
    return names.claim(to, List.of());
  }

  @Override
  public boolean isSameTable(TableId table, TableId to) {
    return isSameName(TableNames.of(table), TableNames.of(to));
  }

  @Override
  public String renameTableStatement(TableShape found, TableId to) {
    return alter(found) + "RENAME TO " + TableId.quote(TableNames.of(to)) + ";";
  }

  @Override
  public void renameTable(TableShape found, TableId to) {
    session.execute(
        "rename table " + found.name() + " to " + TableNames.of(to),
        renameTableStatement(found, to));
  }

  private static String alter(TableShape found) {
    return "ALTER TABLE " + TableId.quote(found.name()) + " ";
  }
}
