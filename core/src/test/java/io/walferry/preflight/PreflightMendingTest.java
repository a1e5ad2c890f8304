package io.walferry.preflight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.publication.TablePattern;
import io.walferry.slot.StandbySlots;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import io.walferry.testkit.wait.Await;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On a server where nothing is as it must be, the SQL of the findings makes it ready. */
final class PreflightMendingTest {

  private static final ReadinessQuestion QUESTION =
      new ReadinessQuestion(
          Optional.of("p"), Optional.of("feed"), List.of(TablePattern.parse("shop.*")));

  private static ReadinessReport check(Database database) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("set role \"the Feed\"");
      return new Preflight(connection).check(QUESTION);
    }
  }

  private static Set<String> problems(ReadinessReport report) {
    Set<String> problems = new TreeSet<>();
    report
        .with(Severity.PROBLEM)
        .forEach(finding -> problems.add(finding.subject() + ": " + finding.found()));
    return problems;
  }

  private static void mend(Database database, ReadinessReport report) throws SQLException {
    for (Finding finding : report.with(Severity.PROBLEM)) {
      database.execute(finding.sql().orElseThrow());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 18})
  void theSqlOfTheProblemsMendsThem(int major) throws SQLException {
    try (PostgresServer server =
            PostgresServer.builder()
                .major(major)
                .setting("wal_level", "replica")
                .setting("max_replication_slots", "1")
                .setting("max_wal_senders", "0")
                .start();
        Database database = server.createDatabase("mend")) {
      database.execute("select pg_create_physical_replication_slot('standby')");
      database.execute(
          """
          create role "the Feed" login;
          create schema shop;
          create table shop.t (a int);
          alter table shop.t enable row level security;
          """);

      ReadinessReport before = check(database);

      assertEquals(
          Set.of(
              "wal_level: replica",
              "max_replication_slots: 1 of 1 in use",
              "max_wal_senders: 0 of 0 in use",
              "role the Feed: not granted",
              "publication p: missing, and role the Feed does not own shop.t",
              "table shop.t: not granted",
              "table shop.t: row security is in force",
              "table shop.t: no primary key that is not deferrable"),
          problems(before));
      mend(database, before);
      server.restart();

      assertEquals(Set.of(), problems(check(database)));
      assertTrue(check(database).ready());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = 14)
  void aCloudGrantsReplicationByMembership(int major) throws SQLException {
    try (PostgresServer server = PostgresServer.builder().major(major).start();
        Database database = server.createDatabase("mend")) {
      database.execute("create role rds_replication; create role \"the Feed\"");

      ReadinessReport before = check(database);
      Finding role =
          before.with(Severity.PROBLEM).stream()
              .filter(finding -> finding.subject().equals("role the Feed"))
              .findFirst()
              .orElseThrow();
      assertEquals(Optional.of("GRANT rds_replication TO \"the Feed\";"), role.sql());
      database.execute(role.sql().orElseThrow());

      assertFalse(problems(check(database)).contains("role the Feed: not granted"));
    }
  }

  /** The server takes such a setting at its start, and then waits for ever. */
  @ParameterizedTest
  @ValueSource(ints = {17, 18})
  void standbySlotsThatHoldAFeedUpForEverAreLeftOut(int major) throws Exception {
    try (PostgresServer server =
            PostgresServer.builder()
                .major(major)
                .setting("synchronized_standby_slots", "nobody, lost, kept")
                .setting("max_slot_wal_keep_size", "1MB")
                .setting("max_wal_size", "32MB")
                .setting("min_wal_size", "32MB")
                .start();
        Database database = server.createDatabase("mend")) {
      database.execute(
          """
          select pg_create_physical_replication_slot('lost', true);
          select pg_create_physical_replication_slot('kept');
          """);
      for (int i = 0; i < 4; i++) {
        database.execute("select pg_logical_emit_message(false, 'test', ''), pg_switch_wal()");
      }
      database.execute("checkpoint");

      List<Finding> problems = standbySlots(database, Severity.PROBLEM);

      assertEquals(
          List.of("there is none, or it is lost: nobody, lost"),
          problems.stream().map(Finding::found).toList());
      for (String statement : problems.getFirst().sql().orElseThrow().split("\n", -1)) {
        database.execute(statement);
      }
      awaitStandbySlots(database, "kept");
      assertEquals(List.of(), standbySlots(database, Severity.PROBLEM));
      assertEquals(
          List.of("not in use: kept"),
          standbySlots(database, Severity.NOTE).stream().map(Finding::found).toList());
    }
  }

  private static List<Finding> standbySlots(Database database, Severity severity)
      throws SQLException {
    ReadinessQuestion question =
        new ReadinessQuestion(Optional.empty(), Optional.of("feed"), List.of());
    try (Connection connection = database.connect()) {
      return new Preflight(connection)
          .check(question).with(severity).stream()
              .filter(finding -> finding.subject().equals(StandbySlots.SETTING))
              .toList();
    }
  }

  /** A server reads its configuration again a moment later. */
  private static void awaitStandbySlots(Database database, String expected) throws SQLException {
    Await.until(
        StandbySlots.SETTING + " is '" + expected + "'",
        Duration.ofSeconds(30),
        () -> standbySlots(database),
        expected::equals);
  }

  private static String standbySlots(Database database) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("show " + StandbySlots.SETTING)) {
      row.next();
      return row.getString(1);
    }
  }
}
