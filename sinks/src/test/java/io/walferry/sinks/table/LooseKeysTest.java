package io.walferry.sinks.table;

import static io.walferry.sinks.Refusal.refused;
import static io.walferry.sinks.SinkCalls.FEED;
import static io.walferry.sinks.SinkCalls.apply;
import static io.walferry.sinks.SinkCalls.chunk;
import static io.walferry.sinks.SinkCalls.position;
import static io.walferry.sinks.SinkCalls.published;
import static io.walferry.sinks.SourceTable.INT4;
import static io.walferry.sinks.SourceTable.NULL;
import static io.walferry.sinks.SourceTable.TEXT;
import static io.walferry.sinks.SourceTable.full;
import static io.walferry.sinks.SourceTable.key;
import static io.walferry.sinks.SourceTable.table;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.walferry.change.Change;
import io.walferry.change.ReplicaIdentity;
import io.walferry.deadletter.DeadLetterSink;
import io.walferry.deadletter.RefusedRows;
import io.walferry.deadletter.RowPolicies;
import io.walferry.error.ErrorCode;
import io.walferry.publication.PublicationCatalog;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.ChunkWriter;
import io.walferry.sink.Claim;
import io.walferry.sink.RevocableSink;
import io.walferry.sink.RowKeys;
import io.walferry.sink.Sink;
import io.walferry.sinks.SinkCalls;
import io.walferry.sinks.SourceTable;
import io.walferry.sinks.SqlDestination;
import io.walferry.sinks.SqlDestination.Engine;
import io.walferry.sinks.postgres.PostgresFixture;
import io.walferry.testkit.junit.MysqlExtension;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.mysql.MysqlServers;
import io.walferry.testkit.postgres.Database;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** Two keys of the source never become one row, whatever the destination takes for equal. */
@Postgres
@ExtendWith(MysqlExtension.class)
final class LooseKeysTest {
  private static final SourceTable WORD = table("word").key("w", TEXT).column("n", INT4).build();
  private static final String WORDS = "SELECT * FROM word ORDER BY n";

  private static final String FOLDING =
      "CREATE COLLATION folding (provider = icu, locale = 'und-u-ks-level2', deterministic ="
          + " false)";

  private static final String FOLDED =
      "CREATE TABLE word (w text COLLATE folding PRIMARY KEY, n integer)";

  /** Tables of somebody's own, each with a key that is equal to {@code a} there. */
  enum Loose {
    POSTGRES(Engine.POSTGRES, "A", FOLDING, FOLDED),
    SQLITE(Engine.SQLITE, "A", "CREATE TABLE word (w TEXT COLLATE NOCASE PRIMARY KEY, n INTEGER)"),
    SQLITE_KEY(
        Engine.SQLITE,
        "A",
        "CREATE TABLE word (w TEXT NOT NULL, n INTEGER, PRIMARY KEY (w COLLATE NOCASE))"),
    SQLITE_BLANKS(
        Engine.SQLITE,
        "a ",
        "CREATE TABLE word (w TEXT COLLATE RTRIM PRIMARY KEY, n INTEGER) WITHOUT ROWID"),
    MYSQL(Engine.MYSQL, "A", inMysql()),
    MARIADB(Engine.MARIADB, "A", inMysql());

    private final Engine engine;
    private final String other;
    private final List<String> statements;

    Loose(Engine engine, String other, String... statements) {
      this.engine = engine;
      this.other = other;
      this.statements = List.of(statements);
    }

    private static String inMysql() {
      return "CREATE TABLE word (w varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"
          + " PRIMARY KEY, n int)";
    }
  }

  @TempDir private Path directory;

  private SqlDestination destination(Loose loose, Database database, MysqlServers servers)
      throws SQLException {
    SqlDestination destination = loose.engine.in(database, directory, servers);
    destination.execute(loose.statements.toArray(String[]::new));
    return destination;
  }

  @ParameterizedTest
  @EnumSource
  void anotherKeyIsNeitherAddedNorMet(Loose loose, Database database, MysqlServers servers)
      throws SQLException {
    SqlDestination destination = destination(loose, database, servers);
    String other = loose.other;
    try (Sink sink = destination.following(WORD)) {
      apply(sink, 0x20, WORD.insert("a", "1"));
    }
    List<Change> many = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      many.add(WORD.update(i == 50 ? other : "w" + i, "9"));
    }
    assertRefused(destination, WORD.insert(other, "2"));
    assertRefused(destination, WORD.update(other, "2"));
    assertRefused(destination, WORD.update(key(other, NULL), "b", "2"));
    assertRefused(destination, WORD.delete(key(other, NULL)));
    assertRefused(destination, many.toArray(Change[]::new));
    assertEquals(List.of("a|1"), destination.rows(WORDS));
  }

  private static void assertRefused(SqlDestination destination, Change... changes) {
    try (Sink sink = destination.sink()) {
      sink.open(FEED, new Claim());
      sink.resume(published(WORD));
      ErrorCode code =
          changes[0] instanceof Change.Insert
              ? ErrorCode.DESTINATION_CONFLICT
              : ErrorCode.DESTINATION_ROW_MISSING;
      String message = refused(code, () -> apply(sink, 0x30, changes));
      assertTrue(message.contains("under which different keys can be equal"), message);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aKeyThatTookThePlaceOfAnotherComesAfterIt(
      Loose loose, Database database, MysqlServers servers) throws SQLException {
    SqlDestination destination = destination(loose, database, servers);
    String other = loose.other;
    try (Sink sink = destination.following(WORD)) {
      apply(sink, 0x20, WORD.insert("a", "1"));
      apply(sink, 0x30, WORD.delete(key("a", NULL)), WORD.insert(other, "2"));
      assertEquals(List.of(other + "|2"), destination.rows(WORDS));
      apply(sink, 0x40, WORD.update(key(other, NULL), "a", "3"), WORD.update("a", "4"));
    }
    assertEquals(List.of("a|4"), destination.rows(WORDS));
  }

  @ParameterizedTest
  @EnumSource
  void aSecondKeyMayBecomeALetter(Loose loose, Database database, MysqlServers servers)
      throws SQLException {
    SqlDestination destination = destination(loose, database, servers);
    try (Sink sink =
        SinkCalls.following(
            new DeadLetterSink(
                (RevocableSink) destination.sink(), RowPolicies.DEAD_LETTERS, RefusedRows.SILENT),
            WORD)) {
      apply(sink, 0x20, WORD.insert("a", "1"), WORD.insert(loose.other, "2"));
      apply(sink, 0x30, WORD.update(loose.other, "3"), WORD.delete(key(loose.other, NULL)));
    }
    assertEquals(List.of("a|1"), destination.rows(WORDS));
  }

  @ParameterizedTest
  @EnumSource
  void aRowThatIsReadAgainTakesNoOtherAway(Loose loose, Database database, MysqlServers servers)
      throws SQLException {
    SqlDestination destination = destination(loose, database, servers);
    try (Sink sink = destination.following(WORD)) {
      apply(sink, 0x20, WORD.insert("a", "1"));
      try (ChunkWriter writer = sink.chunkWriter()) {
        RowKeys other = new RowKeys(List.of("w"), List.of(List.of(loose.other)));
        var unused = writer.begin(WORD.published(), other);
        writer.commit(chunk(WORD, "1"));
      }
    }
    assertEquals(List.of("a|1"), destination.rows(WORDS));
  }

  @ParameterizedTest
  @EnumSource(names = {"POSTGRES", "SQLITE", "SQLITE_KEY", "SQLITE_BLANKS"})
  void rowsAreNotMergedBySuchAKey(Loose loose, Database database, MysqlServers servers)
      throws SQLException {
    SqlDestination destination = destination(loose, database, servers);
    try (Sink sink = destination.sink(ExistingRows.MERGE)) {
      sink.open(FEED, new Claim());
      String message = refused(ErrorCode.DESTINATION_SHAPE, () -> sink.prepare(published(WORD)));
      assertTrue(message.contains("'existing: merge' would make one row of them"), message);
    }
    try (Sink sink = destination.following(WORD)) {
      apply(sink, 0x20, WORD.insert("a", "1"));
    }
    try (Sink sink = destination.sink(ExistingRows.MERGE)) {
      sink.open(FEED, new Claim());
      refused(ErrorCode.DESTINATION_SHAPE, () -> sink.resume(published(WORD)));
    }
  }

  @ParameterizedTest
  @EnumSource
  void theStartSaysWhatMendsIt(Loose loose, Database database, MysqlServers servers)
      throws SQLException {
    SqlDestination destination = destination(loose, database, servers);
    List<String> said = new ArrayList<>();
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    Logger logger = (Logger) LoggerFactory.getLogger("io.walferry.sinks");
    logger.addAppender(log);
    try (Sink sink = destination.following(WORD)) {
      sink.prepare(published(WORD));
      log.list.forEach(event -> said.add(event.getFormattedMessage()));
    } finally {
      logger.detachAppender(log);
    }
    List<String> warnings =
        said.stream().filter(message -> message.startsWith("Table public.word: under")).toList();
    assertEquals(1, warnings.size(), said::toString);
    assertTrue(
        warnings
            .getFirst()
            .contains(loose.engine == Engine.SQLITE ? "CREATE TABLE" : "ALTER TABLE"),
        warnings::getFirst);
  }

  /** The source has no two such keys, and the row that was there is the one that is meant. */
  @Test
  void rowsAreMergedWhereTheSourceTakesTheSameForEqual(Database source) throws SQLException {
    source.execute(FOLDING + "; " + FOLDED + "; CREATE PUBLICATION p FOR TABLE word");
    List<PublishedTable> tables;
    try (Connection connection = source.connect()) {
      tables = new PublicationCatalog(connection).tables("p");
    }
    try (Database target = source.server().createDatabase("target")) {
      SqlDestination destination = PostgresFixture.destination(target);
      destination.execute(FOLDING, FOLDED, "INSERT INTO word VALUES ('a', 1)");
      try (Sink sink = destination.sink(ExistingRows.MERGE)) {
        sink.open(FEED, new Claim());
        sink.prepare(tables);
        sink.commit(position(0x10));
        apply(sink, 0x20, WORD.insert("A", "2"));
      }
      assertEquals(List.of("A|2"), destination.rows(WORDS));
    }
  }

  /** Whole rows are compared in all their texts, whatever the collation of each is. */
  @ParameterizedTest
  @EnumSource(names = {"POSTGRES", "SQLITE"})
  void anotherRowIsNotMet(Loose loose, Database database, MysqlServers servers)
      throws SQLException {
    SourceTable bag =
        table("bag").column("w", TEXT).column("n", INT4).identity(ReplicaIdentity.FULL).build();
    SqlDestination destination = destination(loose, database, servers);
    String collation = loose == Loose.SQLITE ? "NOCASE" : "folding";
    destination.execute("CREATE TABLE bag (w text COLLATE " + collation + ", n integer)");
    try (Sink sink = destination.following(bag)) {
      apply(sink, 0x20, bag.insert("a", "1"), bag.insert("A", "1"));
      apply(sink, 0x30, bag.delete(full("A", "1")));
      refused(
          ErrorCode.DESTINATION_ROW_MISSING, () -> apply(sink, 0x40, bag.delete(full("A", "1"))));
    }
    assertEquals(List.of("a|1"), destination.rows("SELECT * FROM bag"));
  }
}
