package io.walferry.sinks.sqlite;

import io.walferry.change.TableId;
import io.walferry.publication.PublishedColumn;
import io.walferry.publication.PublishedTable;
import io.walferry.sinks.sql.SqlSession;
import io.walferry.sinks.table.DdlPolicies;
import io.walferry.sinks.table.DdlPolicy;
import io.walferry.sinks.table.SourceRows;
import io.walferry.sinks.table.TableCatalog;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tables of a SQLite destination; there are none before it is connected. */
final class SqliteTables implements TableCatalog<TableShape> {
  private static final Logger LOG = LoggerFactory.getLogger(SqliteTables.class);

  private final SqlSession session;
  private final TableNames names;
  private final DdlPolicies ddl;

  /** Key columns whose collations were told. */
  private final Set<String> told = new HashSet<>();

  SqliteTables(SqlSession session, TableNames names, DdlPolicies ddl) {
    this.session = session;
    this.ddl = ddl;
    this.names = names;
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
    return session.isConnected()
        ? TableShape.read(session, TableNames.of(table))
        : Optional.empty();
  }

  @Override
  public List<String> nameProblems(List<PublishedTable> tables) {
    List<String> problems = new ArrayList<>();
    for (PublishedTable table : tables) {
      problems.addAll(names.claim(table.table(), table.columnNames()));
      if (table.columns().isEmpty()) {
        problems.add(table.table() + ": SQLite has no tables without columns");
      }
    }
    return problems;
  }

  /** None: SQLite keeps everything. */
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
  public List<String> mergeProblems(PublishedTable source, TableShape found) {
    return looseKey(source, found).stream()
        .map(
            column ->
                source.table()
                    + ": under the collation "
                    + found.keyCollations().get(column)
                    + " of its key column "
                    + column
                    + " keys may be equal that differ at the source, and 'existing: merge' would"
                    + " make one row of them; make it anew: "
                    + createStatement(source)
                    + ";")
        .toList();
  }

  /** {@inheritDoc} Keys that the destination cannot tell apart end the feed once they come. */
  @Override
  public void tell(PublishedTable source, TableShape found) {
    for (String column : looseKey(source, found)) {
      if (told.add(found.name() + "." + column)) {
        LOG.warn(
            "Table {}: under the collation {} of its key column {} keys may be equal that differ at"
                + " the source, and the feed stops at the first such key. SQLite cannot alter that:"
                + " rename the table, run: {}; and copy its rows",
            source.table(),
            found.keyCollations().get(column),
            column,
            createStatement(source));
      }
    }
  }

  /** Texts of the key that are not told apart byte by byte. */
  private static List<String> looseKey(PublishedTable source, TableShape found) {
    Set<String> texts =
        TableNames.folded(
            source.columns().stream()
                .filter(column -> SqliteType.of(column.typeOid()) == SqliteType.TEXT)
                .map(PublishedColumn::name)
                .toList());
    return found.primaryKey().stream()
        .filter(column -> texts.contains(TableNames.fold(column)))
        .filter(found.keyCollations()::containsKey)
        .toList();
  }

  @Override
  public List<PublishedColumn> missingColumns(PublishedTable source, TableShape found) {
    return source.columns().stream()
        .filter(column -> found.column(column.name()).isEmpty())
        .toList();
  }

  @Override
  public boolean hasRows(TableShape found) {
    String sql = "SELECT 1 FROM " + TableId.quote(found.name()) + " LIMIT 1";
    return session.exists("read table " + found.name(), sql);
  }

  @Override
  public boolean hasKey(TableShape found) {
    return !found.primaryKey().isEmpty();
  }

  /**
   * {@inheritDoc}
   *
   * <p>Columns with the types of {@link SqliteType} and the primary key. Nothing else is NOT NULL,
   * for SQLite cannot drop that when the source does; foreign keys and further unique keys are left
   * to the source as well, since in the middle of a transaction they need not hold.
   */
  @Override
  public String createStatement(PublishedTable table) {
    List<String> key = SourceRows.requiredKey(table);
    StringJoiner parts = new StringJoiner(", ");
    for (PublishedColumn column : table.columns()) {
      parts.add(definition(column) + (key.contains(column.name()) ? " NOT NULL" : ""));
    }
    if (!key.isEmpty()) {
      StringJoiner columns = new StringJoiner(", ", "PRIMARY KEY (", ")");
      key.forEach(column -> columns.add(TableId.quote(column)));
      parts.add(columns.toString());
    }
    return "CREATE TABLE " + TableId.quote(TableNames.of(table.table())) + " (" + parts + ")";
  }

  @Override
  public void create(PublishedTable table) {
    session.execute("create table " + table.table(), createStatement(table));
  }

  @Override
  public void addColumn(TableShape found, PublishedColumn column, boolean isEmpty) {
    session.execute(
        "add column " + column.name() + " to table " + found.name(),
        "ALTER TABLE " + TableId.quote(found.name()) + " ADD COLUMN " + definition(column));
  }

  @Override
  public void empty(List<TableShape> tables) {
    for (TableShape table : tables) {
      session.execute("empty table " + table.name(), "DELETE FROM " + TableId.quote(table.name()));
    }
  }

  static String definition(PublishedColumn column) {
    String declaration = SqliteType.of(column.typeOid()).declaration();
    return (TableId.quote(column.name()) + " " + declaration).strip();
  }
}
