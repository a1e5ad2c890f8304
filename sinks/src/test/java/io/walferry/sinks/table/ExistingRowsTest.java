package io.walferry.sinks.table;

import static io.walferry.sinks.Refusal.refused;
import static io.walferry.sinks.SinkCalls.FEED;
import static io.walferry.sinks.SinkCalls.apply;
import static io.walferry.sinks.SinkCalls.load;
import static io.walferry.sinks.SinkCalls.position;
import static io.walferry.sinks.SinkCalls.published;
import static io.walferry.sinks.SourceTable.INT4;
import static io.walferry.sinks.SourceTable.NULL;
import static io.walferry.sinks.SourceTable.TEXT;
import static io.walferry.sinks.SourceTable.key;
import static io.walferry.sinks.SourceTable.table;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Change;
import io.walferry.change.ReplicaIdentity;
import io.walferry.error.ErrorCode;
import io.walferry.sink.Claim;
import io.walferry.sink.Sink;
import io.walferry.sink.SinkState;
import io.walferry.sinks.SourceTable;
import io.walferry.sinks.SqlDestination;
import io.walferry.sinks.SqlDestination.Engine;
import io.walferry.testkit.junit.MysqlExtension;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.mysql.MysqlServers;
import io.walferry.testkit.postgres.Database;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows that every SQL destination has before the first load. */
@Postgres
@ExtendWith(MysqlExtension.class)
final class ExistingRowsTest {
  private static final SourceTable ITEM =
      table("item").key("id", INT4).column("name", TEXT).column("note", TEXT).build();

  private static final SourceTable LOG =
      table("log").column("n", INT4).identity(ReplicaIdentity.FULL).build();

  private static final String ITEMS = "SELECT * FROM item ORDER BY id, name";

  @TempDir private Path directory;

  /** Two tables that lack nothing and have rows. */
  private SqlDestination filled(Engine engine, Database database, MysqlServers servers)
      throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    destination.execute(
        "CREATE TABLE item (id integer PRIMARY KEY, name text, note text, own text)",
        "INSERT INTO item VALUES (1, 'old', 'o', 'mine'), (9, 'stays', 'o', 'mine')",
        "CREATE TABLE log (n integer)",
        "INSERT INTO log VALUES (7)");
    return destination;
  }

  private static Sink prepared(Sink sink, SourceTable... tables) {
    sink.open(FEED, new Claim());
    sink.prepare(published(tables));
    sink.commit(position(0x10));
    return sink;
  }

  @ParameterizedTest
  @EnumSource
  void refusedRowsAreLeftAloneAndTheWaysOnAreNamed(
      Engine engine, Database database, MysqlServers servers) throws SQLException {
    SqlDestination destination = filled(engine, database, servers);
    try (Sink sink = destination.sink(ExistingRows.REFUSE)) {
      sink.open(FEED, new Claim());
      String message =
          refused(ErrorCode.DESTINATION_NOT_EMPTY, () -> sink.prepare(published(ITEM, LOG)));
      assertTrue(message.contains("these have rows: public.item, public.log. Set"), message);
      assertTrue(message.contains("append (they stay), replace (they are removed) or"), message);
    }
    assertEquals(List.of("1|old|o|mine", "9|stays|o|mine"), destination.rows(ITEMS));
    try (Sink sink = destination.sink()) {
      assertEquals(SinkState.Fresh.FRESH, sink.open(FEED, new Claim()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void appendedRowsJoinThem(Engine engine, Database database, MysqlServers servers)
      throws SQLException {
    SqlDestination destination = filled(engine, database, servers);
    try (Sink sink = prepared(destination.sink(ExistingRows.APPEND), ITEM, LOG)) {
      load(sink, LOG, database, "VALUES (7), (8)");
      load(sink, ITEM, database, "VALUES (2, 'new', 'n')");
      refused(
          ErrorCode.DESTINATION_CONFLICT, () -> apply(sink, 0x20, ITEM.insert("9", "new", "n")));
    }
    assertEquals(List.of("1|old|o|mine", "2|new|n|∅", "9|stays|o|mine"), destination.rows(ITEMS));
    assertEquals(List.of("7", "7", "8"), destination.rows("SELECT n FROM log ORDER BY n"));
  }

  @ParameterizedTest
  @EnumSource
  void replacedRowsGoWithThePreparation(Engine engine, Database database, MysqlServers servers)
      throws SQLException {
    SqlDestination destination = filled(engine, database, servers);
    try (Sink sink = destination.sink(ExistingRows.REPLACE)) {
      sink.open(FEED, new Claim());
      sink.prepare(published(ITEM, LOG));
    }
    assertEquals(List.of("1|old|o|mine", "9|stays|o|mine"), destination.rows(ITEMS));
    try (Sink sink = prepared(destination.sink(ExistingRows.REPLACE), ITEM, LOG)) {
      load(sink, ITEM, database, "VALUES (1, 'new', 'n')");
    }
    assertEquals(List.of("1|new|n|∅"), destination.rows(ITEMS));
    assertEquals(List.of(), destination.rows("SELECT n FROM log"));
  }

  @ParameterizedTest
  @EnumSource
  void mergedRowsTakeThePlaceOfTheirKey(Engine engine, Database database, MysqlServers servers)
      throws SQLException {
    SqlDestination destination = filled(engine, database, servers);
    try (Sink sink = prepared(destination.sink(ExistingRows.MERGE), ITEM)) {
      load(sink, ITEM, database, "VALUES (1, 'loaded', NULL), (2, 'too', 'n')");
    }
    assertEquals(
        List.of("1|loaded|∅|mine", "2|too|n|∅", "9|stays|o|mine"), destination.rows(ITEMS));
    try (Sink sink = destination.sink(ExistingRows.MERGE)) {
      sink.open(FEED, new Claim());
      sink.resume(published(ITEM));
      apply(
          sink,
          0x20,
          ITEM.insert("9", "inserted", "n"),
          ITEM.insert("3", "x", "y"),
          ITEM.delete(key("1", NULL, NULL)),
          ITEM.insert("1", "again", "z"));
      refused(
          ErrorCode.DESTINATION_ROW_MISSING, () -> apply(sink, 0x30, ITEM.update("77", "a", "b")));
    }
    assertEquals(
        List.of("1|again|z|∅", "2|too|n|∅", "3|x|y|∅", "9|inserted|n|mine"),
        destination.rows(ITEMS));
  }

  @ParameterizedTest
  @EnumSource
  void manyRowsAreMerged(Engine engine, Database database, MysqlServers servers)
      throws SQLException {
    SqlDestination destination = filled(engine, database, servers);
    try (Sink sink = prepared(destination.sink(ExistingRows.MERGE), ITEM)) {
      load(sink, ITEM, database, "SELECT g, 'loaded', 'n' FROM generate_series(1, 3000) g");
      Change[] inserts =
          IntStream.rangeClosed(2001, 5000)
              .mapToObj(id -> ITEM.insert("" + id, "inserted", "n"))
              .toArray(Change[]::new);
      apply(sink, 0x20, inserts);
    }
    assertEquals(
        List.of("inserted|3000", "loaded|2000"),
        destination.rows("SELECT name, count(*) FROM item GROUP BY name ORDER BY name"));
  }

  @ParameterizedTest
  @EnumSource
  void aTableOfKeysOnlyIsMerged(Engine engine, Database database, MysqlServers servers)
      throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    SourceTable pair = table("pair").key("a", INT4).key("b", TEXT).build();
    destination.execute(
        "CREATE TABLE pair (a integer NOT NULL, b text NOT NULL, PRIMARY KEY (b, a))",
        "INSERT INTO pair VALUES (1, 'x')");
    try (Sink sink = prepared(destination.sink(ExistingRows.MERGE), pair)) {
      load(sink, pair, database, "VALUES (1, 'x'), (1, 'y')");
      apply(sink, 0x20, pair.insert("1", "y"), pair.insert("2", "x"));
    }
    assertEquals(
        List.of("1|x", "1|y", "2|x"), destination.rows("SELECT * FROM pair ORDER BY 1, 2"));
  }

  @ParameterizedTest
  @EnumSource
  void aMergedRowTakesNoOtherPlaceThanThatOfItsKey(
      Engine engine, Database database, MysqlServers servers) throws SQLException {
    SqlDestination destination = filled(engine, database, servers);
    destination.execute("CREATE UNIQUE INDEX item_name ON item (name)");
    try (Sink sink = prepared(destination.sink(ExistingRows.MERGE), ITEM)) {
      refused(
          ErrorCode.DESTINATION_CONFLICT, () -> apply(sink, 0x20, ITEM.insert("1", "stays", "n")));
    }
    try (Sink sink = destination.sink(ExistingRows.MERGE)) {
      sink.open(FEED, new Claim());
      sink.resume(published(ITEM));
      refused(
          ErrorCode.DESTINATION_CONFLICT,
          () -> load(sink, ITEM, database, "VALUES (1, 'stays', 'n')"));
    }
    assertEquals(List.of("1|old|o|mine", "9|stays|o|mine"), destination.rows(ITEMS));
  }

  @ParameterizedTest
  @EnumSource
  void rowsWithoutAKeyAreNotMerged(Engine engine, Database database, MysqlServers servers)
      throws SQLException {
    SqlDestination destination = filled(engine, database, servers);
    try (Sink sink = destination.sink(ExistingRows.MERGE)) {
      sink.open(FEED, new Claim());
      String message =
          refused(ErrorCode.DESTINATION_SHAPE, () -> sink.prepare(published(ITEM, LOG)));
      assertTrue(message.contains("public.log: it has rows, and rows are merged by"), message);
    }
    destination.execute("DELETE FROM log");
    try (Sink sink = prepared(destination.sink(ExistingRows.MERGE), ITEM, LOG)) {
      load(sink, LOG, database, "VALUES (7), (7)");
      apply(sink, 0x20, LOG.insert("7"));
    }
    assertEquals(List.of("7", "7", "7"), destination.rows("SELECT n FROM log"));
  }

  @ParameterizedTest
  @EnumSource
  void missingColumnsAreAdded(Engine engine, Database database, MysqlServers servers)
      throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    destination.execute(
        "CREATE TABLE item (id integer PRIMARY KEY)", "INSERT INTO item VALUES (9)");
    refusedOnlyForItsRows(destination);
    try (Sink sink = prepared(destination.sink(ExistingRows.APPEND), ITEM)) {
      load(sink, ITEM, database, "VALUES (1, 'a', 'b')");
    }
    assertEquals(List.of("1|a|b", "9|∅|∅"), destination.rows(ITEMS));
  }

  private static void refusedOnlyForItsRows(SqlDestination destination) {
    try (Sink sink = destination.sink()) {
      sink.open(FEED, new Claim());
      refused(ErrorCode.DESTINATION_NOT_EMPTY, () -> sink.prepare(published(ITEM)));
    }
  }
}
