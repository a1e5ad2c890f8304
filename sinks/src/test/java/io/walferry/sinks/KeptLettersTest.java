package io.walferry.sinks;

import static io.walferry.sinks.Letters.letters;
import static io.walferry.sinks.Refusal.refused;
import static io.walferry.sinks.SinkCalls.FEED;
import static io.walferry.sinks.SinkCalls.apply;
import static io.walferry.sinks.SinkCalls.chunk;
import static io.walferry.sinks.SinkCalls.header;
import static io.walferry.sinks.SinkCalls.line;
import static io.walferry.sinks.SinkCalls.load;
import static io.walferry.sinks.SinkCalls.position;
import static io.walferry.sinks.SourceTable.INT4;
import static io.walferry.sinks.SourceTable.NULL;
import static io.walferry.sinks.SourceTable.TEXT;
import static io.walferry.sinks.SourceTable.UNCHANGED;
import static io.walferry.sinks.SourceTable.key;
import static io.walferry.sinks.SourceTable.table;
import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.walferry.change.ReplicaIdentity;
import io.walferry.deadletter.DeadLetterSink;
import io.walferry.deadletter.RefusedRows;
import io.walferry.deadletter.RowPolicies;
import io.walferry.deadletter.RowPolicy;
import io.walferry.error.ErrorCode;
import io.walferry.sink.ChunkWriter;
import io.walferry.sink.Claim;
import io.walferry.sink.DeadLetter;
import io.walferry.sink.KeptLetter;
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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How letters are kept, read, and leave with their rows. */
@Postgres
@ExtendWith(MysqlExtension.class)
final class KeptLettersTest {
  private static final SourceTable ITEM =
      table("item").key("id", INT4).column("n", INT4).column("v", TEXT).build();
  private static final SourceTable PLACE = table("place").key("id", INT4).build();
  private static final String ITEMS = "SELECT id, n, v FROM item ORDER BY id";
  private static final String UNIQUE = "CREATE UNIQUE INDEX own ON item (n)";

  @TempDir private Path directory;

  /** In the destination's transaction: what is not committed leaves them there. */
  @ParameterizedTest
  @EnumSource
  void lettersLeaveWithAllRowsOfTheirTable(Engine engine, Database database, MysqlServers servers)
      throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    try (Sink sink = following(destination, RowPolicies.DEAD_LETTERS)) {
      destination.execute(UNIQUE);
      apply(sink, 0x20, ITEM.insert("1", "1", "a"), ITEM.insert("2", "1", "b"));
      apply(sink, 0x30, PLACE.delete(key("7")));
      sink.begin(header(0x40));
      sink.append(ITEM.insert("3", "1", "c"));
      sink.append(ITEM.truncate());
    }
    assertEquals(List.of("{\"id\":\"2\"}", "{\"id\":\"7\"}"), letters(destination, "row_key"));
    try (Sink sink = wrapped(destination, ExistingRows.REFUSE, RowPolicies.DEAD_LETTERS)) {
      sink.open(FEED, new Claim());
      sink.resume(SinkCalls.published(ITEM, PLACE));
      apply(
          sink,
          0x40,
          ITEM.insert("3", "1", "c"),
          ITEM.truncate(),
          ITEM.insert("4", "4", "d"),
          ITEM.insert("5", "4", "e"));
    }
    assertEquals(List.of("4|4|d"), destination.rows(ITEMS));
    assertEquals(List.of("{\"id\":\"7\"}", "{\"id\":\"5\"}"), letters(destination, "row_key"));
  }

  /** Rows that stay may still lack what a letter holds. */
  @ParameterizedTest
  @EnumSource
  void lettersLeaveWhenTheirTableIsReplaced(Engine engine, Database database, MysqlServers servers)
      throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    assertEquals(1, lettersAfterALoad(destination, ExistingRows.APPEND));
    assertEquals(2, lettersAfterALoad(destination, ExistingRows.APPEND));
    assertEquals(1, lettersAfterALoad(destination, ExistingRows.REPLACE));
  }

  /** One of them comes after it. */
  private static int lettersAfterALoad(SqlDestination destination, ExistingRows existing)
      throws SQLException {
    try (Sink sink =
        SinkCalls.following(wrapped(destination, existing, RowPolicies.DEAD_LETTERS), ITEM)) {
      apply(sink, 0x20, ITEM.delete(key("7", NULL, NULL)));
    }
    destination.execute("DELETE FROM " + destination.positionTable());
    return letters(destination, "row_key").size();
  }

  /** The bound is about letters that are there, whatever became of others. */
  @ParameterizedTest
  @EnumSource
  void lettersThatWereDroppedOrHaveLeftDoNotCount(
      Engine engine, Database database, MysqlServers servers) throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    try (Sink sink = following(destination, RowPolicies.DEAD_LETTERS.withMost(2))) {
      destination.execute(UNIQUE);
      apply(sink, 0x20, ITEM.insert("1", "1", "a"), ITEM.insert("2", "1", "b"));
      refused(
          ErrorCode.DEAD_LETTERS_FULL,
          () -> load(sink, ITEM, line("3", "1", "c"), line("4", "1", "d"), line("5", "5", "e")));
      apply(sink, 0x30, ITEM.insert("6", "1", "f"));
      apply(sink, 0x40, ITEM.truncate(), ITEM.insert("1", "1", "a"));
      apply(sink, 0x50, ITEM.insert("7", "1", "g"), ITEM.insert("8", "1", "h"));
      assertEquals(List.of("{\"id\":\"7\"}", "{\"id\":\"8\"}"), letters(destination, "row_key"));
      refused(ErrorCode.DEAD_LETTERS_FULL, () -> apply(sink, 0x60, ITEM.insert("9", "1", "i")));
    }
  }

  /** They may have come of changes that are kept for another reason. */
  @ParameterizedTest
  @EnumSource
  void lettersLeaveWithTheirRowsAlsoWhereValuesHalt(
      Engine engine, Database database, MysqlServers servers) throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    RowPolicies policies =
        new RowPolicies(
            RowPolicy.HALT, RowPolicy.DEAD_LETTER, RowPolicy.IGNORE, RowPolicy.HALT, 1000);
    try (Sink sink = following(destination, policies)) {
      apply(sink, 0x20, ITEM.update("1", "1", "a"), ITEM.update("2", "2", "b"));
      readAgain(sink, ITEM, "id", "1");
    }
    assertEquals(List.of("{\"id\":\"2\"}"), letters(destination, "row_key"));
  }

  private static void readAgain(Sink sink, SourceTable table, String column, String key) {
    try (ChunkWriter writer = sink.chunkWriter()) {
      writer.begin(table.published(), new RowKeys(List.of(column), List.of(List.of(key))));
      writer.commit(chunk(table, "2"));
    }
  }

  /** Longer than any index takes it. */
  @ParameterizedTest
  @EnumSource
  void aKeyMayBeLong(Engine engine, Database database, MysqlServers servers) throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    SourceTable named = table("named").key("name", TEXT).column("n", INT4).build();
    String name =
        new Random(7).ints(9000, 'a', 'z' + 1).mapToObj(Character::toString).collect(joining());
    try (Sink sink =
        SinkCalls.following(
            wrapped(destination, ExistingRows.REFUSE, RowPolicies.DEAD_LETTERS), named)) {
      apply(sink, 0x20, named.update(name, "1"), named.update(name + "b", "1"));
      readAgain(sink, named, "name", name);
    }
    assertEquals(List.of("{\"name\":\"" + name + "b\"}"), letters(destination, "row_key"));
  }

  @ParameterizedTest
  @EnumSource
  void rowsOfALoadAreKnownByTheIndexThatIdentifiesThem(
      Engine engine, Database database, MysqlServers servers) throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    SourceTable indexed =
        table("item")
            .column("id", INT4)
            .key("n", INT4)
            .identity(ReplicaIdentity.INDEX)
            .primaryKey("id")
            .build();
    try (Sink sink =
        SinkCalls.following(
            wrapped(destination, ExistingRows.REFUSE, RowPolicies.DEAD_LETTERS), indexed)) {
      destination.execute("CREATE UNIQUE INDEX item_id ON item (id)");
      load(sink, indexed, line("1", "10"), line("1", "20"), line("2", "30"));
    }
    assertEquals(List.of("{\"n\":\"20\"}"), letters(destination, "row_key"));
  }

  @ParameterizedTest
  @EnumSource
  void lettersAreReadBesideTheFeed(Engine engine, Database database, MysqlServers servers)
      throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    List<KeptLetter> found = new ArrayList<>();
    try (Sink sink = following(destination, RowPolicies.DEAD_LETTERS)) {
      destination.letters().find(FEED.pipeline(), found::add);
      assertEquals(List.of(), found);
      sink.begin(header(0x20));
      for (int id = 1; id <= 450; id++) {
        sink.append(ITEM.update("" + id, "7", UNCHANGED));
      }
      sink.append(PLACE.delete(key("9")));
      sink.commit(position(0x21));
      load(sink, ITEM, line("1", "1", "a"), line("1", "2", "it's é😀"));
      destination.letters().find(FEED.pipeline(), found::add);
      destination.letters().find("another feed", letter -> fail(letter.toString()));
    }
    assertEquals(452, found.size());
    for (int i = 1; i < found.size(); i++) {
      assertTrue(found.get(i - 1).id() < found.get(i).id());
    }
    String missing = found.getFirst().letter().reason();
    assertEquals(
        new DeadLetter(
            header(0x20),
            1,
            ITEM.published().table(),
            "update",
            Optional.of("{\"id\":\"1\"}"),
            Optional.empty(),
            Optional.of("{\"id\":\"1\",\"n\":\"7\"}"),
            "DESTINATION_ROW_MISSING",
            missing),
        found.getFirst().letter());
    DeadLetter deleted = found.get(450).letter();
    assertEquals(Optional.of("{\"id\":\"9\"}"), deleted.before());
    assertEquals(Optional.empty(), deleted.after());
    DeadLetter loaded = found.getLast().letter();
    assertEquals(0, loaded.index());
    assertEquals("load", loaded.operation());
    assertEquals(
        Optional.of("{\"id\":\"1\",\"n\":\"2\",\"v\":\"it's \\u00e9\\ud83d\\ude00\"}"),
        loaded.after());
    Duration age = Duration.between(found.getLast().buriedAt(), Instant.now());
    assertTrue(age.abs().compareTo(Duration.ofMinutes(5)) < 0, age::toString);
  }

  @ParameterizedTest
  @EnumSource
  void aLetterOfAnotherFormIsNamed(Engine engine, Database database, MysqlServers servers)
      throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    try (Sink sink = following(destination, RowPolicies.DEAD_LETTERS)) {
      apply(sink, 0x20, PLACE.delete(key("9")));
    }
    destination.execute("UPDATE " + destination.letterTable() + " SET commit_time = 'yesterday'");
    String message =
        refused(
            ErrorCode.DESTINATION_FORMAT,
            () -> destination.letters().find(FEED.pipeline(), letter -> fail(letter.toString())));
    assertTrue(message.startsWith("Letter 1 in table "), message);
  }

  private static Sink wrapped(
      SqlDestination destination, ExistingRows existing, RowPolicies policies) {
    RevocableSink plain = (RevocableSink) destination.sink(existing);
    return new DeadLetterSink(plain, policies, RefusedRows.SILENT);
  }

  private static Sink following(SqlDestination destination, RowPolicies policies) {
    return SinkCalls.following(wrapped(destination, ExistingRows.REFUSE, policies), ITEM, PLACE);
  }
}
