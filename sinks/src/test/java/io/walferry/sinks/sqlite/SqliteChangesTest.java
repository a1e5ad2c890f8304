package io.walferry.sinks.sqlite;

import static io.walferry.sinks.Refusal.refused;
import static io.walferry.sinks.SinkCalls.apply;
import static io.walferry.sinks.SinkCalls.header;
import static io.walferry.sinks.SinkCalls.position;
import static io.walferry.sinks.SourceTable.INT4;
import static io.walferry.sinks.SourceTable.INT8;
import static io.walferry.sinks.SourceTable.NULL;
import static io.walferry.sinks.SourceTable.TEXT;
import static io.walferry.sinks.SourceTable.UNCHANGED;
import static io.walferry.sinks.SourceTable.full;
import static io.walferry.sinks.SourceTable.key;
import static io.walferry.sinks.SourceTable.table;
import static io.walferry.sinks.sqlite.SqliteFixture.following;
import static io.walferry.sinks.sqlite.SqliteFixture.rows;
import static io.walferry.sinks.sqlite.SqliteFixture.run;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.ReplicaIdentity;
import io.walferry.change.TableId;
import io.walferry.change.Value;
import io.walferry.error.ErrorCode;
import io.walferry.sinks.SourceTable;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SqliteChangesTest {
  private static final SourceTable ITEM =
      table("item").key("id", INT8).column("name", TEXT).column("note", TEXT).build();

  private static final SourceTable LOG =
      table("log")
          .column("n", INT4)
          .column("it's \"quoted\"", TEXT)
          .identity(ReplicaIdentity.FULL)
          .build();

  @TempDir private Path directory;
  private Path file = Path.of("");

  @BeforeEach
  void nameTheFile() {
    file = directory.resolve("shop.db");
  }

  @Test
  void changesOfOneTransactionAreAppliedInTheirOrder() throws SQLException {
    try (SqliteSink sink = following(file, ITEM)) {
      apply(
          sink,
          0x20,
          ITEM.insert("1", "a", "x"),
          ITEM.insert("2", "b", NULL),
          ITEM.update("1", "A", ""),
          ITEM.delete(key("2", NULL, NULL)),
          ITEM.insert("2", "again", "it's \"fine\""));
    }
    assertEquals(
        List.of("1|A|", "2|again|it's \"fine\""), rows(file, "SELECT * FROM item ORDER BY id"));
    assertEquals(
        List.of("shop|1|1|18446744073709551614|1|walferry_shop|following|0/21|33"),
        rows(
            file,
            "SELECT pipeline, format_version, epoch > 1, system_id, timeline, slot, state, end_lsn,"
                + " xid FROM walferry_position"));
  }

  /** Sees texts that go as bytes where the database has the same ones, and are found as texts. */
  @ParameterizedTest
  @ValueSource(strings = {"UTF-8", "UTF-16le"})
  void longTextsAreTextsInAnyEncoding(String encoding) throws SQLException {
    String text = "ü€𝄞 \\ ' x".repeat(500);
    run(file, "PRAGMA encoding='" + encoding + "'", "CREATE TABLE other (a)");
    try (SqliteSink sink = following(file, ITEM, LOG)) {
      apply(sink, 0x20, ITEM.insert("1", text, "x"), ITEM.insert("2", "b", "y"));
      apply(sink, 0x30, ITEM.update("2", text + 2, text), LOG.insert("1", text));
      apply(sink, 0x40, LOG.update(full("1", text), "2", text + 2), LOG.insert("3", text));
      apply(sink, 0x50, LOG.delete(full("3", text)));
    }
    assertEquals(
        List.of("1|" + text + "|x|text", "2|" + text + "2|" + text + "|text"),
        rows(file, "SELECT *, typeof(name) FROM item ORDER BY id"));
    assertEquals(List.of("2|" + text + "2"), rows(file, "SELECT * FROM log"));
    assertEquals(List.of(encoding), rows(file, "PRAGMA encoding"));
  }

  @Test
  void keysMoveAndChangePlaces() throws SQLException {
    try (SqliteSink sink = following(file, ITEM)) {
      apply(sink, 0x20, ITEM.insert("1", "one", "x"), ITEM.insert("2", "two", "y"));
      apply(
          sink,
          0x30,
          ITEM.update(key("1", NULL, NULL), "-1", "one", "x"),
          ITEM.update(key("2", NULL, NULL), "1", "two", UNCHANGED),
          ITEM.update(key("-1", NULL, NULL), "2", "one", UNCHANGED));
    }
    assertEquals(List.of("1|two|y", "2|one|x"), rows(file, "SELECT * FROM item ORDER BY id"));
  }

  @Test
  void deferrableKeysChangePlacesWithoutADetour() throws SQLException {
    SourceTable seat =
        table("seat")
            .column("id", INT4)
            .column("who", TEXT)
            .identity(ReplicaIdentity.FULL)
            .primaryKey("id")
            .build();
    try (SqliteSink sink = following(file, seat)) {
      apply(sink, 0x20, seat.insert("1", "ann"), seat.insert("2", "bob"));
      apply(
          sink,
          0x30,
          seat.update(full("1", "ann"), "2", "ann"),
          seat.update(full("2", "bob"), "1", "bob"));
    }
    assertEquals(List.of("1|bob", "2|ann"), rows(file, "SELECT * FROM seat ORDER BY id"));
    assertEquals(
        List.of("walferry_seat(id)"),
        rows(file, "SELECT name FROM sqlite_schema WHERE type='index' AND tbl_name='seat'"));
  }

  @Test
  void unchangedColumnsKeepTheirValue() throws SQLException {
    try (SqliteSink sink = following(file, ITEM)) {
      apply(sink, 0x20, ITEM.insert("1", "a", "long"), ITEM.insert("2", "b", "longer"));
      apply(
          sink,
          0x30,
          ITEM.update("1", "changed", UNCHANGED),
          ITEM.update("2", UNCHANGED, NULL),
          ITEM.update("1", UNCHANGED, UNCHANGED));
    }
    assertEquals(List.of("1|changed|long", "2|b|∅"), rows(file, "SELECT * FROM item"));
  }

  @Test
  void onlyOneOfSeveralEqualRowsIsMeant() throws SQLException {
    try (SqliteSink sink = following(file, LOG)) {
      apply(
          sink,
          0x20,
          LOG.insert("1", "x"),
          LOG.insert("1", "x"),
          LOG.insert("1", "x"),
          LOG.insert(NULL, NULL),
          LOG.insert(NULL, ""),
          LOG.delete(full("1", "x")),
          LOG.update(full("1", "x"), "2", "'\""),
          LOG.update(full(NULL, NULL), NULL, "null"),
          LOG.delete(full(NULL, "")));
    }
    assertEquals(List.of("∅|null", "1|x", "2|'\""), rows(file, "SELECT * FROM log ORDER BY n"));
  }

  @Test
  void updatesOfATableWithoutAKeyUseAnIndex() throws SQLException {
    try (SqliteSink sink = following(file, LOG)) {
      apply(sink, 0x20, LOG.insert("1", "x"), LOG.delete(full("1", "x")));
    }
    List<String> plan =
        rows(
            file,
            "EXPLAIN QUERY PLAN SELECT rowid FROM log WHERE n IS 1 AND \"it's \"\"quoted\"\"\" IS"
                + " 'x'");
    assertTrue(plan.getFirst().contains("(n=? AND it's \"quoted\"=?)"), plan.toString());
  }

  /** An index keeps its name when its table gets another one. */
  @Test
  void aTableOfTheNameOfARenamedOneGetsAnIndexAsWell() throws SQLException {
    try (SqliteSink sink = following(file, LOG)) {
      apply(sink, 0x20, LOG.insert("1", "x"), LOG.update(full("1", "x"), "2", "x"));
      sink.rename(LOG.published().table(), new TableId("public", "old"));
      sink.commit(position(0x30));
      sink.prepare(List.of(LOG.published()));
      sink.commit(position(0x40));
      apply(sink, 0x50, LOG.insert("3", "y"), LOG.update(full("3", "y"), "4", "y"));
    }
    assertEquals(
        List.of("log", "old"),
        rows(
            file,
            "SELECT tbl_name FROM sqlite_schema WHERE type='index' AND tbl_name IN ('log', 'old')"
                + " ORDER BY 1"));
  }

  @Test
  void anIndexAsReplicaIdentityGetsAnIndexHere() throws SQLException {
    SourceTable user =
        table("user")
            .key("mail", TEXT)
            .column("age", INT4)
            .identity(ReplicaIdentity.INDEX)
            .primaryKey()
            .build();
    try (SqliteSink sink = following(file, user)) {
      apply(sink, 0x20, user.insert("a@b", "1"), user.update("a@b", "2"));
      apply(sink, 0x30, user.update(key("a@b", NULL), "c@d", "3"));
    }
    assertEquals(List.of("c@d|3"), rows(file, "SELECT * FROM user"));
    assertEquals(
        List.of("walferry_user(mail)"),
        rows(file, "SELECT name FROM sqlite_schema WHERE type='index' AND tbl_name='user'"));
  }

  @Test
  void truncateTakesItsPlaceAmongTheChanges() throws SQLException {
    try (SqliteSink sink = following(file, ITEM, LOG)) {
      apply(
          sink,
          0x20,
          ITEM.insert("1", "a", "x"),
          LOG.insert("1", "x"),
          new Change.Truncate(List.of(ITEM.relation(), LOG.relation()), true, true),
          new Change.Message(true, "prefix", new Lsn(7), new Value.Binary(new byte[3])),
          ITEM.insert("1", "b", "y"));
    }
    assertEquals(List.of("1|b|y"), rows(file, "SELECT * FROM item"));
    assertEquals(List.of(), rows(file, "SELECT * FROM log"));
  }

  @Test
  void severalSourceTransactionsBecomeVisibleTogether() throws SQLException {
    try (SqliteSink sink = following(file, ITEM)) {
      sink.begin(header(0x20));
      sink.append(ITEM.insert("1", "a", "x"));
      sink.begin(header(0x30));
      sink.append(ITEM.insert("2", "b", "y"));
      assertEquals(List.of(), rows(file, "SELECT * FROM item"));
      sink.commit(position(0x31));
      assertEquals(List.of("2"), rows(file, "SELECT count(*) FROM item"));
    }
  }

  @Test
  void aChangeThatMeetsNoRowIsRefused() {
    assertConflict("UPDATE of table public.item", ITEM.update("7", "secret", "x"));
    assertConflict("DELETE of table public.item", ITEM.delete(key("7", NULL, NULL)));
    assertConflict("UPDATE of table public.item", ITEM.update("7", UNCHANGED, UNCHANGED));
    assertConflict("DELETE of table public.log", LOG.delete(full("7", "secret")));
  }

  @Test
  void anInsertThatCollidesIsAConflict() {
    assertConflict(
        "INSERT of table public.item",
        ITEM.insert("7", "secret", "x"),
        ITEM.insert("7", "secret", "x"));
  }

  private void assertConflict(String what, Change... changes) {
    Path own = directory.resolve("conflict" + System.nanoTime() + ".db");
    try (SqliteSink sink = following(own, ITEM, LOG)) {
      String message = refused(code(what), () -> apply(sink, 0x20, changes));
      assertTrue(message.startsWith(what), message);
      assertTrue(message.contains("0/20"), message);
      assertFalse(message.contains("7"), message);
      assertFalse(message.contains("secret"), message);
    }
  }

  private static ErrorCode code(String what) {
    return what.startsWith("INSERT")
        ? ErrorCode.DESTINATION_CONFLICT
        : ErrorCode.DESTINATION_ROW_MISSING;
  }
}
