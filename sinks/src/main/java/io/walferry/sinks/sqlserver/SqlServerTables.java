package io.walferry.sinks.sqlserver;

import io.walferry.change.TableId;
import io.walferry.publication.FormerValue;
import io.walferry.publication.PublishedColumn;
import io.walferry.publication.PublishedTable;
import io.walferry.sinks.sql.SqlSession;
import io.walferry.sinks.sqlserver.TableShape.ShapeColumn;
import io.walferry.sinks.table.DdlPolicies;
import io.walferry.sinks.table.DdlPolicy;
import io.walferry.sinks.table.SourceRows;
import io.walferry.sinks.table.TableCatalog;
import io.walferry.sinks.type.LossPolicies;
import io.walferry.sinks.type.SourceType;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;

/** Tables of a SQL Server destination. DDL is part of the open transaction. */
final class SqlServerTables implements TableCatalog<TableShape> {
  private final SqlSession session;
  private final TableNames names;
  private final LossPolicies policies;
  private final DdlPolicies ddl;

  SqlServerTables(SqlSession session, TableNames names, SqlServerSinkSettings settings) {
    this.session = session;
    this.names = names;
    this.policies = settings.policies();
    this.ddl = settings.ddl();
  }

  @Override
  public String display() {
    return session.display();
  }

  @Override
  public String nameOf(TableId table) {
    return names.of(table).toString();
  }

  @Override
  public Optional<TableShape> find(TableId table) {
    return TableShape.read(session, names.of(table));
  }

  /** Takes another name for a table; tells why it cannot have that, or nothing. */
  List<String> rename(TableId table, TableId to) {
    names.release(table);
    return names.claim(to);
  }

  /** Whether the server may have both names for one. */
  boolean isSameTable(TableId table, TableId to) {
    return names.isSame(table, to);
  }

  /** What has a table be called otherwise; its schema is made if it is missing. */
  List<String> renameStatements(TableName name, TableId to) {
    TableName target = names.of(to);
    List<String> statements = new ArrayList<>();
    if (name.schema().equals(target.schema())) {
      statements.add(renameStatement(name, target.table()));
      return statements;
    }
    statements.add(schemaStatement(target.schema()));
    TableName renamed = new TableName(name.schema(), target.table());
    // One statement gives either another name or another schema; on the way it takes a free one.
    if (renamed.equals(name)) {
      statements.add(transferStatement(name, target.schema()));
    } else if (TableShape.read(session, renamed).isEmpty()) {
      statements.add(renameStatement(name, target.table()));
      statements.add(transferStatement(renamed, target.schema()));
    } else {
      statements.add(transferStatement(name, target.schema()));
      statements.add(renameStatement(new TableName(target.schema(), name.table()), target.table()));
    }
    return statements;
  }

  private static String renameStatement(TableName name, String to) {
    return "EXEC sp_rename " + TableName.literal(name.quoted()) + ", " + TableName.literal(to);
  }

  private static String transferStatement(TableName name, String schema) {
    return "ALTER SCHEMA " + TableName.quote(schema) + " TRANSFER " + name.quoted();
  }

  /** Takes the names of a table and its columns; tells why it cannot, or nothing. */
  List<String> claim(TableId table, List<String> columns) {
    return names.claim(table, columns);
  }

  @Override
  public List<String> nameProblems(List<PublishedTable> tables) {
    return tables.stream()
        .flatMap(table -> claim(table.table(), table.columnNames()).stream())
        .toList();
  }

  /** None: what has no type of its own is text. */
  @Override
  public List<String> typeProblems(List<PublishedColumn> columns) {
    return List.of();
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
  public List<PublishedColumn> missingColumns(PublishedTable source, TableShape found) {
    return source.columns().stream()
        .filter(column -> found.column(column.name()).isEmpty())
        .toList();
  }

  @Override
  public boolean hasRows(TableShape found) {
    return session.exists("read table " + found.name(), "SELECT TOP (1) 1 FROM " + found.quoted());
  }

  @Override
  public boolean hasKey(TableShape found) {
    return !found.primaryKey().isEmpty();
  }

  /**
   * {@inheritDoc}
   *
   * <p>Columns as {@link ColumnDefinitions} says and the primary key. Foreign keys and further
   * unique keys are left to the source, since in the middle of a transaction they need not hold.
   */
  @Override
  public String createStatement(PublishedTable table) {
    ColumnDefinitions definitions = new ColumnDefinitions(table, policies);
    StringJoiner parts = new StringJoiner(", ");
    table.columns().forEach(column -> parts.add(definitions.of(column)));
    List<String> key = SourceRows.requiredKey(table);
    if (!key.isEmpty()) {
      StringJoiner columns = new StringJoiner(", ", "PRIMARY KEY (", ")");
      key.forEach(column -> columns.add(TableName.quote(column)));
      parts.add(columns.toString());
    }
    return "CREATE TABLE " + names.of(table.table()).quoted() + " (" + parts + ")";
  }

  /** {@inheritDoc} And its schema. */
  @Override
  public void create(PublishedTable table) {
    String attempt = "create table " + table.table();
    int unusedSchema = session.execute(attempt, schemaStatement(names.of(table.table()).schema()));
    int unused = session.execute(attempt, createStatement(table));
  }

  /** The statement has to be the first of its batch. */
  static String schemaStatement(String schema) {
    return "IF SCHEMA_ID("
        + TableName.literal(schema)
        + ") IS NULL EXEC("
        + TableName.literal("CREATE SCHEMA " + TableName.quote(schema))
        + ")";
  }

  @Override
  public void addColumn(TableShape found, PublishedColumn column, boolean isEmpty) {
    session.executeForTable(
        "add column " + column.name() + " to table " + found.name(), addStatement(found, column));
  }

  String addStatement(TableShape found, PublishedColumn column) {
    return "ALTER TABLE " + found.quoted() + " ADD " + ColumnDefinitions.added(column, policies);
  }

  /** Adds a column to a table whose rows are those of before the source had it. */
  void addColumn(TableShape found, PublishedColumn column) {
    addColumn(found, column, false);
    if (!(column.formerValue() instanceof FormerValue.Null)) {
      fill(TableShape.read(session, found.name()).orElseThrow(), column);
    }
  }

  /** The type alone that a column of a table is to have which is there, without its collation. */
  String declaration(TableShape found, PublishedColumn column) {
    return ColumnDefinitions.declaration(found, column, policies);
  }

  /** Puts what rows of before have in a column, which is known, into one that is there. */
  void fill(TableShape found, PublishedColumn column) {
    SourceType type = SourceType.of(column.typeOid(), column.typeModifier());
    ShapeColumn there = found.column(column.name()).orElseThrow();
    ValueForm form = ValueForm.of(type, there).orElseThrow();
    ValueWriter writer =
        new ValueWriter(
            there,
            form,
            type,
            policies.of(type.family()),
            "column " + column.name() + " of table " + found.name());
    String sql =
        "UPDATE "
            + found.quoted()
            + " SET "
            + TableName.quote(there.name())
            + " = "
            + form.cast("?", there);
    try (PreparedStatement statement = session.prepare(sql)) {
      Optional<Object> value = formerValue(column, writer);
      if (value.isPresent()) {
        statement.setObject(1, value.get());
      } else {
        statement.setNull(1, form.jdbcType());
      }
      // As long as the table is large: it may take any time.
      int unused = statement.executeUpdate();
    } catch (SQLException e) {
      throw session.failed("fill column " + column.name() + " of table " + found.name(), e);
    }
  }

  private static Optional<Object> formerValue(PublishedColumn column, ValueWriter writer) {
    return switch (column.formerValue()) {
      case FormerValue.Constant(String text) -> writer.value(SourceRows.row(List.of(text)), 0);
      case FormerValue.Null none -> Optional.empty();
      case FormerValue.Unknown unknown ->
          throw new IllegalArgumentException("Nobody knows what the rows have in " + column.name());
    };
  }

  /** {@inheritDoc} TRUNCATE would need a right more, and no foreign key that points there. */
  @Override
  public void empty(List<TableShape> tables) {
    for (TableShape table : tables) {
      session.executeLong(
          "empty table " + table.name(), "DELETE FROM " + table.quoted() + " WITH (TABLOCK)");
    }
  }
}
