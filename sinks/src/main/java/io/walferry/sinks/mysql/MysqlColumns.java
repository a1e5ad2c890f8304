package io.walferry.sinks.mysql;

import io.walferry.change.TableId;
import io.walferry.publication.PublishedColumn;
import io.walferry.sinks.sql.SqlSession;
import io.walferry.sinks.table.TableDdl;
import io.walferry.sinks.type.SourceType;
import java.util.List;
import java.util.Set;

/**
 * Alters columns of a MySQL or MariaDB destination, in a session of its own: each statement ends
 * its transaction. A kill between two of them leaves what {@link
 * io.walferry.sinks.table.TableAlterations} finds when it is asked again.
 */
final class MysqlColumns implements TableDdl<TableShape> {
  /** Types that take some values of a source's type, and not others. */
  private static final Set<String> LIMITED = Set.of("varchar", "char", "decimal");

  private final SqlSession aside;
  private final MysqlTables tables;

  MysqlColumns(SqlSession aside, MysqlTables tables) {
    this.aside = aside;
    this.tables = tables;
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
    SourceType type = SourceType.of(column.typeOid(), column.typeModifier());
    return found
        .column(column.name())
        .filter(there -> ValueForm.of(type, there).isPresent())
        .filter(
            there ->
                !LIMITED.contains(there.dataType())
                    || there.declaredType().equals(tables.declaration(column)))
        .isPresent();
  }

  @Override
  public String addStatement(TableShape found, PublishedColumn column) {
    return alter(found) + "ADD COLUMN " + tables.definition(found, column) + ";";
  }

  @Override
  public void add(TableShape found, PublishedColumn column) {
    tables.addColumn(found, column);
  }

  @Override
  public void refill(TableShape found, PublishedColumn column) {
    aside.executeLong(
        "fill column " + column.name() + " of table " + found.name(),
        "UPDATE "
            + found.quoted()
            + " SET "
            + TableNames.quote(column.name())
            + " = "
            + tables.literal(found, column));
  }

  @Override
  public String dropStatement(TableShape found, String column) {
    return alter(found) + "DROP COLUMN " + TableNames.quote(column) + ";";
  }

  @Override
  public void drop(TableShape found, String column) {
    aside.executeLong(
        "drop column " + column + " of table " + found.name(), dropStatement(found, column));
  }

  /** Nothing: only columns of keys are NOT NULL where tables are made here. */
  @Override
  public void release(TableShape found, String column) {}

  @Override
  public String renameStatement(TableShape found, String column, String to) {
    return alter(found)
        + "RENAME COLUMN "
        + TableNames.quote(column)
        + " TO "
        + TableNames.quote(to)
        + ";";
  }

  @Override
  public void rename(TableShape found, String column, String to) {
    aside.executeLong(
        "rename column " + column + " of table " + found.name(),
        renameStatement(found, column, to));
  }

  @Override
  public String retypeStatement(TableShape found, PublishedColumn column) {
    return alter(found) + "MODIFY COLUMN " + tables.definition(found, column) + ";";
  }

  @Override
  public void retype(TableShape found, PublishedColumn column) {
    aside.executeLong(
        "change the type of column " + column.name() + " of table " + found.name(),
        retypeStatement(found, column));
  }

  @Override
  public String dropTableStatement(TableShape found) {
    return "DROP TABLE " + found.quoted() + ";";
  }

  @Override
  public void dropTable(TableShape found) {
    aside.executeLong("drop table " + found.name(), dropTableStatement(found));
  }

  @Override
  public List<String> nameProblems(TableId table, TableId to) {
    return tables.rename(table, to);
  }

  @Override
  public boolean isSameTable(TableId table, TableId to) {
    return tables.isSameTable(table, to);
  }

  @Override
  public String renameTableStatement(TableShape found, TableId to) {
    return alter(found) + "RENAME TO " + TableNames.quoted(to) + ";";
  }

  @Override
  public void renameTable(TableShape found, TableId to) {
    aside.executeLong(
        "rename table " + found.name() + " to " + TableNames.of(to),
        renameTableStatement(found, to));
  }

  private static String alter(TableShape found) {
    return "ALTER TABLE " + found.quoted() + " ";
  }
}
