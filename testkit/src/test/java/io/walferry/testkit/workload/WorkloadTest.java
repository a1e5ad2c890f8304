package io.walferry.testkit.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.testkit.compare.ComparisonResult;
import io.walferry.testkit.compare.DatabaseComparison;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServers;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

@Postgres
final class WorkloadTest {
  private static final long SEED = 20261121;

  /** Places in {@link #countsInWal}. */
  private static final Set<Integer> TRUNCATES = Set.of(2, 3);

  @Test
  void theSameSeedLeavesTheSameContentsOnOldAndNewServers(Database one, PostgresServers servers)
      throws SQLException {
    try (Database other = servers.server(18).createDatabase("replay")) {
      WorkloadReport first = run(Workload.create(SEED), one);
      WorkloadReport second = run(Workload.create(SEED), other);
      assertEquals(first, second);
      assertEquals(0, first.skipped());
      ComparisonResult result = compare(one, other);
      assertTrue(result.isEqual(), result::toString);
      assertTrue(result.rowsCompared() > 500, result::toString);
    }
  }

  @Test
  void anotherSeedLeavesOtherContents(Database one, Database other) throws SQLException {
    run(Workload.create(SEED), one);
    run(Workload.create(SEED + 1), other);
    assertFalse(compare(one, other).isEqual());
  }

  @Test
  void severalWritersLeaveRowsOfEachInEveryTable(Database database) throws SQLException {
    Workload workload = Workload.create(SEED);
    try (Connection connection = database.connect()) {
      workload.createSchema(connection);
    }
    WorkloadReport report = workload.run(database::connect, 150, 4);
    assertEquals(600, report.committed() + report.rolledBack() + report.skipped());
    assertTrue(report.skipped() < 60, report::toString);
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      for (var table : workload.tables()) {
        try (ResultSet rows = statement.executeQuery("select from " + table.sql() + " limit 1")) {
          assertTrue(rows.next(), table.sql());
        }
      }
    }
  }

  @Test
  void theWalSaysEverythingThatAFollowerMustUnderstand(Database database) throws SQLException {
    List<Integer> counts = countsInWal(Workload.create(SEED), database);
    for (int kind = 0; kind < counts.size(); kind++) {
      assertTrue(counts.get(kind) > 0, "kind " + kind + " of change does not occur");
    }
  }

  @Test
  void onlyTruncateIsLeftOut(Database database) throws SQLException {
    List<Integer> counts = countsInWal(Workload.withoutTruncate(SEED), database);
    for (int kind = 0; kind < counts.size(); kind++) {
      assertEquals(TRUNCATES.contains(kind), counts.get(kind) == 0, "kind " + kind);
    }
  }

  /** How often each kind of change is in the WAL. */
  private static List<Integer> countsInWal(Workload workload, Database database)
      throws SQLException {
    try (Connection connection = database.connect()) {
      workload.createSchema(connection);
    }
    String slot = database.name();
    database.execute(
        "select pg_create_logical_replication_slot('%s', 'test_decoding')".formatted(slot));
    workload.run(database::connect, 400, 1);
    String query =
        """
        select count(*) filter (where data ~ 'unchanged-toast-datum'),
          count(*) filter (where data ~ 'UPDATE: old-key'),
          count(*) filter (where data ~ 'TRUNCATE: \\(no-flags\\)'),
          count(*) filter (where data ~ '^table .*, .*TRUNCATE'),
          count(*) filter (where data ~ 'work.bag: DELETE'),
          count(*) filter (where data ~ 'work.types.*infinity'),
          count(*) filter (where length(data) > 100000)
        from pg_logical_slot_get_changes('%s', null, null)
        """
            .formatted(slot);
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      assertTrue(rows.next());
      List<Integer> counts = new ArrayList<>();
      for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
        counts.add(rows.getInt(i));
      }
      return counts;
    }
  }

  private static WorkloadReport run(Workload workload, Database database) throws SQLException {
    try (Connection connection = database.connect()) {
      workload.createSchema(connection);
    }
    WorkloadReport report = workload.run(database::connect, 250, 1);
    return report.plus(workload.run(database::connect, 50, 1));
  }

  private static ComparisonResult compare(Database one, Database other) throws SQLException {
    try (Connection source = one.connect();
        Connection destination = other.connect()) {
      return DatabaseComparison.between(source, destination).compare();
    }
  }
}
