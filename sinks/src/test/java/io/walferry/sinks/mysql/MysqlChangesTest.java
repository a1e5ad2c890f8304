package io.walferry.sinks.mysql;

import static io.walferry.sinks.Refusal.refused;
import static io.walferry.sinks.SinkCalls.FEED;
import static io.walferry.sinks.SinkCalls.apply;
import static io.walferry.sinks.SinkCalls.line;
import static io.walferry.sinks.SinkCalls.load;
import static io.walferry.sinks.SinkCalls.published;
import static io.walferry.sinks.SourceTable.BYTEA;
import static io.walferry.sinks.SourceTable.INT4;
import static io.walferry.sinks.SourceTable.JSON;
import static io.walferry.sinks.SourceTable.NULL;
import static io.walferry.sinks.SourceTable.TEXT;
import static io.walferry.sinks.SourceTable.UNCHANGED;
import static io.walferry.sinks.SourceTable.full;
import static io.walferry.sinks.SourceTable.key;
import static io.walferry.sinks.SourceTable.table;
import static io.walferry.sinks.mysql.MysqlFixture.following;
import static io.walferry.sinks.mysql.MysqlFixture.rows;
import static io.walferry.sinks.mysql.MysqlFixture.run;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Change;
import io.walferry.change.ReplicaIdentity;
import io.walferry.error.ErrorCode;
import io.walferry.publication.FormerValue;
import io.walferry.sink.Claim;
import io.walferry.sinks.SinkCalls;
import io.walferry.sinks.SourceTable;
import io.walferry.testkit.junit.EachMysql;
import io.walferry.testkit.mysql.MysqlDatabase;
import io.walferry.testkit.mysql.MysqlFlavor;
import io.walferry.testkit.mysql.MysqlServer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What changes do to tables of MySQL and MariaDB, a few at a time and many. */
final class MysqlChangesTest {
  private static final SourceTable ITEM =
      table("item").key("id", INT4).column("name", TEXT).column("data", BYTEA).build();

  private static final SourceTable WORD = table("word").key("w", TEXT).column("n", INT4).build();

  private static final SourceTable BAG =
      table("bag").column("n", INT4).column("v", TEXT).identity(ReplicaIdentity.FULL).build();

  private static final int VARCHAR = 1043;
  private static final int MANY = 2500;

  private static Change[] each(java.util.function.IntFunction<Change> change) {
    return IntStream.range(0, MANY).mapToObj(change).toArray(Change[]::new);
  }

  @EachMysql
  void fewAndManyChangesDoTheSame(MysqlDatabase database) throws SQLException {
    changes(database);
  }

  /** The same without LOAD DATA LOCAL. */
  @Test
  void rowsGetInWhereLoadsAreForbidden() throws SQLException {
    try (MysqlServer server =
            MysqlServer.builder(MysqlFlavor.MARIADB).setting("local-infile", "OFF").start();
        MysqlDatabase database = server.createDatabase("forbidden")) {
      changes(database);
    }
  }

  private static void changes(MysqlDatabase database) throws SQLException {
    try (MysqlSink sink = following(database, ITEM)) {
      apply(
          sink,
          0x20,
          ITEM.insert("-1", "it's \\ \"q\" 😀\t\n\r\u0001", "\\x00ff5c27"),
          ITEM.insert("-2", "", "\\x"),
          ITEM.insert("-3", NULL, NULL),
          ITEM.insert("-4", "\\N", NULL));
      load(
          sink,
          ITEM,
          line("-5", "\\N", "\\x0a"),
          line("-6", "it's \\ 😀\t\n\r\u0001\f\u000b", NULL));
      apply(
          sink, 0x30, each(i -> ITEM.insert("" + i, "n" + i + "\\", "\\x" + "%04x".formatted(i))));
      apply(sink, 0x40, each(i -> ITEM.update("" + i, i % 2 == 0 ? "" : NULL, UNCHANGED)));
      apply(
          sink,
          0x50,
          ITEM.update("-1", UNCHANGED, "\\x01"),
          ITEM.update("-2", UNCHANGED, UNCHANGED));
      assertEquals(
          List.of(
              "-6|it's \\ 😀\t\n\r\u0001\f\u000b|∅",
              "-5|\\N|0A",
              "-4|\\N|∅",
              "-3|∅|∅",
              "-2||",
              "-1|it's \\ \"q\" 😀\t\n\r\u0001|01",
              "0||0000",
              "1|∅|0001"),
          rows(database, "SELECT id, name, hex(data) FROM item WHERE id < 2 ORDER BY id"));
      assertEquals(
          List.of("1250|1250"),
          rows(database, "SELECT sum(name = ''), sum(name IS NULL) FROM item WHERE id >= 0"));
      apply(sink, 0x60, each(i -> ITEM.delete(key("" + i, NULL, NULL))));
      apply(sink, 0x70, ITEM.update(key("-3", NULL, NULL), "30", "moved", NULL));
    }
    assertEquals(
        List.of("-6", "-5", "-4", "-2", "-1", "30"),
        rows(database, "SELECT id FROM item ORDER BY id"));
  }

  @EachMysql
  void aRowThatIsNotThereIsNoticed(MysqlDatabase database) throws SQLException {
    for (Change[] missing :
        List.of(
            new Change[] {ITEM.update("7", "a", NULL)},
            new Change[] {ITEM.delete(key("7", NULL, NULL))},
            new Change[] {ITEM.update("7", UNCHANGED, UNCHANGED)},
            each(i -> ITEM.update("" + i, "x", NULL)),
            each(i -> ITEM.delete(key("" + i, NULL, NULL))))) {
      run(database, "DROP TABLE IF EXISTS item, walferry_position, walferry_ledger");
      try (MysqlSink sink = following(database, ITEM)) {
        apply(sink, 0x20, ITEM.insert("1", "a", NULL));
        refused(ErrorCode.DESTINATION_ROW_MISSING, () -> apply(sink, 0x30, missing));
      }
      assertEquals(List.of("1|a|∅"), rows(database, "SELECT * FROM item"));
    }
  }

  @EachMysql
  void aRowThatIsThereAlreadyIsNoticed(MysqlDatabase database) throws SQLException {
    for (Change[] repeated :
        List.of(
            new Change[] {ITEM.insert("7", "b", NULL)},
            each(i -> ITEM.insert("" + i, "b", NULL)))) {
      run(database, "DROP TABLE IF EXISTS item, walferry_position, walferry_ledger");
      try (MysqlSink sink = following(database, ITEM)) {
        apply(sink, 0x20, ITEM.insert("7", "a", NULL));
        String message = refused(ErrorCode.DESTINATION_CONFLICT, () -> apply(sink, 0x30, repeated));
        assertTrue(message.contains("same key"), message);
      }
      assertEquals(List.of("7|a|∅"), rows(database, "SELECT * FROM item"));
    }
  }

  @EachMysql
  void keysThatOurCollationTellsApartStayApart(MysqlDatabase database) throws SQLException {
    try (MysqlSink sink = following(database, WORD)) {
      apply(
          sink,
          0x20,
          WORD.insert("a", "1"),
          WORD.insert("A", "2"),
          WORD.insert("á", "3"),
          WORD.insert("ss", "4"),
          WORD.insert("ß", "5"));
      apply(sink, 0x30, WORD.update("A", "20"), WORD.delete(key("á", NULL)));
    }
    assertEquals(List.of("1", "4", "5", "20"), rows(database, "SELECT n FROM word ORDER BY n"));
  }

  @EachMysql
  void keysThatFallTogetherAreNotMerged(MysqlDatabase database) throws SQLException {
    run(
        database,
        "CREATE TABLE word (w varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"
            + " PRIMARY KEY, n int)");
    try (MysqlSink sink = following(database, WORD)) {
      apply(sink, 0x20, WORD.insert("a", "1"));
    }
    refusedWord(database, WORD.insert("A", "2"));
    refusedWord(database, WORD.insert("a ", "2"));
    refusedWord(database, WORD.update("Á", "2"));
    refusedWord(database, WORD.delete(key("A", NULL)));
    List<Change> many = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      many.add(WORD.update(i == 50 ? "A" : "w" + i, "9"));
    }
    refusedWord(database, many.toArray(Change[]::new));
    assertEquals(List.of("a|1"), rows(database, "SELECT * FROM word"));
  }

  private static void refusedWord(MysqlDatabase database, Change... changes) {
    try (MysqlSink sink = MysqlFixture.sink(database)) {
      sink.open(FEED, new Claim());
      sink.resume(published(WORD));
      ErrorCode code =
          changes[0] instanceof Change.Insert
              ? ErrorCode.DESTINATION_CONFLICT
              : ErrorCode.DESTINATION_ROW_MISSING;
      String message = refused(code, () -> apply(sink, 0x30, changes));
      assertTrue(message.contains("collation utf8mb4_unicode_ci"), message);
    }
  }

  @EachMysql
  void oneOfSeveralEqualRowsIsMeant(MysqlDatabase database) throws SQLException {
    try (MysqlSink sink = following(database, BAG)) {
      apply(sink, 0x20, BAG.insert("1", NULL), BAG.insert("1", NULL), BAG.insert("1", "a "));
      apply(sink, 0x30, BAG.update(full("1", NULL), "2", "b"), BAG.delete(full("1", "a ")));
      refused(
          ErrorCode.DESTINATION_ROW_MISSING, () -> apply(sink, 0x40, BAG.delete(full("2", "B"))));
    }
    assertEquals(List.of("1|∅", "2|b"), rows(database, "SELECT * FROM bag ORDER BY n"));
    assertEquals(List.of("walferry_row|n,v"), indexes(database, "bag"));
  }

  /** Whole, the texts would be larger than an index may be. */
  @EachMysql
  void theIndexOfARowHoldsBeginnings(MysqlDatabase database) throws SQLException {
    SourceTable wide =
        table("wide")
            .column("j", JSON)
            .column("a", VARCHAR, 4 + 200)
            .column("b", VARCHAR, 4 + 200)
            .column("c", VARCHAR, 4 + 200)
            .column("d", VARCHAR, 4 + 200)
            .identity(ReplicaIdentity.FULL)
            .build();
    try (MysqlSink sink = following(database, wide)) {
      apply(
          sink, 0x20, wide.insert("{}", "a", "b", "c", "d"), wide.insert("[]", "a", "b", "c", "d"));
      apply(sink, 0x30, wide.delete(full("[]", "a", "b", "c", "d")));
    }
    assertEquals(List.of("walferry_row|a,b,c,d"), indexes(database, "wide"));
    assertEquals(List.of("{}|a|d"), rows(database, "SELECT j, a, d FROM wide"));
  }

  @EachMysql
  void rowsAreFoundByAnIndexOfTheReplicaIdentity(MysqlDatabase database) throws SQLException {
    SourceTable coded =
        table("coded")
            .column("id", INT4)
            .key("code", TEXT)
            .key("n", INT4)
            .identity(ReplicaIdentity.INDEX)
            .primaryKey("id")
            .build();
    try (MysqlSink sink = following(database, coded)) {
      apply(sink, 0x20, coded.insert("1", "a", "1"), coded.insert("2", "a ", "1"));
      apply(sink, 0x30, coded.update("3", "a", "1"));
      apply(
          sink,
          0x40,
          coded.update(key(NULL, "a ", "1"), "4", "b", "2"),
          coded.insert("5", "c", "1"));
      apply(sink, 0x50, coded.delete(key(NULL, "c", "1")));
    }
    assertEquals(List.of("3|a|1", "4|b|2"), rows(database, "SELECT * FROM coded ORDER BY id"));
    assertEquals(List.of("walferry_key|code,n"), indexes(database, "coded"));
    // Another identity has another one, and a start finds it there.
    SourceTable numbered =
        table("coded")
            .key("id", INT4)
            .column("code", TEXT)
            .column("n", INT4)
            .identity(ReplicaIdentity.INDEX)
            .build();
    for (int start = 0; start < 2; start++) {
      try (MysqlSink sink = MysqlFixture.sink(database)) {
        sink.open(FEED, new Claim());
        sink.resume(published(numbered));
      }
      assertEquals(List.of("walferry_key|id"), indexes(database, "coded"));
    }
  }

  private static List<String> indexes(MysqlDatabase database, String name) throws SQLException {
    return rows(
        database,
        "SELECT index_name, group_concat(column_name ORDER BY seq_in_index) FROM"
            + " information_schema.statistics WHERE table_schema = database() AND table_name = '"
            + name
            + "' GROUP BY index_name");
  }

  @EachMysql
  void aTruncateGoesBackWithItsTransaction(MysqlDatabase database) throws SQLException {
    try (MysqlSink sink = following(database, ITEM)) {
      apply(sink, 0x20, ITEM.insert("1", "a", NULL));
      sink.begin(SinkCalls.header(0x30));
      sink.append(ITEM.truncate());
      sink.append(ITEM.insert("2", "b", NULL));
    }
    assertEquals(List.of("1"), rows(database, "SELECT id FROM item"));
    try (MysqlSink sink = MysqlFixture.sink(database)) {
      sink.open(FEED, new Claim());
      apply(sink, 0x30, ITEM.insert("2", "b", NULL), ITEM.truncate(), ITEM.insert("3", "c", NULL));
    }
    assertEquals(List.of("3"), rows(database, "SELECT id FROM item"));
  }

  @EachMysql
  void aNewColumnComesWithTheNextStart(MysqlDatabase database) throws SQLException {
    SourceTable narrow = table("item").key("id", INT4).build();
    SourceTable wide =
        table("item")
            .key("id", INT4)
            .column("note", TEXT)
            .formerValue(new FormerValue.Constant("it's \\ new"))
            .column("on_", 16)
            .formerValue(new FormerValue.Constant("t"))
            .build();
    try (MysqlSink sink = following(database, narrow)) {
      apply(sink, 0x20, narrow.insert("1"));
      refused(ErrorCode.SOURCE_SCHEMA_MOVING, () -> apply(sink, 0x30, wide.insert("2", "b", "f")));
    }
    try (MysqlSink sink = MysqlFixture.sink(database)) {
      sink.open(FEED, new Claim());
      sink.resume(published(wide));
      apply(sink, 0x28, narrow.insert("3"));
      apply(sink, 0x30, wide.insert("2", "b", "f"));
    }
    assertEquals(
        List.of("1|it's \\ new|1", "2|b|0", "3|it's \\ new|1"),
        rows(database, "SELECT * FROM item ORDER BY id"));
  }

  @EachMysql
  void aValueMayBeLargerThanAStatement(MysqlDatabase database) throws SQLException {
    String large = "é".repeat(10 << 20);
    try (MysqlSink sink = following(database, ITEM)) {
      apply(sink, 0x20, ITEM.insert("1", large, NULL));
      apply(sink, 0x30, ITEM.update("1", large + "x", NULL));
    }
    assertEquals(
        List.of(large.length() + 1 + ""), rows(database, "SELECT char_length(name) FROM item"));
  }
}
