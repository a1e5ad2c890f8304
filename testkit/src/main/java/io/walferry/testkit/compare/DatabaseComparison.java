package io.walferry.testkit.compare;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;

/**
 * Compares tables of a PostgreSQL database with their copies in PostgreSQL or another engine: equal
 * means the same multiset of rows over all columns of the source. Further columns and tables of the
 * destination do not matter. Values are compared as PostgreSQL's text output, floats by value.
 *
 * <p>Each side is read in one snapshot. Memory holds a hash of each row that has not met its equal
 * yet, no rows. Used by one thread.
 */
public final class DatabaseComparison {
  private final Connection source;
  private final Connection destination;
  private Optional<List<TableName>> tables = Optional.empty();
  private Function<TableName, TableName> mapping;
  private BiPredicate<TableName, String> columns = (table, column) -> true;
  private int keysMax = 10;

  private DatabaseComparison(
      Connection source, Connection destination, Function<TableName, TableName> mapping) {
    this.source = source;
    this.destination = destination;
    this.mapping = mapping;
  }

  /**
   * Compares all tables of users at the source with those of the same name: in SQLite, of the same
   * name without the schema.
   *
   * @param source PostgreSQL; both connections must be in auto-commit mode
   */
  public static DatabaseComparison between(Connection source, Connection destination)
      throws SQLException {
    boolean postgres = Snapshot.isPostgres(destination);
    return new DatabaseComparison(
        source,
        destination,
        postgres ? Function.identity() : table -> new TableName("main", table.name()));
  }

  /** Compares these tables of the source only. */
  public DatabaseComparison tables(List<TableName> newTables) {
    tables = Optional.of(List.copyOf(newTables));
    return this;
  }

  /** Where the destination keeps a table; schema {@code main} in SQLite. */
  public DatabaseComparison mapping(Function<TableName, TableName> newMapping) {
    mapping = newMapping;
    return this;
  }

  /** Compares only columns of the source that the predicate admits. */
  public DatabaseComparison columns(BiPredicate<TableName, String> newColumns) {
    columns = newColumns;
    return this;
  }

  /** How many keys a difference names for each side of a table; 10 by default. */
  public DatabaseComparison keysMax(int newKeysMax) {
    keysMax = newKeysMax;
    return this;
  }

  /** Reads both sides; a table that the destination does not have is a difference. */
  public ComparisonResult compare() throws SQLException {
    try (Snapshot left = Snapshot.begin(source);
        Snapshot right = Snapshot.begin(destination)) {
      List<TableName> names =
          tables.isPresent() ? tables.get() : SourceCatalog.tables(left.connection());
      var differences = new ArrayList<TableDifference>();
      long rows = 0;
      for (TableName name : names) {
        SourceTable table = new SourceTable(name, sourceColumns(name));
        Optional<TableDifference> absence = absence(table, right.connection());
        if (absence.isPresent()) {
          differences.add(absence.get());
          continue;
        }
        var comparison = new TableComparison(source, destination, table, mapping.apply(name));
        comparison.difference(keysMax).ifPresent(differences::add);
        rows += comparison.rowsCompared();
      }
      return new ComparisonResult(names.size(), rows, differences);
    }
  }

  private List<Column> sourceColumns(TableName table) throws SQLException {
    List<Column> all = SourceCatalog.columns(source, table);
    if (all.isEmpty()) {
      throw new IllegalArgumentException("The source has no columns of a table " + table);
    }
    return all.stream().filter(column -> columns.test(table, column.name())).toList();
  }

  private Optional<TableDifference> absence(SourceTable table, Connection connection)
      throws SQLException {
    TableName name = mapping.apply(table.name());
    Set<String> present = columnNames(connection, name);
    if (present.isEmpty()) {
      return Optional.of(
          TableDifference.unreadable(table.name(), "the destination has no table " + name));
    }
    List<String> absent =
        table.columns().stream().map(Column::name).filter(c -> !present.contains(c)).toList();
    return absent.isEmpty()
        ? Optional.empty()
        : Optional.of(TableDifference.unreadable(table.name(), name + " lacks columns " + absent));
  }

  private static Set<String> columnNames(Connection connection, TableName table)
      throws SQLException {
    var names = new HashSet<String>();
    if (Snapshot.isPostgres(connection)) {
      SourceCatalog.columns(connection, table).forEach(column -> names.add(column.name()));
      return names;
    }
    DatabaseMetaData metaData = connection.getMetaData();
    String escape = metaData.getSearchStringEscape();
    String pattern = table.name().replaceAll("[_%\\\\]", "\\" + escape + "$0");
    try (ResultSet rows = metaData.getColumns(null, null, pattern, null)) {
      while (rows.next()) {
        if (rows.getString("TABLE_NAME").equalsIgnoreCase(table.name())) {
          names.add(rows.getString("COLUMN_NAME"));
        }
      }
    }
    return names;
  }
}
