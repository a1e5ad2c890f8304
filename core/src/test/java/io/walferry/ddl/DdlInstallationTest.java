package io.walferry.ddl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.SharedServers;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.testkit.postgres.Database;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is installed in a source, what it writes into the log, and that it is in nobody's way. */
final class DdlInstallationTest {
  /** What is behind type, flags, LSN, prefix and length of a message of pgoutput. */
  private static final int CONTENT_FROM = 28;

  /** Version and key. */
  private static final int HEAD = 2;

  private static DdlStatus install(Database database) throws SQLException {
    try (Connection connection = database.connect()) {
      return new DdlInstallation(connection).install(Optional.empty());
    }
  }

  private static DdlStatus status(Database database) throws SQLException {
    try (Connection connection = database.connect()) {
      return new DdlInstallation(connection).status();
    }
  }

  private static String slot(Database database) {
    return "ddl_" + database.name();
  }

  private static void listen(Database database, String publication) throws SQLException {
    database.execute(publication);
    database.execute(
        "select pg_create_logical_replication_slot('%s', 'pgoutput')".formatted(slot(database)));
  }

  /** Decoding goes up to what is on disk, and commits of these servers do not wait for that. */
  private static void flush(Database database) throws SQLException {
    database.execute(
        "set synchronous_commit = on; select pg_logical_emit_message(true, 'other prefix', '')");
  }

  /** What was told since the last call, without the numbers of tables. */
  private static List<String> told(Database database) throws SQLException {
    flush(database);
    List<String> told = new ArrayList<>();
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                """
                select convert_from(substring(data from %d), 'UTF8')
                from pg_logical_slot_get_binary_changes('%s', null, null, 'proto_version', '1',
                  'publication_names', 'p', 'messages', 'true')
                where get_byte(data, 0) = ascii('M')
                  and position('walferry.ddl'::bytea in data) = 11
                """
                    .formatted(CONTENT_FROM, slot(database)))) {
      while (rows.next()) {
        List<String> fields = List.of(rows.getString(1).split("\t", -1));
        assertEquals("1", fields.getFirst());
        List<String> said = new ArrayList<>(fields.subList(HEAD, fields.size()));
        if (said.size() > 1) {
          said.remove(2);
        }
        told.add(String.join(" ", said));
      }
    }
    return told;
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void tellsWhatEachCommandHasLeft(int major) throws Exception {
    try (Database database = SharedServers.database(major)) {
      listen(database, "create publication p for all tables");
      assertTrue(install(database).isAtWork());
      database.execute(
          """
          create table t (id int primary key, a text);
          alter table t rename a to "b\tc";
          alter table t drop column "b\tc", add column a numeric(10, 2) default 1;
          alter table t alter a type text using 'x';
          create temp table passing (a int); alter table passing add b int; drop table passing;
          create unlogged table quick (a int);
          """);
      assertEquals(
          List.of(
              "table CREATE TABLE public t 1 id 23 -1  2 a 25 -1 ",
              "end",
              "table ALTER TABLE public t 1 id 23 -1  2 b\\tc 25 -1 ",
              "end",
              "table ALTER TABLE public t 1 id 23 -1  3 a 1700 655366 ",
              "end",
              "rewrite ALTER TABLE public t 4",
              "end",
              "table ALTER TABLE public t 1 id 23 -1  3 a 25 -1 ",
              "end"),
          told(database));
      database.execute(
          """
          create schema other create table s (a int);
          alter table t set schema other;
          create domain word as text;
          alter table other.s add w word;
          drop domain word cascade;
          alter schema other rename to another;
          drop schema another cascade
          """);
      List<String> told = told(database);
      told.removeIf(line -> line.equals("end"));
      assertEquals(
          List.of(
              "table CREATE TABLE other s 1 a 23 -1 ",
              "table ALTER TABLE other t 1 id 23 -1  3 a 25 -1 "),
          told.subList(0, 2).stream().map(line -> line.replace("SCHEMA", "TABLE")).toList());
      assertEquals("table DROP DOMAIN other s 1 a 23 -1 ", told.get(3));
      assertEquals(
          List.of(
              "table ALTER SCHEMA another s 1 a 23 -1 ",
              "table ALTER SCHEMA another t 1 id 23 -1  3 a 25 -1 "),
          told.subList(4, 6).stream().sorted().toList());
      assertEquals(
          List.of("drop DROP SCHEMA another s", "drop DROP SCHEMA another t"),
          told.subList(6, 8).stream().sorted().toList());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 18})
  void tellsOfPublishedTablesOnly(int major) throws Exception {
    try (Database database = SharedServers.database(major)) {
      database.execute(
          """
          create table whole (id int primary key) partition by range (id);
          create table part partition of whole for values from (0) to (10);
          create table root (id int primary key) partition by range (id);
          create table leaf partition of root for values from (0) to (10);
          create table plain (id int primary key);
          """);
      listen(
          database,
          """
          create publication p for table whole with (publish_via_partition_root = true);
          create publication leaves for table root
          """);
      install(database);
      database.execute(
          """
          alter table plain add a int; create table more (a int);
          alter table whole add a int; alter table root add a int
          """);
      List<String> told = told(database);
      told.removeIf(line -> line.equals("end"));
      assertEquals(
          List.of(
              "table ALTER TABLE public whole 1 id 23 -1  2 a 23 -1 ",
              "table ALTER TABLE public root 1 id 23 -1  2 a 23 -1 ",
              "table ALTER TABLE public leaf 1 id 23 -1  2 a 23 -1 "),
          told);
    }
  }

  /** The server may send a message of a savepoint behind the record that follows it. */
  @ParameterizedTest
  @ValueSource(ints = {14, 18})
  void isToldBeforeTheRowsThatFollow(int major) throws Exception {
    try (Database database = SharedServers.database(major)) {
      database.execute("create table t (id int primary key, a int)");
      listen(database, "create publication p for all tables");
      install(database);
      for (int round = 0; round < 20; round++) {
        database.execute(
            """
            begin; savepoint s; alter table t rename a to b; release s; insert into t values (%d);
            savepoint s; alter table t rename b to a; rollback to s; alter table t rename b to a;
            commit
            """
                .formatted(round));
      }
      flush(database);
      StringBuilder kinds = new StringBuilder();
      try (Connection connection = database.connect();
          Statement statement = connection.createStatement();
          ResultSet rows =
              statement.executeQuery(
                  """
                  select chr(get_byte(data, 0)),
                    case when get_byte(data, 0) = ascii('M')
                      then split_part(convert_from(substring(data from %d), 'UTF8'), chr(9), 3) end
                  from pg_logical_slot_get_binary_changes('%s', null, null, 'proto_version', '1',
                    'publication_names', 'p', 'messages', 'true')
                  where position('walferry.ddl'::bytea in data) = 11
                    or get_byte(data, 0) = ascii('I')
                  """
                      .formatted(CONTENT_FROM, slot(database)))) {
        while (rows.next()) {
          if (!"end".equals(rows.getString(2))) {
            kinds.append(rows.getString(1));
          }
        }
      }
      assertEquals("MIM".repeat(20), kinds.toString());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 16, 18})
  void isInNobodysWay(int major) throws Exception {
    try (Database database = SharedServers.database(major)) {
      String role = "ordinary_" + database.name();
      listen(database, "create publication p for all tables");
      install(database);
      database.execute(
          "create role \"%s\"; grant create on schema public to \"%s\"".formatted(role, role));
      try {
        database.execute(
            """
            set role "%s"; set standard_conforming_strings = off; set search_path = '';
            create table public.t (a int); alter table public.t rename a to b
            """
                .formatted(role));
        assertEquals(4, told(database).size());
        database.execute("set session_replication_role = replica; alter table t rename b to c");
        assertEquals(2, told(database).size());
        database.execute("refresh materialized view walferry_ddl.key with no data");
        database.execute("alter table t rename c to d; alter table t alter d type text");
        database.execute("drop table t");
        assertEquals(List.of(), told(database));
      } finally {
        database.execute("drop owned by \"%s\"; drop role \"%s\"".formatted(role, role));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void takesASuperuserTheFirstTimeOnly(int major) throws Exception {
    try (Database database = SharedServers.database(major)) {
      String role = "feeds \"" + database.name();
      String quoted = "\"" + role.replace("\"", "\"\"") + "\"";
      database.execute("create role %s".formatted(quoted));
      try (Connection connection = database.connect();
          Statement statement = connection.createStatement()) {
        DdlInstallation installation = new DdlInstallation(connection);
        database.execute(
            "grant create on database \"%s\" to %s".formatted(database.name(), quoted));
        statement.execute("set role " + quoted);
        assertFalse(installation.status().isThere());
        WalferryException denied =
            assertThrows(WalferryException.class, () -> installation.install(Optional.of(role)));
        assertEquals(ErrorCode.DDL_INSTALLATION_DENIED, denied.code());
        assertFalse(status(database).schema());

        statement.execute("reset role");
        DdlStatus installed = installation.install(Optional.empty());
        assertTrue(installed.isAtWork(), installed.toString());
        statement.execute("set role " + quoted);
        assertEquals(
            List.of("this role may not read walferry_ddl.key, so its feeds pass it over"),
            installation.status().problems());
        assertTrue(installation.install(Optional.empty()).isCurrent());
        assertEquals(
            ErrorCode.DDL_INSTALLATION_DENIED,
            assertThrows(WalferryException.class, () -> installation.install(Optional.of(role)))
                .code());

        statement.execute("reset role");
        installation.install(Optional.of(role));
        statement.execute("set role " + quoted);
        assertTrue(installation.install(Optional.of(role)).isAtWork());
        assertEquals(List.of(), installation.status().problems());
        assertEquals(
            ErrorCode.DDL_INSTALLATION_DENIED,
            assertThrows(WalferryException.class, installation::uninstall).code());
        statement.execute("reset role");
        assertTrue(installation.uninstall());
        assertFalse(installation.uninstall());
      } finally {
        database.execute("drop owned by %s; drop role %s".formatted(quoted, quoted));
      }
    }
  }

  @Test
  void mendsWhatIsMissingAndKeepsTheKey() throws Exception {
    try (Database database = SharedServers.database(14)) {
      install(database);
      String key = key(database);
      database.execute("alter event trigger walferry_ddl_dropped disable");
      assertEquals(
          List.of("event trigger walferry_ddl_dropped is disabled, or fires in part"),
          status(database).problems());
      database.execute("drop function walferry_ddl.rewritten cascade");
      assertEquals(3, status(database).problems().size(), status(database).toString());

      assertEquals(List.of(), install(database).problems());
      assertEquals(key, key(database));
    }
  }

  @Test
  void replacesAnOlderVersionAndKeepsTheKey() throws Exception {
    try (Database database = SharedServers.database(18)) {
      listen(database, "create publication p for all tables");
      install(database);
      String key = key(database);
      String functions = functions(database);
      makeOlder(database);
      assertEquals(
          List.of("version 0 is at work, this is " + DdlInstallation.LATEST),
          status(database).problems());
      assertNotEquals(functions, functions(database));

      DdlStatus installed = install(database);
      assertEquals(List.of(), installed.problems());
      assertTrue(installed.isCurrent());
      assertEquals(OptionalInt.of(DdlInstallation.LATEST), installed.version());
      assertEquals(functions, functions(database));
      assertEquals(key, key(database));
      told(database);
      database.execute("create table t (id int primary key)");
      assertEquals(List.of("table CREATE TABLE public t 1 id 23 -1 ", "end"), told(database));
    }
  }

  /** It goes on telling, and a feed of the role understands it. */
  @Test
  void olderVersionStaysWhereTheRoleMayNotReplaceIt() throws Exception {
    try (Database database = SharedServers.database(18)) {
      String role = "feeds_" + database.name();
      database.execute("create role \"%s\"".formatted(role));
      try (Connection connection = database.connect();
          Statement statement = connection.createStatement()) {
        DdlInstallation installation = new DdlInstallation(connection);
        installation.install(Optional.of(role));
        makeOlder(database);
        statement.execute("set role \"%s\"".formatted(role));
        DdlStatus left = installation.install(Optional.of(role));
        assertEquals(OptionalInt.of(0), left.version());
        assertTrue(left.isAtWork());
        assertFalse(left.isCurrent());
      } finally {
        database.execute("drop owned by \"%1$s\"; drop role \"%1$s\"".formatted(role));
      }
    }
  }

  @Test
  void refusesANewerVersionAndLeavesIt() throws Exception {
    try (Database database = SharedServers.database(18)) {
      install(database);
      String functions = functions(database);
      database.execute(versioned(DdlInstallation.LATEST + 1));
      WalferryException refused = assertThrows(WalferryException.class, () -> install(database));
      assertEquals(ErrorCode.DDL_INSTALLATION_FOREIGN, refused.code());
      assertEquals(
          "schema walferry_ddl has version %d, this program knows up to %d"
              .formatted(DdlInstallation.LATEST + 1, DdlInstallation.LATEST),
          refused.getMessage());
      try (Connection connection = database.connect()) {
        DdlInstallation installation = new DdlInstallation(connection);
        WalferryException kept = assertThrows(WalferryException.class, installation::uninstall);
        assertEquals(ErrorCode.DDL_INSTALLATION_FOREIGN, kept.code());
      }
      assertEquals(OptionalInt.of(DdlInstallation.LATEST + 1), status(database).version());
      assertEquals(functions, functions(database));
    }
  }

  /** As a program of before would have left it: another number, and a function that is not ours. */
  private static void makeOlder(Database database) throws SQLException {
    database.execute("alter function walferry_ddl.command_end() cost 77; " + versioned(0));
  }

  private static String versioned(int version) {
    return "comment on schema walferry_ddl is 'Tells Walferry what is done to tables, version %d'"
        .formatted(version);
  }

  private static String functions(Database database) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                """
                select string_agg(pg_get_functiondef(oid), '' order by proname, oid)
                from pg_proc where pronamespace = 'walferry_ddl'::regnamespace
                """)) {
      row.next();
      return row.getString(1);
    }
  }

  @Test
  void leavesAloneWhatIsNotItsOwn() throws Exception {
    try (Database database = SharedServers.database(18)) {
      database.execute("create schema walferry_ddl");
      assertEquals(ErrorCode.DDL_INSTALLATION_FOREIGN, refusal(database));
      database.execute(
          "comment on schema walferry_ddl is 'Tells Walferry what is done to tables, version 99'");
      assertEquals(ErrorCode.DDL_INSTALLATION_FOREIGN, refusal(database));
      database.execute("drop schema walferry_ddl");
      install(database);
      String role = "owner_" + database.name();
      database.execute("create role \"%s\"".formatted(role));
      database.execute("alter schema walferry_ddl owner to \"%s\"".formatted(role));
      assertEquals(ErrorCode.DDL_INSTALLATION_FOREIGN, refusal(database));
      database.execute("alter schema walferry_ddl owner to current_user");
      database.execute("drop role \"%s\"; create table walferry_ddl.mine ()".formatted(role));
      try (Connection connection = database.connect()) {
        DdlInstallation installation = new DdlInstallation(connection);
        WalferryException held = assertThrows(WalferryException.class, installation::uninstall);
        assertEquals(ErrorCode.DDL_INSTALLATION_FOREIGN, held.code());
      }
      assertTrue(status(database).isAtWork());
    }
  }

  private static ErrorCode refusal(Database database) {
    return assertThrows(WalferryException.class, () -> install(database)).code();
  }

  private static String key(Database database) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select value from walferry_ddl.key")) {
      row.next();
      return row.getString(1);
    }
  }
}
