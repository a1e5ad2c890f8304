package io.walferry.sinks;

import static io.walferry.sinks.Letters.letters;
import static io.walferry.sinks.Refusal.refused;
import static io.walferry.sinks.SinkCalls.FEED;
import static io.walferry.sinks.SinkCalls.apply;
import static io.walferry.sinks.SinkCalls.at;
import static io.walferry.sinks.SinkCalls.chunk;
import static io.walferry.sinks.SinkCalls.header;
import static io.walferry.sinks.SinkCalls.line;
import static io.walferry.sinks.SinkCalls.load;
import static io.walferry.sinks.SinkCalls.position;
import static io.walferry.sinks.SourceTable.INT4;
import static io.walferry.sinks.SourceTable.NULL;
import static io.walferry.sinks.SourceTable.TEXT;
import static io.walferry.sinks.SourceTable.UNCHANGED;
import static io.walferry.sinks.SourceTable.full;
import static io.walferry.sinks.SourceTable.key;
import static io.walferry.sinks.SourceTable.table;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Change;
import io.walferry.change.OldRow;
import io.walferry.change.ReplicaIdentity;
import io.walferry.change.Row;
import io.walferry.deadletter.DeadLetterSink;
import io.walferry.deadletter.RefusedRows;
import io.walferry.deadletter.RowPolicies;
import io.walferry.deadletter.RowPolicy;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sink.ChunkWriter;
import io.walferry.sink.Claim;
import io.walferry.sink.CopyFormat;
import io.walferry.sink.RevocableSink;
import io.walferry.sink.RowKeys;
import io.walferry.sink.Sink;
import io.walferry.sinks.SqlDestination.Engine;
import io.walferry.sinks.table.ExistingRows;
import io.walferry.testkit.junit.MysqlExtension;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.mysql.MysqlServers;
import io.walferry.testkit.postgres.Database;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows that a destination refuses go to its dead letters, and all others arrive. */
@Postgres
@ExtendWith(MysqlExtension.class)
final class DeadLetterTest {
  private static final SourceTable ITEM =
      table("item").key("id", INT4).column("n", INT4).column("v", TEXT).build();
  private static final SourceTable WHOLE =
      table("item")
          .key("id", INT4)
          .column("n", INT4)
          .column("v", TEXT)
          .identity(ReplicaIdentity.FULL)
          .primaryKey("id")
          .build();
  private static final SourceTable PLACE = table("place").key("id", INT4).build();
  private static final String ITEMS = "SELECT id, n, v FROM item ORDER BY id";
  private static final String UNIQUE = "CREATE UNIQUE INDEX own ON item (n)";
  private static final RowPolicies UPSERT =
      new RowPolicies(
          RowPolicy.DEAD_LETTER, RowPolicy.UPSERT, RowPolicy.IGNORE, RowPolicy.UPSERT, 1000);

  @TempDir private Path directory;
  private final List<String> heard = new ArrayList<>();

  @ParameterizedTest
  @EnumSource
  void whatIsRefusedIsKeptAndTheRestArrives(Engine engine, Database database, MysqlServers servers)
      throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    try (Sink sink = following(destination, RowPolicies.DEAD_LETTERS)) {
      destination.execute(UNIQUE);
      sink.begin(header(0x20));
      for (int id = 1; id <= 200; id++) {
        boolean poison = id == 50 || id == 51 || id == 200;
        sink.append(ITEM.insert("" + id, poison ? "1" : "" + id, "it's é😀"));
        sink.append(PLACE.insert("" + id));
      }
      sink.commit(position(0x21));
      apply(
          sink,
          0x30,
          ITEM.update("50", "50", NULL),
          ITEM.update("7", "7", "changed"),
          ITEM.delete(key("51", NULL, NULL)),
          ITEM.update(key("8", NULL, NULL), "808", "1", UNCHANGED));
    }
    assertEquals(197, destination.rows(ITEMS).size());
    assertEquals(200, destination.rows("SELECT id FROM place").size());
    assertEquals(
        List.of("7|7|changed"), destination.rows("SELECT id, n, v FROM item WHERE id = 7"));
    assertEquals(
        List.of(
            "insert|{\"id\":\"50\"}|99|DESTINATION_CONFLICT",
            "insert|{\"id\":\"51\"}|101|DESTINATION_CONFLICT",
            "insert|{\"id\":\"200\"}|399|DESTINATION_CONFLICT",
            "update|{\"id\":\"50\"}|1|DESTINATION_ROW_MISSING",
            "delete|{\"id\":\"51\"}|3|DESTINATION_ROW_MISSING",
            "update|{\"id\":\"8\"}|4|DESTINATION_CONFLICT",
            "update|{\"id\":\"808\"}|4|DESTINATION_CONFLICT"),
        letters(destination, "operation, row_key, change_index, error"));
    assertEquals(
        List.of(
            "∅|{\"id\":\"50\",\"n\":\"1\",\"v\":\"it's \\u00e9\\ud83d\\ude00\"}",
            "∅|{\"id\":\"50\",\"n\":\"50\",\"v\":null}",
            "{\"id\":\"8\"}|{\"id\":\"808\",\"n\":\"1\"}"),
        List.of(0, 3, 6).stream().map(rows(destination)::get).toList());
    assertTrue(
        letters(destination, "reason").stream()
            .allMatch(reason -> reason.contains("item") && !reason.contains("it's")));
    assertEquals(List.of("public.item DEAD_LETTER 3", "public.item DEAD_LETTER 3"), heard);
    try (Sink next = destination.sink()) {
      assertEquals(at(0x31), next.open(FEED, new Claim()));
    }
  }

  private static List<String> rows(SqlDestination destination) {
    try {
      return letters(destination, "before_row, after_row");
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @EnumSource
  void rowsOfALoadAreKeptAndLeaveWhenTheyAreReadAgain(
      Engine engine, Database database, MysqlServers servers) throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    try (Sink sink = following(destination, RowPolicies.DEAD_LETTERS)) {
      destination.execute(UNIQUE);
      byte[][] lines =
          IntStream.rangeClosed(1, 300)
              .mapToObj(id -> line("" + id, id % 100 == 0 ? "1" : "" + id, "a\tb\\"))
              .toArray(byte[][]::new);
      load(sink, ITEM, lines);
      assertEquals(297, destination.rows(ITEMS).size());
      assertEquals(
          List.of(
              "load|{\"id\":\"100\"}|0|DESTINATION_CONFLICT",
              "load|{\"id\":\"200\"}|0|DESTINATION_CONFLICT",
              "load|{\"id\":\"300\"}|0|DESTINATION_CONFLICT"),
          letters(destination, "operation, row_key, change_index, error"));
      assertEquals(List.of("public.item DEAD_LETTER 3"), heard);
      sink.commit(position(0x11));
      destination.execute(drop(engine));
      try (ChunkWriter writer = sink.chunkWriter()) {
        RowKeys keys = new RowKeys(List.of("id"), List.of(List.of("100"), List.of("300")));
        assertEquals(CopyFormat.TEXT, writer.begin(ITEM.published(), keys));
        writer.write(line("100", "1", "again"));
        writer.commit(chunk(ITEM, "2"));
      }
      assertEquals(List.of("{\"id\":\"200\"}"), letters(destination, "row_key"));
      sink.commit(position(0x12));
      sink.empty(ITEM.published());
      sink.commit(position(0x13));
      assertEquals(List.of(), letters(destination, "row_key"));
    }
  }

  private static String drop(Engine engine) {
    return switch (engine) {
      case POSTGRES, SQLITE -> "DROP INDEX own";
      case MYSQL, MARIADB, SQLSERVER, SQLSERVER_VERSIONED -> "DROP INDEX own ON item";
    };
  }

  @ParameterizedTest
  @EnumSource
  void rowsArePutThereWhereThePolicySaysSo(Engine engine, Database database, MysqlServers servers)
      throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    try (Sink sink = following(destination, UPSERT)) {
      apply(sink, 0x20, ITEM.insert("1", "1", "a"), ITEM.insert("2", "2", "b"));
      apply(
          sink,
          0x30,
          ITEM.update("3", "3", "new"),
          ITEM.insert("1", "10", "replaced"),
          ITEM.delete(key("77", NULL, NULL)),
          ITEM.update("4", "4", UNCHANGED),
          ITEM.update(key("78", NULL, NULL), "2", "20", "moved"));
    }
    assertEquals(List.of("1|10|replaced", "2|20|moved", "3|3|new"), destination.rows(ITEMS));
    assertEquals(
        List.of("update|{\"id\":\"4\"}|DESTINATION_ROW_MISSING"),
        letters(destination, "operation, row_key, error"));
  }

  @ParameterizedTest
  @EnumSource
  void rowsThatComeWholeAreKnownByThePrimaryKey(
      Engine engine, Database database, MysqlServers servers) throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    try (Sink sink =
        SinkCalls.following(wrapped(destination, ExistingRows.REFUSE, UPSERT), WHOLE)) {
      destination.execute("CREATE UNIQUE INDEX whole_key ON item (id)");
      apply(sink, 0x20, WHOLE.insert("1", "1", "a"), WHOLE.insert("2", "2", "b"));
      apply(
          sink,
          0x30,
          WHOLE.insert("1", "10", "replaced"),
          WHOLE.update(full("2", "2", "was other"), "2", "20", "put there"),
          WHOLE.update(full("3", "3", "x"), "3", "3", "y"),
          WHOLE.delete(full("9", "9", "z")));
    }
    assertEquals(List.of("1|10|replaced", "2|20|put there", "3|3|y"), destination.rows(ITEMS));
  }

  /** Neither a policy nor a merge may take the other row for the one that is meant. */
  @ParameterizedTest
  @EnumSource
  void anotherUniqueKeyNeverLeadsToARow(Engine engine, Database database, MysqlServers servers)
      throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    for (RowPolicy existing : List.of(RowPolicy.UPSERT, RowPolicy.IGNORE)) {
      destination.execute("DROP TABLE IF EXISTS item", "DROP TABLE IF EXISTS place");
      RowPolicies policies =
          new RowPolicies(
              RowPolicy.DEAD_LETTER, RowPolicy.UPSERT, RowPolicy.IGNORE, existing, 1000);
      RevocableSink plain = (RevocableSink) destination.sink(ExistingRows.MERGE);
      try (Sink sink =
          SinkCalls.following(new DeadLetterSink(plain, policies, listener()), ITEM, PLACE)) {
        destination.execute(UNIQUE);
        apply(sink, 0x20, ITEM.insert("1", "1", "a"), ITEM.insert("2", "2", "b"));
        apply(
            sink,
            0x30,
            ITEM.insert("3", "1", "taken"),
            ITEM.update("4", "2", "taken"),
            ITEM.update("2", "1", "taken"),
            ITEM.insert("5", "5", "c"));
      }
      assertEquals(List.of("1|1|a", "2|2|b", "5|5|c"), destination.rows(ITEMS), existing.name());
      forget(destination);
    }
  }

  private static void forget(SqlDestination destination) throws SQLException {
    String positions = destination.positionTable();
    destination.execute("DELETE FROM " + positions, "DELETE FROM " + Letters.table(destination));
  }

  @ParameterizedTest
  @EnumSource
  void withTooManyTheFeedStopsAndNothingOfItStays(
      Engine engine, Database database, MysqlServers servers) throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    try (Sink sink = following(destination, RowPolicies.DEAD_LETTERS.withMost(2))) {
      destination.execute(UNIQUE);
      apply(sink, 0x20, ITEM.insert("1", "1", "a"), ITEM.insert("2", "1", "b"));
      String message =
          refused(
              ErrorCode.DEAD_LETTERS_FULL,
              () ->
                  apply(
                      sink,
                      0x30,
                      ITEM.insert("3", "3", "c"),
                      ITEM.insert("4", "1", "secret"),
                      ITEM.insert("5", "1", "secret")));
      assertFalse(message.contains("secret"), message);
    }
    assertEquals(List.of("1|1|a"), destination.rows(ITEMS));
    assertEquals(List.of("{\"id\":\"2\"}"), letters(destination, "row_key"));
    assertEquals(List.of("public.item DEAD_LETTER 1"), heard);
  }

  @ParameterizedTest
  @EnumSource
  void whatIsToHaltHalts(Engine engine, Database database, MysqlServers servers)
      throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    RowPolicies policies =
        new RowPolicies(RowPolicy.HALT, RowPolicy.IGNORE, RowPolicy.HALT, RowPolicy.IGNORE, 1);
    try (Sink sink = following(destination, policies)) {
      apply(sink, 0x20, ITEM.insert("1", "1", "a"));
      apply(sink, 0x30, ITEM.update("9", "9", "x"), ITEM.insert("1", "2", "b"));
      refused(
          ErrorCode.DESTINATION_ROW_MISSING,
          () -> apply(sink, 0x40, ITEM.insert("2", "2", "b"), ITEM.delete(key("9", NULL, NULL))));
    }
    assertEquals(List.of("1|1|a"), destination.rows(ITEMS));
    assertEquals(List.of("public.item IGNORE 2"), heard);
  }

  @ParameterizedTest
  @EnumSource
  void whatTheColumnDoesNotTakeIsKept(Engine engine, Database database, MysqlServers servers)
      throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    String name = engine == Engine.MYSQL || engine == Engine.MARIADB ? "int" : "integer";
    String limited = engine == Engine.MYSQL || engine == Engine.MARIADB ? "" : "CHECK (n < 100)";
    // PostgreSQL's columns let go of a NOT NULL.
    String present = engine == Engine.POSTGRES ? "CHECK (n IS NOT NULL)" : "NOT NULL";
    destination.execute(
        "CREATE TABLE item (id %1$s NOT NULL PRIMARY KEY, n %1$s %4$s %2$s, v %3$s)"
            .formatted(
                name,
                limited,
                limited.isEmpty() ? "longtext COLLATE utf8mb4_bin" : "text",
                present));
    try (Sink sink = following(destination, RowPolicies.DEAD_LETTERS)) {
      apply(
          sink,
          0x20,
          ITEM.insert("1", "1", "a"),
          ITEM.insert("2", NULL, "b"),
          ITEM.insert("3", limited.isEmpty() ? NULL : "100", "c"),
          ITEM.insert("4", "4", "d"),
          ITEM.update("1", NULL, "x"));
      load(sink, ITEM, line("5", "5", "e"), line("6", NULL, "f"), line("7", "7", "g"));
    }
    assertEquals(List.of("1|1|a", "4|4|d", "5|5|e", "7|7|g"), destination.rows(ITEMS));
    assertEquals(
        List.of(
            "insert|{\"id\":\"2\"}|DESTINATION_ROW_REFUSED",
            "insert|{\"id\":\"3\"}|DESTINATION_ROW_REFUSED",
            "update|{\"id\":\"1\"}|DESTINATION_ROW_REFUSED",
            "load|{\"id\":\"6\"}|DESTINATION_ROW_REFUSED"),
        letters(destination, "operation, row_key, error"));
  }

  @ParameterizedTest
  @EnumSource
  void textThatIsNotUtf8IsKeptWithItsTransaction(
      Engine engine, Database database, MysqlServers servers) throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    Row bad =
        new Row.Builder(new byte[] {'2', (byte) 0xE4}, 3).text(0, 1).text(0, 1).text(1, 1).build();
    Change insert = new Change.Insert(ITEM.relation(), bad);
    byte[] line = line("9", "9", "#");
    line[4] = (byte) 0xE4;
    WalferryException why = new WalferryException(ErrorCode.SOURCE_TEXT_INVALID, "not UTF-8");
    try (Sink sink = following(destination, RowPolicies.DEAD_LETTERS)) {
      sink.begin(header(0x20));
      sink.setAside(insert, why);
    }
    try (Sink sink = wrapped(destination, ExistingRows.REFUSE, RowPolicies.DEAD_LETTERS)) {
      sink.open(FEED, new Claim());
      sink.resume(List.of(ITEM.published(), PLACE.published()));
      destination.execute(UNIQUE);
      sink.begin(header(0x20));
      sink.setAside(insert, why);
      sink.append(ITEM.insert("1", "1", "\uFFFD"));
      sink.append(ITEM.insert("3", "1", "c"));
      sink.append(ITEM.update(full("2", "2", "b"), "4", "4", "d"));
      sink.setAside(new Change.Delete(WHOLE.relation(), new OldRow.Full(bad)), why);
      sink.append(ITEM.insert("5", "1", "e"));
      sink.commit(position(0x21));
      try (ChunkWriter writer = sink.chunkWriter()) {
        assertEquals(CopyFormat.TEXT, writer.begin(ITEM.published()));
        writer.write(line("7", "7", "g"));
        writer.setAside(line, why);
        writer.write(line("8", "8", "ü"));
        writer.commit(chunk(ITEM, "1"));
      }
    }
    assertEquals(List.of("1|1|\uFFFD", "7|7|g", "8|8|ü"), destination.rows(ITEMS));
    assertEquals(
        List.of(
            "insert|{\"id\":\"2\"}|1|SOURCE_TEXT_INVALID",
            "insert|{\"id\":\"3\"}|3|DESTINATION_CONFLICT",
            "update|{\"id\":\"2\"}|4|DESTINATION_ROW_MISSING",
            "update|{\"id\":\"4\"}|4|DESTINATION_ROW_MISSING",
            "delete|{\"id\":\"2\"}|5|SOURCE_TEXT_INVALID",
            "insert|{\"id\":\"5\"}|6|DESTINATION_CONFLICT",
            "load|{\"id\":\"9\"}|0|SOURCE_TEXT_INVALID"),
        letters(destination, "operation, row_key, change_index, error"));
    assertEquals(List.of("public.item DEAD_LETTER 5", "public.item DEAD_LETTER 1"), heard);
  }

  /** A destination without letters must not take such bytes for text. */
  @ParameterizedTest
  @EnumSource
  void withoutLettersItEndsTheFeed(Engine engine, Database database, MysqlServers servers)
      throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    RowPolicies halting =
        new RowPolicies(
            RowPolicy.HALT, RowPolicy.DEAD_LETTER, RowPolicy.IGNORE, RowPolicy.HALT, 1000);
    WalferryException why = new WalferryException(ErrorCode.SOURCE_TEXT_INVALID, "not UTF-8");
    try (Sink sink = following(destination, halting)) {
      refused(ErrorCode.SOURCE_TEXT_INVALID, () -> sink.setAside(ITEM.insert("1", "1", "a"), why));
    }
    try (Sink sink = wrapped(destination, ExistingRows.REFUSE, halting)) {
      sink.open(FEED, new Claim());
      try (ChunkWriter writer = sink.chunkWriter()) {
        writer.offer(EnumSet.of(CopyFormat.TEXT));
        assertEquals(CopyFormat.TEXT, writer.begin(ITEM.published()));
        refused(ErrorCode.SOURCE_TEXT_INVALID, () -> writer.setAside(line("1", "1", "a"), why));
      }
    }
  }

  private RefusedRows listener() {
    return (table, became, count) -> heard.add(table + " " + became + " " + count);
  }

  private Sink wrapped(SqlDestination destination, ExistingRows existing, RowPolicies policies) {
    return new DeadLetterSink((RevocableSink) destination.sink(existing), policies, listener());
  }

  private Sink following(SqlDestination destination, RowPolicies policies) {
    return SinkCalls.following(wrapped(destination, ExistingRows.REFUSE, policies), ITEM, PLACE);
  }
}
