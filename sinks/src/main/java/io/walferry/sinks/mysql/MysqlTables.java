package io.walferry.sinks.mysql;

import io.walferry.change.ReplicaIdentity;
import io.walferry.change.TableId;
import io.walferry.publication.FormerValue;
import io.walferry.publication.PublishedColumn;
import io.walferry.publication.PublishedTable;
import io.walferry.sinks.mysql.TableShape.ShapeColumn;
import io.walferry.sinks.sql.SqlSession;
import io.walferry.sinks.table.DdlPolicy;
import io.walferry.sinks.table.SourceRows;
import io.walferry.sinks.table.TableCatalog;
import io.walferry.sinks.type.LossPolicies;
import io.walferry.sinks.type.LossPolicy;
import io.walferry.sinks.type.SourceType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tables of a MySQL or MariaDB destination.
 *
 * <p>DDL ends the transaction of its session, so it has a session of its own: a table that was made
 * and a column that was added are there at once, and again the same if they are there already,
 * since a kill in between leaves an empty table or a column. Shapes are read in that session, too.
 */
final class MysqlTables implements TableCatalog<TableShape> {
  private static final Logger LOG = LoggerFactory.getLogger(MysqlTables.class);
  private static final String ROW_INDEX = "walferry_row";
  private static final int INDEX_COLUMNS_MAX = 4;
  private static final int INDEX_CHARACTERS = 64;

  private final MysqlConnector connector;
  private final SqlSession session;
  private final SqlSession aside;
  private final LossPolicies policies;
  private final DdlPolicy ddl;
  private final TableNames names = new TableNames();
  private final Set<String> told = new HashSet<>();

  /**
   * Of a database.
   *
   * @param session of the feed
   * @param aside another one, without transactions
   */
  MysqlTables(
      MysqlConnector connector, SqlSession session, SqlSession aside, MysqlSinkSettings settings) {
    this.connector = connector;
    this.session = session;
    this.aside = aside;
    this.policies = settings.policies();
    this.ddl = settings.ddl().added();
  }

  @Override
  public String display() {
    return session.display();
  }

  @Override
  public String nameOf(TableId table) {
    return TableNames.of(table);
  }

  @Override
  public Optional<TableShape> find(TableId table) {
    aside.connect();
    return TableShape.read(aside, TableNames.of(table));
  }

  /** Takes the names of a table and its columns; tells why it cannot, or nothing. */
  List<String> claim(TableId table, List<String> columns) {
    return names.claim(table, columns, connector.traits().foldsTables());
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
    return ShapeCheck.resumeProblems(source, found, ddl == DdlPolicy.IGNORE);
  }

  @Override
  public List<PublishedColumn> missingColumns(PublishedTable source, TableShape found) {
    return source.columns().stream()
        .filter(column -> found.column(column.name()).isEmpty())
        .toList();
  }

  @Override
  public boolean hasRows(TableShape found) {
    return session.exists(
        "read table " + found.name(), "SELECT 1 FROM " + found.quoted() + " LIMIT 1");
  }

  @Override
  public boolean hasKey(TableShape found) {
    return !found.primaryKey().isEmpty();
  }

  /**
   * {@inheritDoc}
   *
   * <p>Columns as {@link ColumnDefinitions} says and the primary key; an index where rows have to
   * be found by all that they hold. Foreign keys and further unique keys are left to the source,
   * since in the middle of a transaction they need not hold.
   */
  @Override
  public String createStatement(PublishedTable table) {
    List<String> key = SourceRows.requiredKey(table);
    ColumnDefinitions definitions = definitions(table, key);
    StringJoiner parts = new StringJoiner(", ");
    table.columns().forEach(column -> parts.add(definitions.of(column)));
    if (!key.isEmpty()) {
      StringJoiner columns = new StringJoiner(", ", "PRIMARY KEY (", ")");
      key.forEach(column -> columns.add(TableNames.quote(column)));
      parts.add(columns.toString());
    }
    return "CREATE TABLE "
        + TableNames.quoted(table.table())
        + " ("
        + parts
        + ") ENGINE = InnoDB ROW_FORMAT = DYNAMIC";
  }

  private ColumnDefinitions definitions(PublishedTable table, List<String> key) {
    return new ColumnDefinitions(table.columns(), key, policies, connector.traits().collation());
  }

  @Override
  public void create(PublishedTable table) {
    String statement =
        createStatement(table).replaceFirst("^CREATE TABLE ", "CREATE TABLE IF NOT EXISTS ");
    aside.connect();
    aside.execute("create table " + table.table(), statement);
  }

  @Override
  public void addColumn(TableShape found, PublishedColumn column, boolean isEmpty) {
    throw new IllegalStateException(
        "Column " + column.name() + " of table " + found.name() + " is added beforehand");
  }

  /** Creates what is missing of a table that is to be loaded; rows that are there get NULL. */
  void complete(PublishedTable table) {
    Optional<TableShape> found = find(table.table());
    if (found.isEmpty()) {
      create(table);
    }
    found.ifPresent(
        shape -> missingColumns(table, shape).forEach(column -> add(table, shape, column, "")));
    finish(table);
  }

  /**
   * Adds the columns that a followed table lacks. Rows that are there get what they have at the
   * source, and so do those of the stream that are of before: that is the column's default.
   */
  void widen(PublishedTable table) {
    TableShape found = find(table.table()).orElseThrow();
    if (ddl == DdlPolicy.APPLY) {
      missingColumns(table, found)
          .forEach(column -> add(table, found, column, formerValue(found, column)));
    }
    finish(table);
  }

  private void finish(PublishedTable table) {
    TableShape shape = find(table.table()).orElseThrow();
    ensureRowIndex(table, shape);
    tellOfCollations(table, shape);
  }

  private String formerValue(TableShape found, PublishedColumn column) {
    return switch (column.formerValue()) {
      case FormerValue.Constant constant -> " DEFAULT (" + literal(found, column) + ")";
      case FormerValue.Null none -> "";
      case FormerValue.Unknown unknown -> "";
    };
  }

  private ValueWriter writer(TableShape found, PublishedColumn column) {
    SourceType type = SourceType.of(column.typeOid(), column.typeModifier());
    LossPolicy policy = policies.of(type.family());
    return new ValueWriter(
        ValueForm.created(type, policy),
        type,
        policy,
        "column " + column.name() + " of table " + found.name());
  }

  /** Adds a column with what rows of before have in it, which stays its default. */
  void addColumn(TableShape found, PublishedColumn column) {
    aside.executeLong(
        "add column " + column.name() + " to table " + found.name(),
        "ALTER TABLE "
            + found.quoted()
            + " ADD COLUMN "
            + definition(found, column)
            + formerValue(found, column));
  }

  /** A column as it is declared in a table that is there, on its own. */
  String definition(TableShape found, PublishedColumn column) {
    boolean inKey = TableNames.folded(found.primaryKey()).contains(TableNames.fold(column.name()));
    List<String> key = inKey ? List.of(column.name()) : List.of();
    return new ColumnDefinitions(List.of(column), key, policies, connector.traits().collation())
        .of(column);
  }

  /** The type that a column is declared with. */
  String declaration(PublishedColumn column) {
    return new ColumnDefinitions(
            List.of(column), List.of(), policies, connector.traits().collation())
        .declaration(column);
  }

  /** What rows of before have in a column. */
  String literal(TableShape found, PublishedColumn column) {
    return column.formerValue() instanceof FormerValue.Constant(String text)
        ? ConstantLiteral.of(text, writer(found, column))
        : "NULL";
  }

  private void add(
      PublishedTable table, TableShape found, PublishedColumn column, String formerValue) {
    String definition = definitions(table, List.of()).of(column);
    aside.executeLongForTable(
        "add column " + column.name() + " to table " + found.name(),
        "ALTER TABLE " + found.quoted() + " ADD COLUMN " + definition + formerValue);
  }

  /** Where rows are found by all columns, and no primary key tells them apart. */
  private void ensureRowIndex(PublishedTable table, TableShape shape) {
    boolean byRow = table.replicaIdentity() == ReplicaIdentity.FULL;
    boolean keyed =
        !shape.primaryKey().isEmpty()
            && TableNames.folded(table.columnNames())
                .containsAll(TableNames.folded(shape.primaryKey()));
    boolean there = shape.indexes().stream().anyMatch(index -> index.name().equals(ROW_INDEX));
    if (!byRow || keyed || there) {
      return;
    }
    List<ShapeColumn> columns = selective(table, shape);
    if (columns.isEmpty()) {
      return;
    }
    StringJoiner parts = new StringJoiner(", ", " (", ")");
    columns.forEach(column -> parts.add(TableNames.quote(column.name()) + prefix(column)));
    aside.executeLongForTable(
        "create an index on table " + shape.name(),
        "CREATE INDEX " + ROW_INDEX + " ON " + shape.quoted() + parts);
  }

  /** The source's primary key; without one, a few columns, those of short types first. */
  private static List<ShapeColumn> selective(PublishedTable table, TableShape shape) {
    if (!table.primaryKey().isEmpty()) {
      return table.primaryKey().stream().map(name -> shape.column(name).orElseThrow()).toList();
    }
    List<ShapeColumn> all =
        table.columnNames().stream().flatMap(name -> shape.column(name).stream()).toList();
    return Stream.concat(
            all.stream().filter(column -> prefix(column).isEmpty()),
            all.stream().filter(column -> !prefix(column).isEmpty()))
        .limit(INDEX_COLUMNS_MAX)
        .toList();
  }

  private static String prefix(ShapeColumn column) {
    return switch (column.dataType()) {
      case "longtext", "mediumtext", "text", "longblob", "mediumblob", "blob" ->
          "(" + INDEX_CHARACTERS + ")";
      default -> "";
    };
  }

  /** Keys that the destination cannot tell apart end the feed once they come. */
  private void tellOfCollations(PublishedTable table, TableShape shape) {
    for (String name : shape.primaryKey()) {
      shape
          .column(name)
          .filter(column -> !column.comparesBytes() && !column.collation().endsWith("_bin"))
          .filter(column -> told.add(shape.name() + "." + name))
          .ifPresent(
              column ->
                  LOG.warn(
                      "Table {}: under the collation {} of its key column {} keys may be equal"
                          + " that differ at the source, and the feed stops at the first such key;"
                          + " run: ALTER TABLE {} MODIFY {} {} CHARACTER SET utf8mb4 COLLATE {} NOT"
                          + " NULL;",
                      table.table(),
                      column.collation(),
                      name,
                      shape.quoted(),
                      TableNames.quote(name),
                      column.declaredType(),
                      connector.traits().collation()));
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>TRUNCATE would end the transaction.
   */
  @Override
  public void empty(List<TableShape> tables) {
    for (TableShape table : new ArrayList<>(tables)) {
      session.executeLong("empty table " + table.name(), "DELETE FROM " + table.quoted());
    }
  }
}
