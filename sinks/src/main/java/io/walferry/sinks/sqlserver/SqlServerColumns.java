package io.walferry.sinks.sqlserver;

import io.walferry.change.TableId;
import io.walferry.publication.PublishedColumn;
import io.walferry.sinks.sql.SqlSession;
import io.walferry.sinks.sqlserver.TableShape.ShapeColumn;
import io.walferry.sinks.sqlserver.TableShape.ShapeIndex;
import io.walferry.sinks.table.TableDdl;
import io.walferry.sinks.type.SourceType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Alters columns of a SQL Server destination, in the open transaction.
 *
 * <p>What stands on a column that goes, goes with it, as at the source. A column that changes its
 * type lets our own indexes go, which are made again when they are needed, and the primary key,
 * which is made again at once; whatever else somebody has put on it is the server's reason to
 * refuse.
 */
final class SqlServerColumns implements TableDdl<TableShape> {
  private static final Set<String> OWN_INDEXES =
      Set.of(IdentityIndex.KEY_INDEX, IdentityIndex.ROW_INDEX);

  private static final Set<String> WHOLE_NUMBERS = Set.of("tinyint", "smallint", "int", "bigint");

  private static final Pattern WITH_LENGTH =
      Pattern.compile("(?:nvarchar|varbinary)\\((\\d+|max)\\)");

  /** Of UTF-8, at most, for one of UTF-16. */
  private static final int BYTES_PER_UNIT = 2;

  private final SqlSession session;
  private final SqlServerTables tables;

  SqlServerColumns(SqlSession session, SqlServerTables tables) {
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
    return TableNames.fold(name).equals(TableNames.fold(other));
  }

  @Override
  public boolean takes(TableShape found, PublishedColumn column) {
    SourceType type = SourceType.of(column.typeOid(), column.typeModifier());
    return found
        .column(column.name())
        .filter(there -> ValueForm.of(type, there).isPresent())
        .filter(there -> isLongEnough(there, tables.declaration(found, column)))
        .isPresent();
  }

  private static boolean isLongEnough(ShapeColumn there, String wanted) {
    Matcher declaration = WITH_LENGTH.matcher(wanted);
    if (there.bytesMax() < 0 || !declaration.matches()) {
      return true;
    }
    String length = declaration.group(1);
    int units = there.isText() && !there.isWide() ? BYTES_PER_UNIT : 1;
    return !length.equals("max") && there.lengthMax() >= units * Integer.parseInt(length);
  }

  @Override
  public String addStatement(TableShape found, PublishedColumn column) {
    return tables.addStatement(found, column) + ";";
  }

  @Override
  public void add(TableShape found, PublishedColumn column) {
    tables.addColumn(found, column);
  }

  @Override
  public void refill(TableShape found, PublishedColumn column) {
    tables.fill(found, column);
  }

  @Override
  public String dropStatement(TableShape found, String column) {
    return forPeople(dropStatements(found, column));
  }

  @Override
  public void drop(TableShape found, String column) {
    run("drop column " + column + " of table " + found.name(), dropStatements(found, column));
  }

  private List<String> dropStatements(TableShape found, String column) {
    String name = nameOf(found, column);
    List<String> statements = new ArrayList<>();
    ColumnDependent.read(session, found, name)
        .forEach(dependent -> statements.add(dependent.dropStatement(found)));
    statements.add(alter(found) + "DROP COLUMN " + TableName.quote(name));
    return statements;
  }

  /** {@inheritDoc} What is in the key stays as it is. */
  @Override
  public void release(TableShape found, String column) {
    ShapeColumn there = there(found, column);
    if (there.required() && found.keyWith(column).isEmpty()) {
      String collation = there.isText() ? " COLLATE " + there.collation() : "";
      run(
          "let column " + column + " of table " + found.name() + " be NULL",
          List.of(alterColumn(found, there) + there.declaredType() + collation + " NULL"));
    }
  }

  @Override
  public String renameStatement(TableShape found, String column, String to) {
    return "EXEC sp_rename "
        + TableName.literal(found.quoted() + "." + TableName.quote(nameOf(found, column)))
        + ", "
        + TableName.literal(to)
        + ", N'COLUMN';";
  }

  @Override
  public void rename(TableShape found, String column, String to) {
    run(
        "rename column " + column + " of table " + found.name(),
        List.of(renameStatement(found, column, to)));
  }

  @Override
  public String retypeStatement(TableShape found, PublishedColumn column) {
    return forPeople(retypeStatements(found, column));
  }

  /**
   * {@inheritDoc}
   *
   * <p>The server knows no way between some types, such as a number and a date. In a table without
   * rows, which is about to be loaded, another column of that name takes the place of the one that
   * is there.
   */
  @Override
  public void retype(TableShape found, PublishedColumn column) {
    run(
        "change the type of column " + column.name() + " of table " + found.name(),
        retypeStatements(found, column));
  }

  private List<String> retypeStatements(TableShape found, PublishedColumn column) {
    ShapeColumn there = there(found, column.name());
    String declaration = tables.declaration(found, column);
    String collation = there.isText() ? there.collation() : ColumnDefinitions.COLLATION;
    Optional<PrimaryKey> key =
        TableNames.folded(found.primaryKey()).contains(TableNames.fold(there.name()))
            ? PrimaryKey.read(session, found)
            : Optional.empty();
    boolean nullable = there.nullable() && key.isEmpty();
    String type =
        ColumnDefinitions.collated(declaration, collation) + (nullable ? " NULL" : " NOT NULL");
    List<String> statements = new ArrayList<>(dropOwnIndexes(found, there));
    key.ifPresent(it -> statements.add(it.dropStatement(found)));
    if (isAlike(there.dataType(), declaration) || tables.hasRows(found)) {
      statements.add(alterColumn(found, there) + type);
    } else {
      String name = TableName.quote(there.name());
      statements.add(alter(found) + "DROP COLUMN " + name);
      statements.add(alter(found) + "ADD " + name + " " + type);
    }
    key.ifPresent(it -> statements.add(it.addStatement(found)));
    return statements;
  }

  private static List<String> dropOwnIndexes(TableShape found, ShapeColumn column) {
    return found.indexes().stream()
        .filter(index -> OWN_INDEXES.contains(index.name()))
        .filter(index -> index.columns().contains(column.name()))
        .map(ShapeIndex::name)
        .map(name -> new ColumnDependent(ColumnDependent.Kind.INDEX, name).dropStatement(found))
        .toList();
  }

  /** Whether there is nothing that one type holds and the server could not make the other of. */
  private static boolean isAlike(String dataType, String declaration) {
    int bracket = declaration.indexOf('(');
    String other = bracket < 0 ? declaration : declaration.substring(0, bracket);
    return dataType.equals(other)
        || (WHOLE_NUMBERS.contains(dataType) && WHOLE_NUMBERS.contains(other));
  }

  @Override
  public String dropTableStatement(TableShape found) {
    return "DROP TABLE " + found.quoted() + ";";
  }

  @Override
  public void dropTable(TableShape found) {
    run("drop table " + found.name(), List.of(dropTableStatement(found)));
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
    return forPeople(tables.renameStatements(found.name(), to));
  }

  /** {@inheritDoc} Its schema is made if it is missing. */
  @Override
  public void renameTable(TableShape found, TableId to) {
    run("rename table " + found.name() + " to " + to, tables.renameStatements(found.name(), to));
  }

  private void run(String attempt, List<String> statements) {
    statements.forEach(statement -> session.executeLongForTable(attempt, statement));
  }

  private static String forPeople(List<String> statements) {
    return String.join("; ", statements) + ";";
  }

  /** As the table has it, if it has it at all: statements for people may be about others. */
  private static String nameOf(TableShape found, String column) {
    return found.column(column).map(ShapeColumn::name).orElse(column);
  }

  private static ShapeColumn there(TableShape found, String column) {
    return found.column(column).orElseThrow();
  }

  private static String alter(TableShape found) {
    return "ALTER TABLE " + found.quoted() + " ";
  }

  private static String alterColumn(TableShape found, ShapeColumn column) {
    return alter(found) + "ALTER COLUMN " + TableName.quote(column.name()) + " ";
  }
}
