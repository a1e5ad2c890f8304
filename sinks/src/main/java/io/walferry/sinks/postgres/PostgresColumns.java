package io.walferry.sinks.postgres;

import io.walferry.change.TableId;
import io.walferry.publication.PrintedType.Part;
import io.walferry.publication.PublishedColumn;
import io.walferry.sink.TypeAlteration;
import io.walferry.sinks.sql.SqlSession;
import io.walferry.sinks.table.TableDdl;
import io.walferry.sinks.table.TypeCopy;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/** Alters columns of a PostgreSQL destination, in the open transaction. */
final class PostgresColumns implements TableDdl<TableShape> {
  /** What a table is called between two names that others have. */
  private static final String MOVING = "walferry_moving";

  /** Finds the labels of an enum, or the attributes of a composite type. */
  private static final String PARTS =
      """
      SELECT l.enumlabel, '' FROM pg_enum l WHERE l.enumtypid = to_regtype(?)
      UNION ALL
      SELECT a.attname, format_type(a.atttypid, a.atttypmod)
      FROM pg_type t JOIN pg_attribute a ON a.attrelid = t.typrelid
      WHERE t.oid = to_regtype(?) AND a.attnum > 0 AND NOT a.attisdropped
      """;

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
  public int columnCount(TableShape found) {
    return found.columns().size();
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

  /**
   * {@inheritDoc} Where labels have swapped their names, nobody can tell: rows are read again then.
   */
  @Override
  public TypeCopy typeCopy(TableShape found, TypeAlteration alteration) {
    boolean same =
        alteration.columns().stream()
            .anyMatch(
                column ->
                    found
                        .column(column.name())
                        .filter(there -> there.type().equals(column.typeName()))
                        .isPresent());
    Set<Part> lost = alteration.before().lost(alteration.now());
    Set<Part> gained = alteration.before().gained(alteration.now());
    if (!same || (lost.isEmpty() && gained.isEmpty())) {
      return TypeCopy.NONE;
    }
    List<Part> there =
        session.query(
            "look at type " + alteration.now().name(),
            PARTS,
            row -> new Part(row.getString(1), row.getString(2)),
            alteration.now().name(),
            alteration.now().name());
    boolean altered = there.containsAll(gained) && Collections.disjoint(there, lost);
    return altered ? TypeCopy.ALTERED : TypeCopy.UNALTERED;
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

  @Override
  public String dropTableStatement(TableShape found) {
    return "DROP TABLE " + found.table().quoted() + ";";
  }

  @Override
  public void dropTable(TableShape found) {
    session.executeLong("drop table " + found.table(), dropTableStatement(found));
  }

  @Override
  public List<String> nameProblems(TableId table, TableId to) {
    return PostgresTables.nameProblem(to).stream().toList();
  }

  @Override
  public boolean isSameTable(TableId table, TableId to) {
    return table.equals(to);
  }

  @Override
  public String renameTableStatement(TableShape found, TableId to) {
    String schema =
        found.table().schema().equals(to.schema())
            ? ""
            : "CREATE SCHEMA IF NOT EXISTS " + TableId.quote(to.schema()) + "; ";
    return schema + String.join("; ", steps(found.table(), to)) + ";";
  }

  /** {@inheritDoc} Its schema is made if it is missing. */
  @Override
  public void renameTable(TableShape found, TableId to) {
    Schemas.ensure(session, to.schema());
    freeIndexNames(found.table(), to.schema());
    steps(found.table(), to)
        .forEach(step -> session.executeLong("rename table " + found.table() + " to " + to, step));
  }

  /**
   * Indexes go along with their table, and were named after whatever it was called when they were
   * made: one of the other schema may have the same name, or a table that gets the former one may
   * want an index like ours.
   */
  private void freeIndexNames(TableId table, String schema) {
    session
        .query(
            "look for indexes of table " + table + " whose names may be taken",
            """
            SELECT c.relname,
              CASE WHEN c.relname LIKE 'walferry\\_row\\_%' THEN 'walferry_row_'
                ELSE 'walferry_index_' END || c.oid
            FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
            WHERE i.indrelid = ?::regclass AND (c.relname LIKE 'walferry\\_row\\_%' OR EXISTS (
              SELECT FROM pg_class o JOIN pg_namespace n ON n.oid = o.relnamespace
              WHERE n.nspname = ? AND o.relname = c.relname AND o.oid <> c.oid))
            """,
            row ->
                "ALTER INDEX "
                    + new TableId(table.schema(), row.getString(1)).quoted()
                    + " RENAME TO "
                    + TableId.quote(row.getString(2)),
            table.quoted(),
            schema)
        .forEach(rename -> session.executeForTable("rename an index of table " + table, rename));
  }

  /** One statement gives either another name or another schema; on the way it takes a free one. */
  private List<String> steps(TableId table, TableId to) {
    TableId inSchema = new TableId(table.schema(), to.name());
    TableId moved = new TableId(to.schema(), table.name());
    if (inSchema.equals(table)) {
      return List.of(setSchema(table, to.schema()));
    }
    if (moved.equals(table)) {
      return List.of(rename(table, to.name()));
    }
    if (tables.find(inSchema).isEmpty()) {
      return List.of(rename(table, to.name()), setSchema(inSchema, to.schema()));
    }
    if (tables.find(moved).isEmpty()) {
      return List.of(setSchema(table, to.schema()), rename(moved, to.name()));
    }
    return List.of(
        rename(table, MOVING),
        setSchema(new TableId(table.schema(), MOVING), to.schema()),
        rename(new TableId(to.schema(), MOVING), to.name()));
  }

  private static String rename(TableId table, String name) {
    return "ALTER TABLE " + table.quoted() + " RENAME TO " + TableId.quote(name);
  }

  private static String setSchema(TableId table, String schema) {
    return "ALTER TABLE " + table.quoted() + " SET SCHEMA " + TableId.quote(schema);
  }

  private static String alter(TableShape found) {
    return "ALTER TABLE " + found.table().quoted() + " ";
  }
}
