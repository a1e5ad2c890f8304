package io.walferry.sinks.sqlserver;

import static io.walferry.sinks.Refusal.refused;
import static io.walferry.sinks.SinkCalls.FEED;
import static io.walferry.sinks.SinkCalls.apply;
import static io.walferry.sinks.SinkCalls.line;
import static io.walferry.sinks.SinkCalls.load;
import static io.walferry.sinks.SinkCalls.published;
import static io.walferry.sinks.SourceTable.BYTEA;
import static io.walferry.sinks.SourceTable.INT4;
import static io.walferry.sinks.SourceTable.NULL;
import static io.walferry.sinks.SourceTable.TEXT;
import static io.walferry.sinks.SourceTable.UNCHANGED;
import static io.walferry.sinks.SourceTable.full;
import static io.walferry.sinks.SourceTable.key;
import static io.walferry.sinks.SourceTable.table;
import static io.walferry.sinks.sqlserver.SqlServerFixture.following;
import static io.walferry.sinks.sqlserver.SqlServerFixture.rows;
import static io.walferry.sinks.sqlserver.SqlServerFixture.run;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Change;
import io.walferry.change.ReplicaIdentity;
import io.walferry.error.ErrorCode;
import io.walferry.publication.FormerValue;
import io.walferry.sink.Claim;
import io.walferry.sinks.SinkCalls;
import io.walferry.sinks.SourceTable;
import io.walferry.sinks.sqlserver.SqlServerFixture.Feature;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What changes do to tables of SQL Server, a few at a time and many; where one is named, see {@link
 * SqlServerFixture}.
 */
final class SqlServerChangesTest {
  private static final SourceTable ITEM =
      table("item").key("id", INT4).column("name", TEXT).column("data", BYTEA).build();

  private static final SourceTable WORD = table("word").key("w", TEXT).column("n", INT4).build();

  private static final SourceTable BAG =
      table("bag").column("n", INT4).column("v", TEXT).identity(ReplicaIdentity.FULL).build();

  private static final int MANY = 2500;

  private static Change[] each(java.util.function.IntFunction<Change> change) {
    return IntStream.range(0, MANY).mapToObj(change).toArray(Change[]::new);
  }

  @Test
  void fewAndManyChangesDoTheSame() throws SQLException {
    SqlServerFixture.require(Feature.DATALENGTH);
    SqlServerSettings database = SqlServerFixture.database();
    changes(database);
  }

  private static void changes(SqlServerSettings database) throws SQLException {
    try (SqlServerSink sink = following(database, ITEM)) {
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
          rows(
              database,
              "SELECT id, name, CONVERT(varchar(max), data, 2) FROM item WHERE id < 2 ORDER BY"
                  + " id"));
      assertEquals(
          List.of("1250|1250"),
          rows(
              database,
              "SELECT sum(CASE WHEN DATALENGTH(name) = 0 THEN 1 ELSE 0 END),"
                  + " sum(CASE WHEN name IS NULL THEN 1 ELSE 0 END) FROM item WHERE id >= 0"));
      apply(sink, 0x60, each(i -> ITEM.delete(key("" + i, NULL, NULL))));
      apply(sink, 0x70, ITEM.update(key("-3", NULL, NULL), "30", "moved", NULL));
    }
    assertEquals(
        List.of("-6", "-5", "-4", "-2", "-1", "30"),
        rows(database, "SELECT id FROM item ORDER BY id"));
  }

  @Test
  void aRowThatIsNotThereIsNoticed() throws SQLException {
    SqlServerSettings database = SqlServerFixture.database();
    for (Change[] missing :
        List.of(
            new Change[] {ITEM.update("7", "a", NULL)},
            new Change[] {ITEM.delete(key("7", NULL, NULL))},
            new Change[] {ITEM.update("7", UNCHANGED, UNCHANGED)},
            each(i -> ITEM.update("" + i, "x", NULL)),
            each(i -> ITEM.delete(key("" + i, NULL, NULL))))) {
      run(database, "DROP TABLE IF EXISTS item, walferry.position, walferry.ledger");
      try (SqlServerSink sink = following(database, ITEM)) {
        apply(sink, 0x20, ITEM.insert("1", "a", NULL));
        refused(ErrorCode.DESTINATION_ROW_MISSING, () -> apply(sink, 0x30, missing));
      }
      assertEquals(List.of("1|a|∅"), rows(database, "SELECT * FROM item"));
    }
  }

  @Test
  void aRowThatIsThereAlreadyIsNoticed() throws SQLException {
    SqlServerSettings database = SqlServerFixture.database();
    for (Change[] repeated :
        List.of(
            new Change[] {ITEM.insert("7", "b", NULL)},
            each(i -> ITEM.insert("" + i, "b", NULL)))) {
      run(database, "DROP TABLE IF EXISTS item, walferry.position, walferry.ledger");
      try (SqlServerSink sink = following(database, ITEM)) {
        apply(sink, 0x20, ITEM.insert("7", "a", NULL));
        String message = refused(ErrorCode.DESTINATION_CONFLICT, () -> apply(sink, 0x30, repeated));
        assertTrue(message.contains("same key"), message);
      }
      assertEquals(List.of("7|a|∅"), rows(database, "SELECT * FROM item"));
    }
  }

  @Test
  void keysThatOurCollationTellsApartStayApart() throws SQLException {
    SqlServerFixture.require(Feature.COLLATIONS);
    SqlServerSettings database = SqlServerFixture.database();
    try (SqlServerSink sink = following(database, WORD)) {
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

  @Test
  void keysThatFallTogetherAreNotMerged() throws SQLException {
    SqlServerFixture.require(Feature.COLLATIONS);
    SqlServerSettings database = SqlServerFixture.database();
    run(
        database,
        "CREATE TABLE word (w nvarchar(20) COLLATE Latin1_General_100_CI_AI PRIMARY KEY, n int)");
    try (SqlServerSink sink = following(database, WORD)) {
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

  private static void refusedWord(SqlServerSettings database, Change... changes) {
    try (SqlServerSink sink = SqlServerFixture.sink(database)) {
      sink.open(FEED, new Claim());
      sink.resume(published(WORD));
      ErrorCode code =
          changes[0] instanceof Change.Insert
              ? ErrorCode.DESTINATION_CONFLICT
              : ErrorCode.DESTINATION_ROW_MISSING;
      String message = refused(code, () -> apply(sink, 0x30, changes));
      assertTrue(message.contains("collation Latin1_General_100_CI_AI"), message);
    }
  }

  @Test
  void oneOfSeveralEqualRowsIsMeant() throws SQLException {
    SqlServerSettings database = SqlServerFixture.database();
    try (SqlServerSink sink = following(database, BAG)) {
      apply(sink, 0x20, BAG.insert("1", NULL), BAG.insert("1", NULL), BAG.insert("1", "a "));
      apply(sink, 0x30, BAG.update(full("1", NULL), "2", "b"), BAG.delete(full("1", "a ")));
      refused(
          ErrorCode.DESTINATION_ROW_MISSING, () -> apply(sink, 0x40, BAG.delete(full("2", "B"))));
    }
    assertEquals(List.of("1|∅", "2|b"), rows(database, "SELECT * FROM bag ORDER BY n"));
    assertEquals(
        List.of("walferry_row|n"),
        rows(
            database,
            "SELECT i.name, c.name FROM sys.indexes i JOIN sys.index_columns k ON k.object_id ="
                + " i.object_id AND k.index_id = i.index_id JOIN sys.columns c ON c.object_id ="
                + " k.object_id AND c.column_id = k.column_id WHERE i.object_id ="
                + " OBJECT_ID('dbo.bag')"));
  }

  @Test
  void aTruncateGoesBackWithItsTransaction() throws SQLException {
    SqlServerSettings database = SqlServerFixture.database();
    try (SqlServerSink sink = following(database, ITEM)) {
      apply(sink, 0x20, ITEM.insert("1", "a", NULL));
      sink.begin(SinkCalls.header(0x30));
      sink.append(ITEM.truncate());
      sink.append(ITEM.insert("2", "b", NULL));
    }
    assertEquals(List.of("1"), rows(database, "SELECT id FROM item"));
    try (SqlServerSink sink = SqlServerFixture.sink(database)) {
      sink.open(FEED, new Claim());
      apply(sink, 0x30, ITEM.insert("2", "b", NULL), ITEM.truncate(), ITEM.insert("3", "c", NULL));
    }
    assertEquals(List.of("3"), rows(database, "SELECT id FROM item"));
  }

  @Test
  void aNewColumnComesWithItsFirstRow() throws SQLException {
    SqlServerSettings database = SqlServerFixture.database();
    SourceTable narrow = table("item").key("id", INT4).build();
    SourceTable wide =
        table("item")
            .key("id", INT4)
            .column("note", TEXT)
            .formerValue(new FormerValue.Constant("it's \\ new"))
            .column("on_", 16)
            .formerValue(new FormerValue.Constant("t"))
            .build();
    try (SqlServerSink sink = following(database, narrow)) {
      apply(sink, 0x20, narrow.insert("1"));
      refused(ErrorCode.SOURCE_SCHEMA_MOVING, () -> apply(sink, 0x30, wide.insert("2", "b", "f")));
    }
    try (SqlServerSink sink = SqlServerFixture.sink(database)) {
      sink.open(FEED, new Claim());
      sink.resume(published(wide));
      sink.begin(SinkCalls.header(0x28));
      sink.append(narrow.insert("3"));
      sink.append(wide.insert("4", "lost", "f"));
    }
    try (SqlServerSink sink = SqlServerFixture.sink(database)) {
      sink.open(FEED, new Claim());
      sink.resume(published(wide));
      apply(sink, 0x28, narrow.insert("3"));
      apply(sink, 0x30, wide.insert("2", "b", "f"));
    }
    assertEquals(
        List.of("1|it's \\ new|1", "2|b|0", "3|it's \\ new|1"),
        rows(database, "SELECT id, note, CAST(on_ AS int) FROM item ORDER BY id"));
  }

  @Test
  void numbersOfAnIdentityAreTheSources() throws SQLException {
    SqlServerSettings database = SqlServerFixture.database();
    run(
        database,
        "CREATE TABLE item (id int IDENTITY PRIMARY KEY, name nvarchar(max), data varbinary(max))");
    try (SqlServerSink sink = following(database, ITEM)) {
      apply(sink, 0x20, ITEM.insert("70", "a", NULL), ITEM.insert("7", "b", NULL));
      apply(sink, 0x30, each(i -> ITEM.insert("" + (1000 + i), "many", NULL)));
      apply(sink, 0x40, ITEM.update("7", "c", NULL), ITEM.delete(key("70", NULL, NULL)));
      String message =
          refused(
              ErrorCode.DESTINATION_ROW_MISSING,
              () -> apply(sink, 0x50, ITEM.update(key("7", NULL, NULL), "8", "moved", NULL)));
      assertTrue(message.contains("column id is an IDENTITY"), message);
    }
    assertEquals(
        List.of("7|c", "1000|many"),
        rows(database, "SELECT id, name FROM item WHERE id < 1001 ORDER BY id"));
  }

  @Test
  void foreignKeysThatAreAtWorkAreRefusedWithTheWayOut() throws SQLException {
    SqlServerFixture.require(Feature.NOCHECK);
    SqlServerSettings database = SqlServerFixture.database();
    run(
        database,
        "CREATE TABLE other (id int PRIMARY KEY)",
        "CREATE TABLE item (id int PRIMARY KEY, name nvarchar(max), data varbinary(max),"
            + " CONSTRAINT to_other FOREIGN KEY (id) REFERENCES other)");
    try (SqlServerSink sink = SqlServerFixture.sink(database)) {
      sink.open(FEED, new Claim());
      String message = refused(ErrorCode.DESTINATION_SHAPE, () -> sink.prepare(published(ITEM)));
      assertTrue(message.contains("ALTER TABLE [dbo].[item] NOCHECK CONSTRAINT [to_other];"));
    }
    run(database, "ALTER TABLE [dbo].[item] NOCHECK CONSTRAINT [to_other]");
    try (SqlServerSink sink = following(database, ITEM)) {
      apply(sink, 0x20, ITEM.insert("1", "a", NULL));
    }
  }

  @Test
  void aValueMayBeLargerThanAStatement() throws SQLException {
    SqlServerFixture.require(Feature.DATALENGTH);
    SqlServerSettings database = SqlServerFixture.database();
    String large = "é".repeat(10 << 20);
    try (SqlServerSink sink = following(database, ITEM)) {
      apply(sink, 0x20, ITEM.insert("1", large, NULL));
      apply(sink, 0x30, ITEM.update("1", large + "x", NULL));
    }
    assertEquals(
        List.of(large.length() + 1 + ""), rows(database, "SELECT DATALENGTH(name) / 2 FROM item"));
  }
}
