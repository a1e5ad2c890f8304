package io.walferry.sinks.postgres;

import static io.walferry.sinks.Refusal.refused;
import static io.walferry.sinks.SinkCalls.apply;
import static io.walferry.sinks.SinkCalls.header;
import static io.walferry.sinks.SinkCalls.position;
import static io.walferry.sinks.SourceTable.FLOAT8;
import static io.walferry.sinks.SourceTable.INT4;
import static io.walferry.sinks.SourceTable.INT8;
import static io.walferry.sinks.SourceTable.JSON;
import static io.walferry.sinks.SourceTable.NULL;
import static io.walferry.sinks.SourceTable.NUMERIC;
import static io.walferry.sinks.SourceTable.TEXT;
import static io.walferry.sinks.SourceTable.UNCHANGED;
import static io.walferry.sinks.SourceTable.full;
import static io.walferry.sinks.SourceTable.key;
import static io.walferry.sinks.SourceTable.table;
import static io.walferry.sinks.postgres.PostgresFixture.following;
import static io.walferry.sinks.postgres.PostgresFixture.rows;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.ReplicaIdentity;
import io.walferry.change.Value;
import io.walferry.error.ErrorCode;
import io.walferry.sinks.SourceTable;
import io.walferry.testkit.junit.EachPostgres;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

@Postgres
final class PostgresChangesTest {
  private static final SourceTable ITEM =
      table("item").key("id", INT8).column("name", TEXT).column("note", TEXT).build();

  private static final SourceTable LOG =
      table("Odd \"Schema\".log")
          .column("n", INT4)
          .column("it's \"quoted\"", TEXT)
          .identity(ReplicaIdentity.FULL)
          .build();

  private static final String LOG_ROWS = "SELECT * FROM \"Odd \"\"Schema\"\"\".log ORDER BY 1, 2";

  @EachPostgres
  void changesOfOneTransactionAreAppliedInTheirOrder(Database database) throws SQLException {
    try (PostgresSink sink = following(database, ITEM)) {
      apply(
          sink,
          0x20,
          ITEM.insert("1", "a", "x"),
          ITEM.insert("2", "b", NULL),
          ITEM.update("1", "A", ""),
          ITEM.update("1", "AA", "\\\"{},\t\n\r\\."),
          ITEM.delete(key("2", NULL, NULL)),
          ITEM.insert("2", "again", "it's \"fine\" NULL"));
    }
    assertEquals(
        List.of("1|AA|\\\"{},\t\n\r\\.", "2|again|it's \"fine\" NULL"),
        rows(database, "SELECT * FROM item ORDER BY id"));
    assertEquals(
        List.of("shop|1|t|18446744073709551614|1|walferry_shop|following|0/21|33"),
        rows(
            database,
            "SELECT pipeline, format_version, epoch > 1, system_id, timeline, slot, state, end_lsn,"
                + " xid FROM walferry.position"));
  }

  @EachPostgres
  void manyRowsKeepTheirText(Database database) throws SQLException {
    List<Change> inserts = new ArrayList<>();
    List<Change> updates = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      inserts.add(ITEM.insert("" + i, "a\\b\tc\nd\re" + i, i % 2 == 0 ? NULL : "\\N"));
      updates.add(ITEM.update("" + i, "{\"x\\y\",NULL}" + i, i % 2 == 0 ? "NULL" : NULL));
    }
    try (PostgresSink sink = following(database, ITEM)) {
      apply(sink, 0x20, inserts.toArray(Change[]::new));
      assertEquals(
          List.of("5000|2500"),
          rows(
              database,
              "SELECT count(*) FILTER (WHERE name = E'a\\\\b\\tc\\nd\\re' || id),"
                  + " count(*) FILTER (WHERE note = E'\\\\N') FROM item"));
      apply(sink, 0x30, updates.toArray(Change[]::new));
    }
    assertEquals(
        List.of("5000|2500"),
        rows(
            database,
            "SELECT count(*) FILTER (WHERE name = '{\"x\\y\",NULL}' || id),"
                + " count(*) FILTER (WHERE note = 'NULL') FROM item"));
  }

  @Test
  void aRowIsDeletedAfterItsUpdateAlsoIfAnotherWasUpdatedAgainMeanwhile(Database database)
      throws SQLException {
    try (PostgresSink sink = following(database, ITEM)) {
      apply(sink, 0x20, ITEM.insert("1", "a", "x"), ITEM.insert("2", "b", "y"));
      apply(
          sink,
          0x30,
          ITEM.update("1", "c", "x"),
          ITEM.update("2", "d", "y"),
          ITEM.update("2", "e", "y"),
          ITEM.delete(key("1", NULL, NULL)));
    }
    assertEquals(List.of("2|e|y"), rows(database, "SELECT * FROM item"));
  }

  @EachPostgres
  void keysMoveAndChangePlaces(Database database) throws SQLException {
    try (PostgresSink sink = following(database, ITEM)) {
      apply(sink, 0x20, ITEM.insert("1", "one", "x"), ITEM.insert("2", "two", "y"));
      apply(
          sink,
          0x30,
          ITEM.update(key("1", NULL, NULL), "-1", "one", "x"),
          ITEM.update(key("2", NULL, NULL), "1", "two", UNCHANGED),
          ITEM.update(key("-1", NULL, NULL), "2", "one", UNCHANGED));
    }
    assertEquals(List.of("1|two|y", "2|one|x"), rows(database, "SELECT * FROM item ORDER BY id"));
  }

  @EachPostgres
  void aKeyThatComesAgainInAnotherSpellingStays(Database database) throws SQLException {
    SourceTable price = table("price").key("id", NUMERIC).column("v", TEXT).build();
    try (PostgresSink sink = following(database, price)) {
      apply(sink, 0x20, price.insert("1.0", "a"), price.insert("2.0", "b"));
      apply(
          sink,
          0x30,
          price.update("2.0", "c"),
          price.delete(key("1.0", NULL)),
          price.insert("1.00", "d"),
          price.update(key("2.0", NULL), "2.000", "e"));
    }
    assertEquals(List.of("1.00|d", "2.000|e"), rows(database, "SELECT * FROM price ORDER BY id"));
  }

  @EachPostgres
  void unchangedColumnsKeepTheirValue(Database database) throws SQLException {
    try (PostgresSink sink = following(database, ITEM)) {
      apply(sink, 0x20, ITEM.insert("1", "a", "long"), ITEM.insert("2", "b", "longer"));
      apply(
          sink,
          0x30,
          ITEM.update("1", "changed", UNCHANGED),
          ITEM.update("2", UNCHANGED, NULL),
          ITEM.update("1", UNCHANGED, UNCHANGED));
    }
    assertEquals(
        List.of("1|changed|long", "2|b|∅"), rows(database, "SELECT * FROM item ORDER BY id"));
  }

  @EachPostgres
  void onlyOneOfSeveralEqualRowsIsMeant(Database database) throws SQLException {
    try (PostgresSink sink = following(database, LOG)) {
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
    assertEquals(List.of("1|x", "2|'\"", "∅|null"), rows(database, LOG_ROWS));
    assertEquals(
        List.of("btree (hash_record(ROW(n, (\"it's \"\"quoted\"\"\" COLLATE \"C\"))))"),
        rows(
            database,
            "SELECT substring(indexdef, 'btree.*') FROM pg_indexes WHERE tablename = 'log'"
                + " AND indexname LIKE 'walferry_row_%'"));
  }

  @EachPostgres
  void rowsAreToldApartByTheirText(Database database) throws SQLException {
    SourceTable bag =
        table("bag")
            .column("f", FLOAT8)
            .column("n", NUMERIC)
            .column("j", JSON)
            .identity(ReplicaIdentity.FULL)
            .build();
    try (PostgresSink sink = following(database, bag)) {
      apply(
          sink,
          0x20,
          bag.insert("0", "1.0", "{}"),
          bag.insert("-0", "1.0", "{}"),
          bag.insert("0", "1.00", "{}"),
          bag.insert("0", "1.0", "{ }"),
          bag.insert("NaN", "NaN", NULL),
          bag.delete(full("-0", "1.0", "{}")),
          bag.update(full("0", "1.00", "{}"), "0", "2", "{}"),
          bag.delete(full("0", "1.0", "{ }")),
          bag.delete(full("NaN", "NaN", NULL)));
    }
    assertEquals(List.of("0|1.0|{}", "0|2|{}"), rows(database, "SELECT * FROM bag ORDER BY n"));
  }

  @EachPostgres
  void anIndexAsReplicaIdentityGetsAnIndexHere(Database database) throws SQLException {
    SourceTable user =
        table("user")
            .key("mail", TEXT)
            .column("age", INT4)
            .identity(ReplicaIdentity.INDEX)
            .primaryKey()
            .build();
    try (PostgresSink sink = following(database, user)) {
      apply(sink, 0x20, user.insert("a@b", "1"), user.update("a@b", "2"));
      apply(sink, 0x30, user.update(key("a@b", NULL), "c@d", "3"));
    }
    assertEquals(List.of("c@d|3"), rows(database, "SELECT * FROM public.user"));
    assertEquals(
        List.of("user_mail_idx"),
        rows(database, "SELECT indexname FROM pg_indexes WHERE tablename = 'user'"));
  }

  @EachPostgres
  void truncateTakesItsPlaceAmongTheChanges(Database database) throws SQLException {
    try (PostgresSink sink = following(database, ITEM, LOG)) {
      apply(
          sink,
          0x20,
          ITEM.insert("1", "a", "x"),
          LOG.insert("1", "x"),
          new Change.Truncate(List.of(ITEM.relation(), LOG.relation()), true, true),
          new Change.Message(true, "prefix", new Lsn(7), new Value.Binary(new byte[3])),
          ITEM.insert("1", "b", "y"));
    }
    assertEquals(List.of("1|b|y"), rows(database, "SELECT * FROM item"));
    assertEquals(List.of(), rows(database, LOG_ROWS));
  }

  @Test
  void truncateDoesNotReachTablesThatPointHere(Database database) throws SQLException {
    try (PostgresSink sink = following(database, ITEM)) {
      apply(sink, 0x20, ITEM.insert("1", "a", "x"));
      database.execute(
          "CREATE TABLE mine (item bigint REFERENCES item); INSERT INTO mine VALUES (1)");
      SourceTable same =
          table("item").key("id", INT8).column("name", TEXT).column("note", TEXT).build();
      apply(sink, 0x30, same.truncate());
    }
    assertEquals(List.of(), rows(database, "SELECT * FROM item"));
    assertEquals(List.of("1"), rows(database, "SELECT * FROM mine"));
  }

  @Test
  void severalSourceTransactionsBecomeVisibleTogether(Database database) throws SQLException {
    try (PostgresSink sink = following(database, ITEM)) {
      sink.begin(header(0x20));
      sink.append(ITEM.insert("1", "a", "x"));
      sink.begin(header(0x30));
      sink.append(ITEM.insert("2", "b", "y"));
      assertEquals(List.of(), rows(database, "SELECT * FROM item"));
      sink.commit(position(0x31));
      assertEquals(List.of("2"), rows(database, "SELECT count(*) FROM item"));
    }
  }

  @Test
  void secondUniqueKeysAreFollowedInOrder(Database database) throws SQLException {
    database.execute("CREATE TABLE item (id bigint PRIMARY KEY, name text UNIQUE, note text)");
    try (PostgresSink sink = following(database, ITEM)) {
      apply(
          sink,
          0x20,
          ITEM.insert("1", "a", "x"),
          ITEM.insert("2", "b", "x"),
          ITEM.insert("3", "c", "x"));
      // Two shapes by turns: sorted by shape, the third change would meet the second row.
      apply(
          sink,
          0x30,
          ITEM.update("1", "free", "x"),
          ITEM.update("2", "a", UNCHANGED),
          ITEM.update("3", "b", "x"));
    }
    assertEquals(
        List.of("1|free", "2|a", "3|b"), rows(database, "SELECT id, name FROM item ORDER BY id"));
  }

  @Test
  void triggersAndForeignKeysRestWhereTheRoleAllowsIt(Database database) throws SQLException {
    database.execute(
        """
        CREATE TABLE parent (id bigint PRIMARY KEY);
        CREATE TABLE item (id bigint PRIMARY KEY, name text, note text,
          FOREIGN KEY (id) REFERENCES parent);
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN RAISE EXCEPTION 'no'; END $$;
        CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON item
          FOR EACH ROW EXECUTE FUNCTION refuse();
        """);
    try (PostgresSink sink = following(database, ITEM)) {
      apply(sink, 0x20, ITEM.insert("1", "a", "x"), ITEM.update("1", "b", "x"));
    }
    assertEquals(List.of("1|b|x"), rows(database, "SELECT * FROM item"));
  }

  @Test
  void identityColumnsTakeTheSourcesValues(Database database) throws SQLException {
    database.execute(
        "CREATE TABLE item (id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, name text,"
            + " note text, more text GENERATED ALWAYS AS (name || '!') STORED)");
    try (PostgresSink sink = following(database, ITEM)) {
      apply(sink, 0x20, ITEM.insert("7", "a", "x"), ITEM.update("7", "b", "x"));
    }
    assertEquals(List.of("7|b|x|b!"), rows(database, "SELECT * FROM item"));
  }

  @Test
  void aChangeThatMeetsNoRowIsRefused(Database database) throws SQLException {
    assertConflict(database, "UPDATE of table public.item", ITEM.update("7", "secret", "x"));
    assertConflict(database, "DELETE of table public.item", ITEM.delete(key("7", NULL, NULL)));
    assertConflict(database, "UPDATE of table public.item", ITEM.update("7", UNCHANGED, UNCHANGED));
    assertConflict(
        database, "DELETE of table \"Odd \"\"Schema\"\"\".log", LOG.delete(full("7", "secret")));
  }

  @Test
  void anInsertThatCollidesIsAConflict(Database database) throws SQLException {
    assertConflict(
        database,
        "INSERT of table public.item",
        ITEM.insert("7", "secret", "x"),
        ITEM.insert("7", "secret", "x"));
  }

  private static void assertConflict(Database database, String what, Change... changes)
      throws SQLException {
    database.execute("DROP SCHEMA IF EXISTS walferry CASCADE");
    try (PostgresSink sink = following(database, ITEM, LOG)) {
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
