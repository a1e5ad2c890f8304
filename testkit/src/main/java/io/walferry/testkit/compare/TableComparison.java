package io.walferry.testkit.compare;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** Compares one table; both connections are in a transaction that sees one snapshot. */
final class TableComparison {
  private static final long SOURCE = 1;
  private static final long DESTINATION = -1;

  private final Connection source;
  private final Connection destination;
  private final SourceTable table;
  private final TableName destinationName;
  private long rowsCompared;

  TableComparison(
      Connection source, Connection destination, SourceTable table, TableName destinationName) {
    this.source = source;
    this.destination = destination;
    this.table = table;
    this.destinationName = destinationName;
  }

  /** Reads both sides once, and again for keys if they differ. */
  Optional<TableDifference> difference(int keysMax) throws SQLException {
    RowBalance balance = balance();
    if (balance.isEmpty()) {
      return Optional.empty();
    }
    long missing = balance.sum(SOURCE);
    long unexpected = balance.sum(DESTINATION);
    List<String> missingKeys = keys(balance, SOURCE, keysMax);
    List<String> unexpectedKeys = keys(balance, DESTINATION, keysMax);
    return Optional.of(
        new TableDifference(
            table.name(), missing, unexpected, missingKeys, unexpectedKeys, Optional.empty()));
  }

  long rowsCompared() {
    return rowsCompared;
  }

  /** Reads both sides in step, so that rows in a similar order cancel out at once. */
  private RowBalance balance() throws SQLException {
    var balance = new RowBalance();
    try (RowReader left = read(SOURCE);
        RowReader right = read(DESTINATION)) {
      Optional<Row> ours = left.next();
      Optional<Row> theirs = right.next();
      while (ours.isPresent() || theirs.isPresent()) {
        rowsCompared += ours.isPresent() ? 1 : 0;
        ours.ifPresent(row -> balance.add(RowHash.of(row), SOURCE));
        theirs.ifPresent(row -> balance.add(RowHash.of(row), DESTINATION));
        ours = ours.isPresent() ? left.next() : ours;
        theirs = theirs.isPresent() ? right.next() : theirs;
      }
    }
    return balance;
  }

  private List<String> keys(RowBalance balance, long side, int keysMax) throws SQLException {
    var keys = new TreeSet<String>();
    if (!table.hasKey() || balance.sum(side) == 0) {
      return List.of();
    }
    try (RowReader reader = read(side)) {
      Optional<Row> row = reader.next();
      while (row.isPresent() && keys.size() < keysMax) {
        if (balance.take(RowHash.of(row.get()), side)) {
          keys.add(table.key(row.get()));
        }
        row = reader.next();
      }
    }
    return new ArrayList<>(keys);
  }

  private RowReader read(long side) throws SQLException {
    Connection connection = side == SOURCE ? source : destination;
    TableName name = side == SOURCE ? table.name() : destinationName;
    return Snapshot.isPostgres(connection)
        ? PostgresRows.open(connection, table, name)
        : GenericRows.open(connection, table, name);
  }
}
