package io.walferry.sinks.postgres;

import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.FormerValue;
import io.walferry.publication.PublishedColumn;
import io.walferry.publication.PublishedTable;
import io.walferry.sinks.postgres.TableShape.LooseCollation;
import io.walferry.sinks.postgres.TableShape.ShapeColumn;
import io.walferry.sinks.sql.SqlSession;
import io.walferry.sinks.table.DdlPolicies;
import io.walferry.sinks.table.DdlPolicy;
import io.walferry.sinks.table.TableCatalog;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tables of a PostgreSQL destination. */
final class PostgresTables implements TableCatalog<TableShape> {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresTables.class);

  /** Tables whose foreign keys are at work, and change their rows with those of another one. */
  private static final String CASCADES =
      """
      SELECT n.nspname, c.relname FROM pg_constraint f
      JOIN pg_class c ON c.oid = f.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE f.contype = 'f' AND f.confrelid = ?::regclass AND f.confdeltype IN ('c', 'n', 'd')
        AND current_setting('session_replication_role') <> 'replica'
      """;

  private final SqlSession session;
  private final DdlPolicies ddl;

  /** Key columns whose collations were told. */
  private final Set<String> told = new HashSet<>();

  PostgresTables(SqlSession session, DdlPolicies ddl) {
    this.session = session;
    this.ddl = ddl;
  }

  @Override
  public String display() {
    return session.display();
  }

  @Override
  public String nameOf(TableId table) {
    return table.toString();
  }

  @Override
  public Optional<TableShape> find(TableId table) {
    return TableShape.read(session, table);
  }

  @Override
  public List<String> nameProblems(List<PublishedTable> tables) {
    List<String> problems = new ArrayList<>();
    for (PublishedTable table : tables) {
      nameProblem(table.table()).ifPresent(problems::add);
      if (table.columns().isEmpty()) {
        problems.add(table.table() + ": a table without columns cannot be followed");
      }
    }
    return problems;
  }

  /** Why a table cannot have that name. */
  static Optional<String> nameProblem(TableId table) {
    return table.schema().equals(PostgresPositionDialect.SCHEMA)
        ? Optional.of(
            table
                + ": Walferry keeps its own tables in schema "
                + PostgresPositionDialect.SCHEMA
                + "; leave it out of 'source.tables'")
        : Optional.empty();
  }

  @Override
  public List<String> typeProblems(List<PublishedColumn> columns) {
    return columns.stream()
        .map(PublishedColumn::typeName)
        .distinct()
        .filter(type -> !hasType(type))
        .map(
            type ->
                "type "
                    + type
                    + " is missing: create it as at the source (CREATE TYPE, CREATE DOMAIN or"
                    + " CREATE EXTENSION)")
        .toList();
  }

  private boolean hasType(String type) {
    String sql = "SELECT 1 WHERE to_regtype(?) IS NOT NULL";
    return session.exists("look for type " + type, sql, type);
  }

  @Override
  public List<String> loadProblems(PublishedTable source, TableShape found) {
    return ShapeCheck.loadProblems(source, found);
  }

  @Override
  public List<String> resumeProblems(PublishedTable source, TableShape found) {
    return ShapeCheck.resumeProblems(source, found, ddl.added() == DdlPolicy.IGNORE);
  }

  @Override
  public List<String> mergeProblems(PublishedTable source, TableShape found) {
    return looseKey(source, found).stream()
        .map(
            column ->
                looseText(source, column)
                    + ", and 'existing: merge' would make one row of them; run: "
                    + collateStatement(found, column))
        .toList();
  }

  /** {@inheritDoc} Keys that the destination cannot tell apart end the feed once they come. */
  @Override
  public void tell(PublishedTable source, TableShape found) {
    for (ShapeColumn column : looseKey(source, found)) {
      if (told.add(found.table() + "." + column.name())) {
        LOG.warn(
            "Table {}, and the feed stops at the first such key; run: {}",
            looseText(source, column),
            collateStatement(found, column));
      }
    }
  }

  /** Columns of the key whose collation makes more values equal than the source's may do. */
  private static List<ShapeColumn> looseKey(PublishedTable source, TableShape found) {
    return found.looseKey().stream()
        .filter(
            there ->
                source.columns().stream()
                    .filter(column -> column.name().equals(there.name()))
                    .noneMatch(
                        column ->
                            column.loose().equals(there.loose().map(LooseCollation::definition))))
        .toList();
  }

  private static String looseText(PublishedTable source, ShapeColumn column) {
    return source.table()
        + ": under the collation "
        + column.loose().map(LooseCollation::name).orElse("")
        + " of its key column "
        + column.name()
        + " keys may be equal that differ at the source";
  }

  private static String collateStatement(TableShape found, ShapeColumn column) {
    return "ALTER TABLE "
        + found.table().quoted()
        + " ALTER COLUMN "
        + TableId.quote(column.name())
        + " TYPE "
        + column.type()
        + " COLLATE pg_catalog.\"default\";";
  }

  @Override
  public List<PublishedColumn> missingColumns(PublishedTable source, TableShape found) {
    return source.columns().stream()
        .filter(column -> found.column(column.name()).isEmpty())
        .toList();
  }

  @Override
  public boolean hasRows(TableShape found) {
    String sql = "SELECT 1 FROM " + found.only() + " LIMIT 1";
    return session.exists("read table " + found.table(), sql);
  }

  @Override
  public boolean hasKey(TableShape found) {
    return !found.mergeKey().isEmpty();
  }

  /**
   * {@inheritDoc}
   *
   * <p>Columns with the source's types, NOT NULL and the primary key. Foreign keys and further
   * unique keys are left to the source, since in the middle of a transaction they need not hold.
   */
  @Override
  public String createStatement(PublishedTable table) {
    StringJoiner parts = new StringJoiner(", ");
    table.columns().forEach(column -> parts.add(definition(column, column.notNull())));
    if (!table.primaryKey().isEmpty()) {
      StringJoiner columns = new StringJoiner(", ", "PRIMARY KEY (", ")");
      table.primaryKey().forEach(column -> columns.add(TableId.quote(column)));
      parts.add(columns.toString());
    }
    return "CREATE TABLE " + table.table().quoted() + " (" + parts + ")";
  }

  /** {@inheritDoc} And its schema. */
  @Override
  public void create(PublishedTable table) {
    Schemas.ensure(session, table.table().schema());
    session.execute("create table " + table.table(), createStatement(table));
  }

  @Override
  public void addColumn(TableShape found, PublishedColumn column, boolean isEmpty) {
    alter(found, column, "ADD COLUMN " + definition(column, column.notNull() && isEmpty));
  }

  /** Adds a column to a table whose rows are those of before the source had it. */
  void addColumn(TableShape found, PublishedColumn column, FormerValue former) {
    String definition = "ADD COLUMN " + definition(column, false);
    switch (former) {
      case FormerValue.Constant(String text) -> {
        alter(found, column, definition + " DEFAULT " + literal(text));
        // The stream says what new rows have.
        alter(found, column, "ALTER COLUMN " + TableId.quote(column.name()) + " DROP DEFAULT");
      }
      case FormerValue.Null none -> alter(found, column, definition);
      case FormerValue.Unknown unknown ->
          throw new IllegalArgumentException("Nobody knows what the rows have in " + column.name());
    }
  }

  private void alter(TableShape found, PublishedColumn column, String action) {
    session.executeForTable(
        "add column " + column.name() + " to table " + found.table(),
        "ALTER TABLE " + found.table().quoted() + " " + action);
  }

  /**
   * {@inheritDoc}
   *
   * <p>All at once. A table that a foreign key points to takes no TRUNCATE without the other table,
   * and the source did not say so much.
   */
  @Override
  public void empty(List<TableShape> tables) {
    if (tables.isEmpty()) {
      return;
    }
    StringJoiner names = new StringJoiner(", ");
    tables.forEach(shape -> names.add(shape.table().toString()));
    String attempt = "empty " + names;
    if (tables.stream().anyMatch(TableShape::referenced)) {
      requireNothingElseGoes(tables);
      tables.forEach(shape -> session.executeLong(attempt, "DELETE FROM " + shape.only()));
      return;
    }
    StringJoiner list = new StringJoiner(", ");
    tables.forEach(shape -> list.add(shape.only()));
    session.executeLong(attempt, "TRUNCATE " + list);
  }

  private void requireNothingElseGoes(List<TableShape> tables) {
    Set<TableId> emptied = tables.stream().map(TableShape::table).collect(Collectors.toSet());
    List<TableId> others =
        tables.stream()
            .flatMap(shape -> changedWith(shape).stream())
            .filter(other -> !emptied.contains(other))
            .toList();
    if (!others.isEmpty()) {
      throw new WalferryException(
          ErrorCode.DESTINATION_SHAPE,
          "Tables "
              + emptied
              + " in "
              + session.display()
              + " cannot be emptied: foreign keys with ON DELETE would change rows of "
              + others
              + ", which the source has not changed. Let them rest: GRANT SET ON PARAMETER"
              + " session_replication_role TO <role>; (PostgreSQL 15 and later, by a superuser), or"
              + " drop them at the destination");
    }
  }

  private List<TableId> changedWith(TableShape shape) {
    return session.query(
        "see what is deleted with rows of table " + shape.table(),
        CASCADES,
        row -> new TableId(row.getString(1), row.getString(2)),
        shape.table().quoted());
  }

  private static String definition(PublishedColumn column, boolean notNull) {
    String constraint = notNull ? " NOT NULL" : "";
    return TableId.quote(column.name()) + " " + column.typeName() + constraint;
  }

  /** Of a value that is known. */
  static String literal(FormerValue former) {
    return switch (former) {
      case FormerValue.Constant(String text) -> literal(text);
      case FormerValue.Null none -> "NULL";
      case FormerValue.Unknown unknown -> throw new IllegalArgumentException("Nobody knows it");
    };
  }

  /** Of any text, whatever standard_conforming_strings says. */
  private static String literal(String text) {
    return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'";
  }
}
