package io.walferry.sinks.sqlite;

import static io.walferry.sinks.Refusal.refused;
import static io.walferry.sinks.SinkCalls.FEED;
import static io.walferry.sinks.SinkCalls.apply;
import static io.walferry.sinks.SinkCalls.published;
import static io.walferry.sinks.SourceTable.FLOAT8;
import static io.walferry.sinks.SourceTable.INT4;
import static io.walferry.sinks.SourceTable.NUMERIC;
import static io.walferry.sinks.SourceTable.TEXT;
import static io.walferry.sinks.SourceTable.table;
import static io.walferry.sinks.sqlite.SqliteFixture.following;
import static io.walferry.sinks.sqlite.SqliteFixture.rows;
import static io.walferry.sinks.sqlite.SqliteFixture.run;
import static io.walferry.sinks.sqlite.SqliteFixture.sink;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.error.ErrorCode;
import io.walferry.sink.Claim;
import io.walferry.sinks.SourceTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is refused leaves the file as it was. */
final class SqliteRefusalTest {
  private static final SourceTable ITEM =
      table("item").key("id", INT4).column("price", NUMERIC).column("size", FLOAT8).build();

  @TempDir private Path directory;
  private Path file = Path.of("");

  @BeforeEach
  void nameTheFile() {
    file = directory.resolve("shop.db");
  }

  /** Starts a load into the file and expects it, and everything beside it, to stay as it is. */
  private String refusedLoad(ErrorCode code, SourceTable... tables) throws IOException {
    byte[] before = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
    String message;
    try (SqliteSink sink = sink(file)) {
      sink.open(FEED, new Claim());
      message = refused(code, () -> sink.prepare(published(tables)));
    }
    byte[] after = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
    assertArrayEquals(before, after);
    try (var files = Files.list(directory)) {
      assertEquals(before.length == 0 ? 0 : 1, files.count());
    }
    return message;
  }

  @Test
  void tablesOfAnotherShapeAreRefusedAllAtOnce() throws SQLException, IOException {
    SourceTable order = table("order").key("a", INT4).key("b", INT4).build();
    run(file, "CREATE TABLE item (id INTEGER PRIMARY KEY, price DECIMAL, extra TEXT NOT NULL)");
    run(file, "CREATE TABLE \"order\" (a INTEGER PRIMARY KEY, b INTEGER, c TEXT DEFAULT 'x')");
    String message = refusedLoad(ErrorCode.DESTINATION_SHAPE, ITEM, order);
    assertEquals(
        List.of(
            "Tables do not fit in SQLite database " + file.toAbsolutePath() + ":",
            "public.item: column price: expected type TEXT, got type DECIMAL, which would change"
                + " values",
            "public.item: column extra is NOT NULL without a default, but the source does not have"
                + " or publish it",
            "public.order: expected primary key (a, b), got primary key (a)"),
        message.lines().map(String::strip).toList());
  }

  @Test
  void aTableWithRowsIsRefused() throws SQLException, IOException {
    run(file, "CREATE TABLE item (id INTEGER PRIMARY KEY, price TEXT, size)");
    run(file, "INSERT INTO item VALUES (1, '2', 3)");
    String message = refusedLoad(ErrorCode.DESTINATION_NOT_EMPTY, ITEM);
    assertTrue(message.contains("these have rows: public.item. Set 'existing'"), message);
  }

  @Test
  void anEmptyTableOfTheRightShapeIsUsed() throws SQLException {
    run(file, "CREATE TABLE ITEM (ID INTEGER PRIMARY KEY, Price TEXT, size, more TEXT)");
    try (SqliteSink sink = following(file, ITEM)) {
      apply(sink, 0x20, ITEM.insert("1", "1.50", "-0"));
    }
    assertEquals(List.of("1|1.50|-0|∅"), rows(file, "SELECT * FROM item"));
  }

  @Test
  void aViewIsRefused() throws SQLException, IOException {
    run(file, "CREATE VIEW item AS SELECT 1 AS id, '1' AS price, 1.0 AS size");
    String message = refusedLoad(ErrorCode.DESTINATION_SHAPE, ITEM);
    assertTrue(message.contains("public.item: expected a table, got a view"), message);
  }

  @Test
  void namesThatSqliteCannotTellApartAreRefused() throws IOException {
    String message =
        refusedLoad(
            ErrorCode.DESTINATION_SHAPE,
            table("Order").key("id", INT4).column("a", TEXT).column("A", TEXT).build(),
            table("order").key("id", INT4).build(),
            table("a.b").key("id", INT4).build(),
            table("public.a.b").key("id", INT4).build(),
            table("WALFERRY_position").key("id", INT4).build(),
            table("sqlite_x").key("id", INT4).build());
    assertEquals(5, message.lines().count() - 1, message);
    assertTrue(message.contains("public.order and public.\"Order\""), message);
    assertTrue(message.contains("public.\"a.b\" and a.b"), message);
    assertTrue(message.contains("columns \"a\" and \"A\""), message);
    assertTrue(message.contains("public.\"WALFERRY_position\": Walferry keeps"), message);
    assertTrue(message.contains("public.sqlite_x: SQLite reserves"), message);
  }

  @Test
  void sameNamesOfTwoSchemasStayApart() throws SQLException {
    SourceTable sales = table("sales.item").key("id", INT4).build();
    try (SqliteSink sink = following(file, ITEM, sales)) {
      apply(sink, 0x20, ITEM.insert("1", "2", "3"), sales.insert("7"));
    }
    assertEquals(List.of("7"), rows(file, "SELECT * FROM \"sales.item\""));
    assertEquals(List.of("1|2|3.0"), rows(file, "SELECT * FROM item"));
  }

  @Test
  void aColumnThatTheStreamAnnouncesIsNotAddedUnasked() {
    SourceTable more = table("item").key("id", INT4).column("new \"one\"", TEXT).build();
    try (SqliteSink sink = following(file, ITEM)) {
      String message =
          refused(ErrorCode.DESTINATION_SHAPE, () -> apply(sink, 0x20, more.insert("1", "x")));
      assertTrue(
          message.contains("ALTER TABLE \"item\" ADD COLUMN \"new \"\"one\"\"\" TEXT;"), message);
    }
  }

  @Test
  void aColumnThatTheSourceDroppedBecomesNull() throws SQLException {
    SourceTable less = table("item").key("id", INT4).column("size", FLOAT8).build();
    try (SqliteSink sink = following(file, ITEM)) {
      apply(sink, 0x20, ITEM.insert("1", "2", "3"), less.insert("2", "4"), less.update("1", "5"));
    }
    assertEquals(List.of("1|2|5.0", "2|∅|4.0"), rows(file, "SELECT * FROM item ORDER BY id"));
  }

  @Test
  void resumingWithoutTheTableIsRefused() throws SQLException {
    following(file, ITEM).close();
    run(file, "DROP TABLE item");
    try (SqliteSink sink = sink(file)) {
      sink.open(FEED, new Claim());
      String message = refused(ErrorCode.DESTINATION_SHAPE, () -> sink.resume(published(ITEM)));
      assertTrue(message.contains("public.item: table item is missing"), message);
    }
  }

  @Test
  void aMissingDirectoryIsNamed() {
    try (SqliteSink sink = sink(directory.resolve("no/shop.db"))) {
      String message =
          refused(ErrorCode.DESTINATION_UNWRITABLE, () -> sink.open(FEED, new Claim()));
      assertTrue(message.endsWith("no does not exist; create it"), message);
    }
    assertFalse(Files.exists(directory.resolve("no")));
  }

  @Test
  void pathsThatCannotBeFilesAreRefused() throws IOException {
    Path plain = Files.writeString(directory.resolve("plain"), "x");
    try (SqliteSink sink = sink(plain.resolve("shop.db"))) {
      refused(ErrorCode.DESTINATION_UNWRITABLE, () -> sink.open(FEED, new Claim()));
    }
    try (SqliteSink sink = sink(directory)) {
      String message =
          refused(ErrorCode.DESTINATION_UNWRITABLE, () -> sink.open(FEED, new Claim()));
      assertTrue(message.contains("is a directory"), message);
    }
  }

  @Test
  void aReadOnlyFileSystemIsRefused() {
    // /proc takes no files from anybody, root included.
    try (SqliteSink sink = sink(Path.of("/proc/walferry.db"))) {
      refused(
          ErrorCode.DESTINATION_UNWRITABLE,
          () -> {
            sink.open(FEED, new Claim());
            sink.prepare(published(ITEM));
          });
    }
  }

  @Test
  void aFileThatIsNoDatabaseIsRefused() throws IOException {
    Files.writeString(file, "Dear diary, this is not a database at all. ".repeat(100));
    byte[] before = Files.readAllBytes(file);
    try (SqliteSink sink = sink(file)) {
      String message = refused(ErrorCode.DESTINATION_NOT_EMPTY, () -> sink.open(FEED, new Claim()));
      assertTrue(message.contains("not a SQLite database"), message);
    }
    assertArrayEquals(before, Files.readAllBytes(file));
  }

  @Test
  void aTableThatIsNotOursButHasOurNameIsRefused() throws SQLException {
    run(file, "CREATE TABLE walferry_position (id INTEGER)");
    try (SqliteSink sink = sink(file)) {
      refused(ErrorCode.DESTINATION_FORMAT, () -> sink.open(FEED, new Claim()));
    }
  }

  @Test
  void aLockThatStaysIsBusy() throws SQLException {
    following(file, ITEM).close();
    try (Connection holder = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = holder.createStatement();
        SqliteSink sink = sink(file)) {
      sink.open(FEED, new Claim());
      sink.resume(published(ITEM));
      statement.executeUpdate("BEGIN IMMEDIATE");
      String message =
          refused(ErrorCode.DESTINATION_BUSY, () -> apply(sink, 0x20, ITEM.insert("1", "2", "3")));
      assertTrue(message.contains("another process holds"), message);
    }
  }

  @Test
  void aFullDatabaseKeepsWhatWasCommitted() throws SQLException {
    try (SqliteSink sink = following(file, ITEM)) {
      apply(sink, 0x20, ITEM.insert("1", "2", "3"));
    }
    SqliteSettings settings = SqliteFixture.IMPATIENT;
    try (SqliteDatabase database = new SqliteDatabase(file, settings);
        SqliteSink sink = new SqliteSink(database, settings)) {
      sink.open(FEED, new Claim());
      sink.resume(published(ITEM));
      database.session().query("limit it", "PRAGMA max_page_count=14", row -> row.getInt(1));
      refused(
          ErrorCode.DESTINATION_FULL,
          () -> apply(sink, 0x30, ITEM.insert("2", "9".repeat(100_000), "3")));
    }
    assertEquals(List.of("1|2|3.0"), rows(file, "SELECT * FROM item"));
  }
}
