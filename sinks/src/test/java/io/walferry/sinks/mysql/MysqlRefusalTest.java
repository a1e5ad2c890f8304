package io.walferry.sinks.mysql;

import static io.walferry.sinks.Refusal.refused;
import static io.walferry.sinks.SinkCalls.FEED;
import static io.walferry.sinks.SinkCalls.apply;
import static io.walferry.sinks.SinkCalls.line;
import static io.walferry.sinks.SinkCalls.load;
import static io.walferry.sinks.SinkCalls.published;
import static io.walferry.sinks.SourceTable.INT4;
import static io.walferry.sinks.SourceTable.NUMERIC;
import static io.walferry.sinks.SourceTable.TEXT;
import static io.walferry.sinks.SourceTable.UNCHANGED;
import static io.walferry.sinks.SourceTable.table;
import static io.walferry.sinks.mysql.MysqlFixture.following;
import static io.walferry.sinks.mysql.MysqlFixture.rows;
import static io.walferry.sinks.mysql.MysqlFixture.run;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Change;
import io.walferry.error.ErrorCode;
import io.walferry.postgres.PasswordSource;
import io.walferry.postgres.Secret;
import io.walferry.sink.Claim;
import io.walferry.sinks.SourceTable;
import io.walferry.testkit.junit.EachMysql;
import io.walferry.testkit.mysql.MysqlDatabase;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is refused says why, and leaves no row and no value behind. */
final class MysqlRefusalTest {
  private static final SourceTable ITEM =
      table("item").key("id", INT4).column("price", NUMERIC).build();

  private static final SourceTable WORD = table("word").key("w", TEXT).column("n", INT4).build();

  private static String refusedLoad(MysqlDatabase database, SourceTable... tables)
      throws SQLException {
    String message;
    try (MysqlSink sink = MysqlFixture.sink(database)) {
      sink.open(FEED, new Claim());
      message = refused(ErrorCode.DESTINATION_SHAPE, () -> sink.prepare(published(tables)));
    }
    assertEquals(
        List.of(),
        rows(
            database,
            "SELECT table_name FROM information_schema.tables WHERE table_schema = database() AND"
                + " table_name LIKE 'walferry%'"));
    return message;
  }

  @EachMysql
  void tablesOfAnotherShapeAreRefusedAllAtOnce(MysqlDatabase database) throws SQLException {
    run(
        database,
        "CREATE TABLE item (id int PRIMARY KEY, price decimal(10,2), extra text NOT NULL)"
            + " ENGINE = MyISAM",
        "CREATE VIEW word AS SELECT 'a' AS w, 1 AS n");
    String message = refusedLoad(database, ITEM, WORD);
    assertEquals(
        List.of(
            "public.item: it is kept by MyISAM, which has no transactions; run: ALTER TABLE `item`"
                + " ENGINE = InnoDB;",
            "public.item: column price: expected type longtext, or a text, got type decimal(10,2),"
                + " which would change values",
            "public.item: column extra is NOT NULL without a default, but the source does not have"
                + " or publish it",
            "public.word: expected a table, got a VIEW"),
        message.lines().skip(1).map(String::strip).toList());
  }

  @EachMysql
  void namesThatCannotBeToldApartAreRefused(MysqlDatabase database) throws SQLException {
    String message =
        refusedLoad(
            database,
            table("x").key("id", INT4).column("a", TEXT).column("A", TEXT).build(),
            table("a.b").key("id", INT4).build(),
            table("public.a.b").key("id", INT4).build(),
            table("walferry_position").key("id", INT4).build(),
            table("y".repeat(65)).key("id", INT4).build());
    assertEquals(4, message.lines().count() - 1, message);
  }

  @EachMysql
  void aKeyThatIsTooLongStopsTheLoadWithoutItsValue(MysqlDatabase database) throws SQLException {
    try (MysqlSink sink = following(database, WORD)) {
      load(sink, WORD, line("w".repeat(768), "1"));
    }
    try (MysqlSink sink = MysqlFixture.sink(database)) {
      sink.open(FEED, new Claim());
      sink.resume(published(WORD));
      String message =
          refused(
              ErrorCode.DESTINATION_ROW_REFUSED,
              () -> load(sink, WORD, line("secret".repeat(200), "1"), line("b", "2")));
      assertTrue(
          message.endsWith("the value is longer than the column, column w")
              || message.endsWith("the column's type does not take the value, column w"),
          message);
      assertFalse(message.contains("secret"), message);
    }
    assertEquals(List.of("1"), rows(database, "SELECT n FROM word"));
  }

  /** Sees that it is so by any way in which rows get there: few, many, and changed. */
  @EachMysql
  void spacesThatTheServerWouldCutAreRefused(MysqlDatabase database) throws SQLException {
    SourceTable note = table("note").key("id", INT4).column("v", TEXT).column("w", TEXT).build();
    String full = "ü".repeat(127) + " ";
    Change[] many =
        IntStream.range(2, 90)
            .mapToObj(i -> note.insert("" + i, i == 80 ? "four " : "v", "w"))
            .toArray(Change[]::new);
    for (Change[] changes :
        List.of(
            new Change[] {note.insert("2", "four ", "w")},
            new Change[] {note.insert("2", "v", full + " ")},
            new Change[] {note.update("1", "four    ", UNCHANGED)},
            many)) {
      run(
          database,
          "DROP TABLE IF EXISTS note, walferry_position, walferry_ledger",
          "CREATE TABLE note (id int PRIMARY KEY, v varchar(4), w tinytext) CHARACTER SET utf8mb4");
      try (MysqlSink sink = following(database, note)) {
        apply(sink, 0x20, note.insert("1", "é😀a ", full));
        String message =
            refused(ErrorCode.DESTINATION_ROW_REFUSED, () -> apply(sink, 0x30, changes));
        assertTrue(message.contains("of table public.note: a value is longer than the "), message);
        assertFalse(message.contains("four"), message);
      }
      assertEquals(
          List.of("1|é😀a |" + full), rows(database, "SELECT id, v, w FROM note ORDER BY id"));
    }
  }

  @EachMysql
  void aKeyThatIsTooLongBySpacesIsRefused(MysqlDatabase database) throws SQLException {
    try (MysqlSink sink = following(database, WORD)) {
      apply(sink, 0x20, WORD.insert("w" + " ".repeat(767), "1"));
      refused(
          ErrorCode.DESTINATION_ROW_REFUSED,
          () -> apply(sink, 0x30, WORD.insert("w" + " ".repeat(768), "2")));
    }
    assertEquals(List.of("768|1"), rows(database, "SELECT char_length(w), n FROM word"));
  }

  @EachMysql
  void aChunkThatMeetsARowFails(MysqlDatabase database) throws SQLException {
    try (MysqlSink sink = following(database, WORD)) {
      load(sink, WORD, line("secret", "1"));
      String message =
          refused(
              ErrorCode.DESTINATION_CONFLICT,
              () -> load(sink, WORD, line("b", "2"), line("secret", "3")));
      assertTrue(message.contains("a row with the same key is there"), message);
      assertFalse(message.contains("secret"), message);
    }
    assertEquals(List.of("secret|1"), rows(database, "SELECT * FROM word"));
  }

  @EachMysql
  void aWrongPasswordIsRefusedAndNotShown(MysqlDatabase database) {
    MysqlSettings settings =
        MysqlSettings.parse(database.uri()).withPassword(PasswordSource.of(new Secret("hush")));
    try (MysqlSink sink =
        new MysqlSink(
            new MysqlConnector(settings, MysqlFixture.IMPATIENT), MysqlFixture.IMPATIENT)) {
      String message = refused(ErrorCode.AUTHENTICATION_FAILED, () -> sink.open(FEED, new Claim()));
      assertFalse(message.contains("hush"), message);
    }
  }

  /** As after a kill between the two tables: what is missing is made by the next one. */
  @EachMysql
  void aFeedThatCouldNotMakeItsTablesBeginsOnceItCan(MysqlDatabase database) throws SQLException {
    String user = "u" + Integer.toHexString(database.name().hashCode());
    String account = "'" + user + "'@'%'";
    run(
        database,
        "CREATE USER " + account + " IDENTIFIED BY 'p'",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON " + database.name() + ".* TO " + account,
        "GRANT CREATE ON " + database.name() + ".walferry_position TO " + account);
    MysqlSettings settings =
        MysqlSettings.parse(
            "mysql://%s:p@127.0.0.1:%d/%s"
                .formatted(user, database.server().port(), database.name()));
    try (MysqlSink sink =
        new MysqlSink(
            new MysqlConnector(settings, MysqlFixture.IMPATIENT), MysqlFixture.IMPATIENT)) {
      sink.open(FEED, new Claim());
      refused(ErrorCode.DESTINATION_UNWRITABLE, () -> sink.prepare(published(WORD)));
    }
    try (MysqlSink sink = following(database, WORD)) {
      load(sink, WORD, line("w", "1"));
    }
    assertEquals(List.of("w|1"), rows(database, "SELECT * FROM word"));
    run(database, "DROP USER " + account);
  }

  /** Older builds made the table of positions first. */
  @EachMysql
  void aDatabaseThatLacksTheLedgerOnlyIsBegun(MysqlDatabase database) throws SQLException {
    following(database, WORD).close();
    run(database, "DELETE FROM walferry_position", "DROP TABLE walferry_ledger", "DROP TABLE word");
    try (MysqlSink sink = following(database, WORD)) {
      load(sink, WORD, line("w", "1"));
    }
    assertEquals(List.of("w|1"), rows(database, "SELECT * FROM word"));
    assertEquals(List.of("shop"), rows(database, "SELECT pipeline FROM walferry_position"));
  }

  @ParameterizedTest
  @CsvSource({
    "mysql://u@h/d, u@h:3306/d",
    "mariadb://u:p%40s@h:3307/d, u@h:3307/d",
    "jdbc:mysql://u@[::1]:1/my%20db, u@[::1]:1/my db",
    "jdbc:mariadb://u@h/d?sslmode=verify-full&sslrootcert=/ca.pem, u@h:3306/d"
  })
  void connectionStringsAreRead(String text, String display) {
    assertEquals(display, MysqlSettings.parse(text).display());
  }

  @ParameterizedTest
  @CsvSource({
    "postgresql://u@h/d, begin with mysql",
    "mysql://u@h, no database",
    "mysql://h/d, no user",
    "mysql://u@h:x/d, no number",
    "mysql://u:%zz@h/d, the password has",
    "mysql://u@h/d?sslmode=off, sslmode is one of",
    "mysql://u@h/d?other=1, it has another"
  })
  void connectionStringsAreRefusedWithoutShowingThem(String text, String why) {
    String message =
        refused(ErrorCode.CONFIGURATION_INVALID, () -> MysqlSettings.parse(text)).toString();
    assertTrue(message.contains(why), message);
  }

  @Test
  void aServerThatIsNotThereIsWaitedFor() {
    MysqlSettings nobody = MysqlSettings.parse("mysql://u@127.0.0.1:1/d");
    try (MysqlSink sink =
        new MysqlSink(new MysqlConnector(nobody, MysqlFixture.IMPATIENT), MysqlFixture.IMPATIENT)) {
      refused(ErrorCode.DESTINATION_UNREACHABLE, () -> sink.open(FEED, new Claim()));
    }
  }
}
