package io.walferry.testkit.workload;

import io.walferry.testkit.compare.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Carries out transactions on one connection, each drawn from a random generator of its own, so
 * that one that is skipped does not change those after it. Used by one thread.
 */
final class Writer {
  private static final Set<String> CONFLICTS = Set.of("40001", "40P01", "55P03");
  private static final int CHANGES_MAX = 12;
  private static final int LARGE_ROWS_MIN = 1_500;
  private static final int LARGE_ROWS_MAX = 4_000;

  private final List<WorkTable> tables;
  private final boolean truncates;
  private final int number;
  private final Connection connection;
  private final Sql sql;
  private int committed;
  private int rolledBack;
  private int skipped;

  Writer(List<WorkTable> tables, boolean truncates, int number, Connection connection)
      throws SQLException {
    this.tables = tables;
    this.truncates = truncates;
    this.number = number;
    this.connection = connection;
    this.sql = new Sql(connection);
    connection.setAutoCommit(false);
  }

  WorkloadReport report(long seed) {
    return new WorkloadReport(seed, committed, rolledBack, skipped);
  }

  void transact(Random random) throws SQLException {
    try {
      boolean keep = carryOut(random);
      if (keep) {
        connection.commit();
        committed++;
      } else {
        connection.rollback();
        rolledBack++;
      }
    } catch (SQLException e) {
      if (!CONFLICTS.contains(String.valueOf(e.getSQLState()))) {
        throw e;
      }
      connection.rollback();
      skipped++;
    }
  }

  /** Returns whether to commit. */
  private boolean carryOut(Random random) throws SQLException {
    int kind = random.nextInt(100);
    if (kind < 3) {
      sql.execute("select txid_current()");
    } else if (kind < 5) {
      changeMany(random);
    } else if (kind < 6) {
      truncate(random);
    } else if (kind < 22) {
      changeWithSavepoints(random);
    } else {
      change(random, 1 + random.nextInt(CHANGES_MAX));
    }
    return kind < 90;
  }

  private void change(Random random, int changes) throws SQLException {
    for (int i = 0; i < changes; i++) {
      tables.get(random.nextInt(tables.size())).change(sql, random, number);
    }
  }

  private void changeMany(Random random) throws SQLException {
    int rows = random.nextInt(LARGE_ROWS_MIN, LARGE_ROWS_MAX);
    WorkTable table = tables.get(random.nextInt(tables.size()));
    boolean wide = table.name().name().equals("large") || table.name().name().equals("types");
    table.changeMany(sql, random, number, wide ? rows / 40 : rows);
    change(random, 2);
  }

  private void changeWithSavepoints(Random random) throws SQLException {
    change(random, 1 + random.nextInt(3));
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      Savepoint savepoint = connection.setSavepoint();
      change(random, 1 + random.nextInt(4));
      Savepoint inner = connection.setSavepoint();
      change(random, random.nextInt(3));
      if (random.nextInt(3) == 0) {
        connection.rollback(inner);
      }
      if (random.nextBoolean()) {
        connection.rollback(savepoint);
      } else {
        connection.releaseSavepoint(savepoint);
      }
      change(random, random.nextInt(2));
    }
  }

  /** Comes first in its transaction, which makes deadlocks rare, but not impossible. */
  private void truncate(Random random) throws SQLException {
    int first = random.nextInt(tables.size());
    int last = Math.min(tables.size(), first + 1 + random.nextInt(2));
    String names =
        tables.subList(first, last).stream()
            .map(WorkTable::name)
            .map(TableName::sql)
            .collect(Collectors.joining(", "));
    if (truncates) {
      sql.execute("truncate " + names);
    }
    change(random, random.nextInt(5));
  }
}
