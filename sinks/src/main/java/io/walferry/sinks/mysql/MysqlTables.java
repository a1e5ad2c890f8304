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
  private static final String KEY_INDEX = "walferry_key";
  private static final int ROW_COLUMNS_MAX = 4;

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

  /** Takes another name for a table; tells why it cannot have that, or nothing. */
  List<String> rename(TableId table, TableId to) {
    boolean folds = connector.traits().foldsTables();
    names.release(table, folds);
    return names.claim(to, folds);
  }

  /** Whether the server has both names for one. */
  boolean isSameTable(TableId table, TableId to) {
    String name = TableNames.of(table);
    String other = TableNames.of(to);
    return connector.traits().foldsTables()
        ? TableNames.fold(name).equals(TableNames.fold(other))
        : name.equals(other);
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
    return hasRows(session, found);
  }

  /** {@inheritDoc} The other session's DDL would wait for the feed's transaction. */
  @Override
  public boolean hasCommittedRows(TableShape found) {
    return hasRows(aside, found);
  }

  private static boolean hasRows(SqlSession asked, TableShape found) {
    return asked.exists(
        "read table " + found.name(), "SELECT 1 FROM " + found.quoted() + " LIMIT 1");
  }

  @Override
  public boolean hasKey(TableShape found) {
    return !found.primaryKey().isEmpty();
  }

  /**
   * {@inheritDoc}
   *
   * <p>Columns as {@link ColumnDefinitions} says and the primary key; nothing else is NOT NULL, for
   * the stream does not say when the source drops that. Foreign keys and further unique keys are
   * left to the source, since in the middle of a transaction they need not hold.
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
    ensureIndex(table, shape);
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
        TextLimit.NONE,
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

  /** Tells whether a table that is there lacks columns, or an index to find its rows by. */
  boolean isIncomplete(PublishedTable table) {
    return find(table.table())
        .filter(
            shape ->
                !missingColumns(table, shape).isEmpty() || missingIndex(table, shape).isPresent())
        .isPresent();
  }

  /** Sees to it that updates and deletes do not read the whole table. */
  private void ensureIndex(PublishedTable table, TableShape shape) {
    missingIndex(table, shape).ifPresent(action -> createIndex(shape, action));
  }

  /** Returns what ALTER TABLE has to do so that rows are found by an index. */
  private static Optional<String> missingIndex(PublishedTable table, TableShape shape) {
    return table.replicaIdentity() == ReplicaIdentity.FULL
        ? missingRowIndex(table, shape)
        : missingKeyIndex(table, shape);
  }

  /** Where rows are found by other columns than those of the primary key. */
  private static Optional<String> missingKeyIndex(PublishedTable table, TableShape shape) {
    List<ShapeColumn> columns = IndexColumns.indexable(columns(table.identityColumns(), shape));
    List<String> names = columns.stream().map(ShapeColumn::name).toList();
    if (columns.isEmpty() || shape.isIndexed(TableNames.folded(names))) {
      return Optional.empty();
    }
    // One of that name is of a replica identity that is no more.
    return Optional.of(
        (shape.hasIndex(KEY_INDEX) ? "DROP INDEX " + KEY_INDEX + ", " : "")
            + "ADD INDEX "
            + KEY_INDEX
            + " "
            + IndexColumns.list(columns));
  }

  /** Where rows are found by all columns, and no primary key tells them apart. */
  private static Optional<String> missingRowIndex(PublishedTable table, TableShape shape) {
    boolean keyed =
        !shape.primaryKey().isEmpty()
            && TableNames.folded(table.columnNames())
                .containsAll(TableNames.folded(shape.primaryKey()));
    List<ShapeColumn> columns = selective(table, shape);
    return keyed || columns.isEmpty() || shape.hasIndex(ROW_INDEX)
        ? Optional.empty()
        : Optional.of("ADD INDEX " + ROW_INDEX + " " + IndexColumns.list(columns));
  }

  private void createIndex(TableShape shape, String action) {
    aside.executeLongForTable(
        "create an index on table " + shape.name(), "ALTER TABLE " + shape.quoted() + " " + action);
  }

  /** The source's primary key; without one, a few columns, those of short types first. */
  private static List<ShapeColumn> selective(PublishedTable table, TableShape shape) {
    if (!table.primaryKey().isEmpty()) {
      return IndexColumns.indexable(columns(table.primaryKey(), shape));
    }
    List<ShapeColumn> all = columns(table.columnNames(), shape);
    return Stream.concat(
            all.stream().filter(column -> !isLong(column)),
            all.stream().filter(MysqlTables::isLong))
        .filter(IndexColumns::isIndexable)
        .limit(ROW_COLUMNS_MAX)
        .toList();
  }

  private static List<ShapeColumn> columns(List<String> names, TableShape shape) {
    return names.stream().flatMap(name -> shape.column(name).stream()).toList();
  }

  private static boolean isLong(ShapeColumn column) {
    return IndexColumns.isString(column) && !column.dataType().endsWith("char");
  }

  /** Keys that the destination cannot tell apart end the feed once they come. */
  private void tellOfCollations(PublishedTable table, TableShape shape) {
    for (ShapeColumn column : shape.looseKey()) {
      if (told.add(shape.name() + "." + column.name())) {
        LOG.warn(
            "Table {}: under the collation {} of its key column {} keys may be equal that differ at"
                + " the source, and the feed stops at the first such key; run: ALTER TABLE {}"
                + " MODIFY {} {} CHARACTER SET utf8mb4 COLLATE {} NOT NULL;",
            table.table(),
            column.collation(),
            column.name(),
            shape.quoted(),
            TableNames.quote(column.name()),
            column.declaredType(),
            connector.traits().collation());
      }
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
