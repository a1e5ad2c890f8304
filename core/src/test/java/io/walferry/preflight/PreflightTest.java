package io.walferry.preflight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.SharedServers;
import io.walferry.publication.TablePattern;
import io.walferry.slot.Slot;
import io.walferry.slot.SlotCatalog;
import io.walferry.testkit.postgres.Database;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

final class PreflightTest {
  static final List<Integer> MAJORS = SharedServers.OLDEST_AND_NEWEST;

  private static ReadinessReport check(Database database, ReadinessQuestion question)
      throws SQLException {
    try (Connection connection = database.connect()) {
      return new Preflight(connection).check(question);
    }
  }

  private static ReadinessQuestion question(String publication, String... patterns) {
    return new ReadinessQuestion(
        Optional.of(publication),
        Optional.empty(),
        Stream.of(patterns).map(TablePattern::parse).toList());
  }

  private static List<String> subjects(ReadinessReport report, Severity severity) {
    return report.with(severity).stream().map(Finding::subject).toList();
  }

  private static Finding about(ReadinessReport report, String subject) {
    return report.findings().stream()
        .filter(finding -> finding.subject().equals(subject))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void aServerThatHasAllItNeedsIsReady(int major) throws SQLException {
    try (Database database = SharedServers.database(major)) {
      database.execute("create table t (id int primary key)");

      ReadinessReport general = check(database, ReadinessQuestion.GENERAL);

      assertTrue(general.ready(), general::toString);
      assertEquals(
          List.of(
              "server version",
              "wal_level",
              "max_replication_slots",
              "max_wal_senders",
              "role postgres",
              "table public.t"),
          subjects(general, Severity.OK));
      assertEquals(
          List.of("max_slot_wal_keep_size", "publication walferry", "DDL"),
          subjects(general, Severity.NOTE));
    }
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void aMissingPublicationIsANoteWithItsStatement(int major) throws SQLException {
    try (Database database = SharedServers.database(major)) {
      database.execute("create table t (id int primary key)");

      ReadinessReport report = check(database, question("p", "public.*"));

      assertTrue(report.ready(), report::toString);
      Finding finding = about(report, "publication p");
      assertEquals(Severity.NOTE, finding.severity());
      database.execute(finding.sql().orElseThrow());
      assertEquals(
          Severity.OK,
          about(check(database, question("p", "public.*")), "publication p").severity());
    }
  }

  @Test
  void aRoleThatCannotPublishLearnsItWithoutNamingThePublication() throws SQLException {
    try (Database database = SharedServers.database(14);
        Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      database.execute("create table t (id int primary key)");
      statement.execute("set role pg_read_all_data");

      ReadinessReport report = new Preflight(connection).check(ReadinessQuestion.GENERAL);

      Finding finding = about(report, "publication walferry");
      assertEquals(Severity.PROBLEM, finding.severity());
      database.execute(finding.sql().orElseThrow());
      assertEquals(
          "not named; there are walferry",
          about(new Preflight(connection).check(ReadinessQuestion.GENERAL), "publication").found());
    }
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void namesEachTableWithoutIdentityAndItsCure(int major) throws SQLException {
    try (Database database = SharedServers.database(major)) {
      database.execute(
          """
          create table good (id int primary key);
          create table bad (a int);
          create table "Dropped" (a int not null unique);
          alter table "Dropped" replica identity using index "Dropped_a_key";
          alter table "Dropped" drop constraint "Dropped_a_key";
          create table mute (a int); alter table mute replica identity nothing;
          create table r (a int) partition by range (a);
          create table r1 partition of r for values from (0) to (9);
          """);

      ReadinessReport report = check(database, ReadinessQuestion.GENERAL);

      assertFalse(report.ready());
      assertEquals(
          List.of(
              "table public.\"Dropped\"",
              "table public.bad",
              "table public.mute",
              "table public.r1"),
          subjects(report, Severity.PROBLEM));
      for (Finding problem : report.with(Severity.PROBLEM)) {
        database.execute(problem.sql().orElseThrow());
      }
      assertTrue(check(database, ReadinessQuestion.GENERAL).ready());

      database.execute(
          "alter table bad replica identity default;"
              + " create publication p for table bad with (publish = 'insert')");
      assertTrue(check(database, question("p")).ready(), "only inserts are published");
    }
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void comparesThePublicationWithTheTables(int major) throws SQLException {
    try (Database database = SharedServers.database(major)) {
      database.execute(
          """
          create table a (id int primary key);
          create table b (id int primary key);
          create table r (id int primary key) partition by range (id);
          create table r1 partition of r for values from (0) to (9);
          create publication p for table a, r with (publish = 'insert, update, delete');
          """);

      ReadinessReport report = check(database, question("p", "public.*", "public.nosuch"));

      assertEquals(
          List.of("table pattern public.nosuch", "publication p"),
          subjects(report, Severity.PROBLEM));
      Finding coverage = about(report, "publication p");
      assertEquals("it does not carry public.b", coverage.found());
      List<Finding> notes =
          report.with(Severity.NOTE).stream()
              .filter(finding -> finding.subject().equals("publication p"))
              .toList();
      assertEquals(
          List.of("not published: truncate", "false"), notes.stream().map(Finding::found).toList());

      database.execute(coverage.sql().orElseThrow());
      for (Finding note : notes) {
        database.execute(note.sql().orElseThrow());
      }
      ReadinessReport mended = check(database, question("p", "public.*"));
      assertTrue(mended.ready(), mended::toString);
      assertFalse(subjects(mended, Severity.NOTE).contains("publication p"), mended::toString);
    }
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void warnsOfWhatIsDoneToPartitionsBehindTheirRoot(int major) throws SQLException {
    try (Database database = SharedServers.database(major)) {
      database.execute(
          """
          create table a (id int primary key);
          create table r (id int primary key) partition by range (id);
          create table r1 partition of r for values from (0) to (9);
          create table s (id int primary key) partition by range (id);
          create table s1 partition of s for values from (0) to (9);
          create publication p for table a, r, s with (publish_via_partition_root = true);
          create publication plain for table a with (publish_via_partition_root = true);
          create publication leaves for table r;
          """);

      Finding note = about(check(database, question("p")), "partitions");

      assertEquals(Severity.NOTE, note.severity());
      assertEquals("published as public.r, public.s", note.found());
      assertTrue(note.why().contains("TRUNCATE or DROP of one partition, ATTACH and DETACH"));
      for (String other : List.of("plain", "leaves")) {
        assertFalse(
            subjects(check(database, question(other)), Severity.NOTE).contains("partitions"),
            other);
      }
    }
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void namesWhatNeverReplicates(int major) throws SQLException {
    try (Database database = SharedServers.database(major)) {
      database.execute(
          """
          create sequence s;
          create unlogged table u (id int);
          create materialized view m as select 1;
          create foreign data wrapper w; create server o foreign data wrapper w;
          create foreign table f (id int) server o;
          select lo_create(4711);
          """);

      ReadinessReport report = check(database, ReadinessQuestion.GENERAL);

      assertEquals("1: public.s", about(report, "sequences").found());
      assertEquals("1: public.u", about(report, "unlogged tables").found());
      assertEquals("1: public.m", about(report, "materialized views").found());
      assertEquals("1: public.f", about(report, "foreign tables").found());
      assertEquals("1: 4711", about(report, "large objects").found());
      assertTrue(report.ready(), report::toString);
    }
  }

  @Test
  void onlyTheFeedsOwnSlotIsJudged() throws SQLException {
    try (Database database = SharedServers.database(18)) {
      String slot = database.name();
      database.execute(
          "select pg_create_logical_replication_slot('%s', 'test_decoding')".formatted(slot));

      assertTrue(check(database, ReadinessQuestion.GENERAL).ready());
      ReadinessReport own =
          check(database, new ReadinessQuestion(Optional.empty(), Optional.of(slot), List.of()));

      assertEquals(List.of("slot " + slot), subjects(own, Severity.PROBLEM));
      assertEquals("plug-in test_decoding", about(own, "slot " + slot).found());
    }
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void aSlotThatStandbysDoNotKeepIsNotedWithTheCommandThatMendsIt(int major) throws SQLException {
    try (Database database = SharedServers.database(major)) {
      String slot = database.name();
      database.execute(
          "select pg_create_logical_replication_slot('%s', 'pgoutput')".formatted(slot));
      ReadinessQuestion unwanted =
          new ReadinessQuestion(Optional.empty(), Optional.of(slot), false, List.of());
      ReadinessQuestion wanted =
          new ReadinessQuestion(Optional.empty(), Optional.of(slot), true, List.of());

      assertEquals(List.of(), notes(database, unwanted));
      List<Finding> notes = notes(database, wanted);

      assertEquals(
          major < 17 ? List.of() : List.of("on this server only"),
          notes.stream().map(Finding::found).toList());
      mend(database, notes.stream().flatMap(finding -> finding.sql().stream()).toList());
      assertEquals(List.of(), notes(database, wanted));
    }
  }

  /** Standbys of 17 do not have all of it, with failover or without. */
  @ParameterizedTest
  @CsvSource({"17, false", "17, true", "18, false"})
  void aSlotWithTwoPhaseIsNotedWithWhatItsServerKeeps(int major, boolean failover)
      throws SQLException {
    try (Database database = SharedServers.database(major)) {
      String slot = (database.name() + "_").repeat(10).substring(0, 63);
      database.execute(
          "select pg_create_logical_replication_slot('%s', 'pgoutput', false, true, %s)"
              .formatted(slot, failover));
      Slot before = slot(database, slot);
      ReadinessQuestion unwanted =
          new ReadinessQuestion(Optional.empty(), Optional.of(slot), false, List.of());
      ReadinessQuestion wanted =
          new ReadinessQuestion(Optional.empty(), Optional.of(slot), List.of());

      List<Finding> notes = notes(database, wanted);

      // Whoever has it has it in part, wanted or not.
      assertEquals(failover && major == 17 ? notes : List.of(), notes(database, unwanted));
      assertEquals(
          List.of(major == 17 ? "two_phase" : "on this server only"),
          notes.stream().map(Finding::found).toList());
      mend(database, notes.getFirst().sql().orElseThrow().lines().toList());
      assertEquals(List.of(), notes(database, wanted));
      Slot after = slot(database, slot);
      assertEquals(new Slot.Traits(false, major > 17, true), after.traits());
      assertEquals(before.wal().confirmedFlushLsn(), after.wal().confirmedFlushLsn());
      assertEquals(
          "1",
          database.answer(
              "select count(*) from pg_replication_slots where database = current_database()"));
    }
  }

  private static Slot slot(Database database, String name) throws SQLException {
    try (Connection connection = database.connect()) {
      return new SlotCatalog(connection).find(name).orElseThrow();
    }
  }

  /** As psql does over a replication connection. */
  private static void mend(Database database, List<String> statements) throws SQLException {
    String url =
        database.jdbcUrl()
            + "&replication=database&preferQueryMode=simple&assumeMinServerVersion=10";
    for (String one : statements) {
      try (Connection replication = DriverManager.getConnection(url);
          Statement statement = replication.createStatement()) {
        statement.execute(one);
      }
    }
  }

  private static List<Finding> notes(Database database, ReadinessQuestion question)
      throws SQLException {
    String subject = "slot " + question.slot().orElseThrow();
    return check(database, question).with(Severity.NOTE).stream()
        .filter(finding -> finding.subject().equals(subject))
        .toList();
  }
}
