package io.walferry.sinks.postgres;

import static io.walferry.sinks.Refusal.refused;
import static io.walferry.sinks.SinkCalls.FEED;
import static io.walferry.sinks.SinkCalls.apply;
import static io.walferry.sinks.SinkCalls.position;
import static io.walferry.sinks.SinkCalls.published;
import static io.walferry.sinks.SourceTable.INT4;
import static io.walferry.sinks.SourceTable.NULL;
import static io.walferry.sinks.SourceTable.NUMERIC;
import static io.walferry.sinks.SourceTable.TEXT;
import static io.walferry.sinks.SourceTable.key;
import static io.walferry.sinks.SourceTable.table;
import static io.walferry.sinks.postgres.PostgresFixture.following;
import static io.walferry.sinks.postgres.PostgresFixture.rows;
import static io.walferry.sinks.postgres.PostgresFixture.sink;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.FormerValue;
import io.walferry.sink.Claim;
import io.walferry.sinks.SinkCalls;
import io.walferry.sinks.SourceTable;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused leaves the database as it was. */
@Postgres
final class PostgresRefusalTest {
  private static final SourceTable ITEM =
      table("item").key("id", INT4).column("price", NUMERIC).column("note", TEXT).build();

  private static final String EVERYTHING =
      "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
          + " WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1, 2";

  /** Starts a load and expects the database to stay as it is. */
  private static String refusedLoad(Database database, ErrorCode code, SourceTable... tables)
      throws SQLException {
    List<String> before = rows(database, EVERYTHING);
    String message;
    try (PostgresSink sink = sink(database)) {
      sink.open(FEED, new Claim());
      message = refused(code, () -> sink.prepare(published(tables)));
    }
    assertEquals(before, rows(database, EVERYTHING));
    return message;
  }

  @Test
  void tablesOfAnotherShapeAreRefusedAllAtOnce(Database database) throws SQLException {
    SourceTable order = table("order").key("a", INT4).key("b", INT4).build();
    database.execute(
        """
        CREATE TABLE item (id int PRIMARY KEY, price numeric(10,2), extra text NOT NULL);
        CREATE TABLE "order" (a int PRIMARY KEY, b int GENERATED ALWAYS AS (a + 1) STORED);
        """);
    String message = refusedLoad(database, ErrorCode.DESTINATION_SHAPE, ITEM, order);
    assertEquals(
        List.of(
            "public.item: column price: expected type numeric, got type numeric(10,2); run: ALTER"
                + " TABLE \"public\".\"item\" ALTER COLUMN \"price\" TYPE numeric USING"
                + " \"price\"::numeric;",
            "public.item: column extra is NOT NULL without a default, but the source does not have"
                + " or publish it; run: ALTER TABLE \"public\".\"item\" ALTER COLUMN \"extra\" DROP"
                + " NOT NULL;",
            "public.order: column b is generated and cannot be written",
            "public.order: expected primary key (a, b), got primary key (a)"),
        message.lines().skip(1).map(String::strip).toList());
  }

  @Test
  void aTableWithRowsIsRefused(Database database) throws SQLException {
    database.execute("CREATE TABLE item (id int PRIMARY KEY, price numeric, note text)");
    database.execute("INSERT INTO item VALUES (1, '2', 3)");
    String message = refusedLoad(database, ErrorCode.DESTINATION_NOT_EMPTY, ITEM);
    assertTrue(message.contains("these have rows: public.item. Set 'existing'"), message);
  }

  @Test
  void whatIsNoTableIsRefused(Database database) throws SQLException {
    database.execute("CREATE VIEW item AS SELECT 1 AS id, 1.0 AS price, 'x' AS note");
    String message =
        refusedLoad(
            database,
            ErrorCode.DESTINATION_SHAPE,
            ITEM,
            table("walferry.position").key("id", INT4).build(),
            table("nothing").build());
    assertTrue(message.contains("public.item: expected a table, got a view"), message);
    assertTrue(message.contains("walferry.position: Walferry keeps its own tables"), message);
    assertTrue(message.contains("public.nothing: a table without columns"), message);
  }

  @Test
  void aColumnWhoseFormerRowsNobodyKnowsIsNotAdded(Database database) {
    SourceTable more =
        table("item")
            .key("id", INT4)
            .column("price", NUMERIC)
            .column("new \"one\"", TEXT)
            .formerValue(FormerValue.Unknown.UNKNOWN)
            .build();
    try (PostgresSink sink = following(database, ITEM)) {
      sink.resume(published(ITEM));
      String message =
          refused(
              ErrorCode.SOURCE_SCHEMA_MOVING, () -> apply(sink, 0x20, more.insert("1", "2", "x")));
      assertTrue(message.contains("Column new \"one\" of table public.item"), message);
    }
    try (PostgresSink sink = sink(database)) {
      sink.open(FEED, new Claim());
      String message = refused(ErrorCode.DESTINATION_SHAPE, () -> sink.resume(published(more)));
      assertTrue(
          message.contains("run: ALTER TABLE \"public\".\"item\" ADD COLUMN \"new \"\"one\"\"\""),
          message);
    }
  }

  @Test
  void aTypeThatTheStreamAnnouncesMustBeFollowedFirst(Database database) throws SQLException {
    SourceTable other = table("item").key("id", INT4).column("price", TEXT).build();
    try (PostgresSink sink = following(database, ITEM)) {
      String message =
          refused(ErrorCode.DESTINATION_SHAPE, () -> apply(sink, 0x20, other.insert("1", "x")));
      assertTrue(message.contains("expected type text, got type numeric"), message);
    }
    database.execute("ALTER TABLE item ALTER price TYPE text");
    try (PostgresSink sink = sink(database)) {
      sink.open(FEED, new Claim());
      SourceTable now = table("item").key("id", INT4).column("price", TEXT).build();
      sink.resume(published(now));
      // Changes from before the source's ALTER come first.
      apply(sink, 0x20, ITEM.insert("1", "1.50", "n"), other.insert("2", "x"));
    }
    assertEquals(
        List.of("1|1.50", "2|x"), rows(database, "SELECT id, price FROM item ORDER BY id"));
  }

  @Test
  void aColumnThatTheSourceDroppedBecomesNull(Database database) throws SQLException {
    SourceTable less = table("item").key("id", INT4).column("price", NUMERIC).build();
    try (PostgresSink sink = following(database, ITEM)) {
      apply(sink, 0x20, ITEM.insert("1", "2", "n"), less.insert("2", "4"), less.update("1", "5"));
    }
    assertEquals(List.of("1|5|n", "2|4|∅"), rows(database, "SELECT * FROM item ORDER BY id"));
  }

  @Test
  void resumingWithoutTheTableIsRefused(Database database) throws SQLException {
    following(database, ITEM).close();
    database.execute("DROP TABLE item");
    try (PostgresSink sink = sink(database)) {
      sink.open(FEED, new Claim());
      String message = refused(ErrorCode.DESTINATION_SHAPE, () -> sink.resume(published(ITEM)));
      assertTrue(
          message.contains("public.item: table public.item is missing; run: CREATE"), message);
    }
  }

  @Test
  void aValueThatTheDestinationForbidsIsNeverShown(Database database) throws SQLException {
    database.execute(
        "CREATE TABLE item (id int PRIMARY KEY, price numeric, note text CHECK (note <>"
            + " 'secret'))");
    try (PostgresSink sink = following(database, ITEM)) {
      WalferryException failure =
          assertThrows(
              WalferryException.class, () -> apply(sink, 0x20, ITEM.insert("1", "2", "secret")));
      assertEquals(ErrorCode.DESTINATION_ROW_REFUSED, failure.code());
      StringWriter all = new StringWriter();
      failure.printStackTrace(new PrintWriter(all));
      assertFalse(all.toString().contains("secret"), all::toString);
      assertTrue(all.toString().contains("constraint item_note_check"), all::toString);
    }
    database.execute("ALTER TABLE item ALTER note TYPE text COLLATE \"C\"");
    try (PostgresSink sink = sink(database)) {
      sink.open(FEED, new Claim());
      sink.resume(published(ITEM));
      WalferryException failure =
          assertThrows(
              WalferryException.class, () -> apply(sink, 0x20, ITEM.insert("1", "secret", "x")));
      assertEquals(ErrorCode.DESTINATION_ROW_REFUSED, failure.code());
      StringWriter all = new StringWriter();
      failure.printStackTrace(new PrintWriter(all));
      assertFalse(all.toString().contains("secret"), all::toString);
    }
  }

  /** Whoever writes a trigger chooses the state as well as the words. */
  @ParameterizedTest
  @ValueSource(strings = {"P0001", "U0001", "XX123", "55000", "42501", "0A000", "08006"})
  void whatATriggerSaysIsNeverShown(String state, Database database) throws SQLException {
    database.execute(
        """
        CREATE TABLE item (id int PRIMARY KEY, price numeric, note text);
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'it is %%', NEW.note USING ERRCODE = '%s'; END $$;
        CREATE TRIGGER refuse BEFORE INSERT ON item FOR EACH ROW EXECUTE FUNCTION refuse();
        ALTER TABLE item ENABLE ALWAYS TRIGGER refuse;
        """
            .formatted(state));
    try (PostgresSink sink = following(database, ITEM)) {
      WalferryException failure =
          assertThrows(
              WalferryException.class, () -> apply(sink, 0x20, ITEM.insert("1", "2", "secret")));
      assertEquals(ErrorCode.DESTINATION_ROW_REFUSED, failure.code(), failure::toString);
      StringWriter all = new StringWriter();
      failure.printStackTrace(new PrintWriter(all));
      assertFalse(all.toString().contains("secret"), all::toString);
      assertTrue(all.toString().contains("(SQLState " + state + ")"), all::toString);
      assertTrue(all.toString().contains("a trigger forbids"), all::toString);
    }
  }

  @Test
  void aLockThatStaysIsBusy(Database database) throws SQLException {
    try (PostgresSink sink = following(database, ITEM);
        var holder = database.connect();
        var statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      statement.execute("LOCK TABLE item");
      refused(ErrorCode.DESTINATION_BUSY, () -> apply(sink, 0x20, ITEM.insert("1", "2", "x")));
    }
  }

  @Test
  void aConnectionThatIsCutIsUnreachable(Database database) throws SQLException {
    try (PostgresSink sink = following(database, ITEM)) {
      database.execute(
          "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
              + " WHERE datname = current_database() AND application_name = 'sink test'");
      refused(
          ErrorCode.DESTINATION_UNREACHABLE, () -> apply(sink, 0x20, ITEM.insert("1", "2", "x")));
    }
  }

  @Test
  void aServerThatIsNotThereIsUnreachable() {
    try (PostgresSink sink = sink("postgresql://me@127.0.0.1:1/shop")) {
      refused(ErrorCode.DESTINATION_UNREACHABLE, () -> sink.open(FEED, new Claim()));
    }
  }

  @Test
  void aRoleWithoutRightsIsToldSo(Database database) throws SQLException {
    try (PostgresSink sink = sink(PostgresFixture.asRole(database, ""))) {
      sink.open(FEED, new Claim());
      String message =
          refused(ErrorCode.DESTINATION_UNWRITABLE, () -> sink.prepare(published(ITEM)));
      assertTrue(message.contains("permission denied"), message);
    }
  }

  @Test
  void anOrdinaryOwnerNeedsNoMore(Database database) throws SQLException {
    String uri = PostgresFixture.asRole(database, "GRANT CREATE ON DATABASE %2$s TO %1$s;");
    database.execute("GRANT ALL ON SCHEMA public TO PUBLIC");
    try (PostgresSink sink = SinkCalls.following(sink(uri), ITEM)) {
      apply(sink, 0x20, ITEM.insert("1", "2", "x"), ITEM.update("1", "3", "x"));
      apply(sink, 0x30, ITEM.delete(key("1", NULL, NULL)), ITEM.insert("1", "4", "y"));
      sink.commit(position(0x40));
    }
    assertEquals(List.of("1|4|y"), rows(database, "SELECT * FROM item"));
  }

  @Test
  void aTableIsNotEmptiedIfThatEmptiesAnother(Database database) throws SQLException {
    String uri = PostgresFixture.asRole(database, "GRANT CREATE ON DATABASE %2$s TO %1$s;");
    database.execute("GRANT ALL ON SCHEMA public TO PUBLIC");
    try (PostgresSink sink = SinkCalls.following(sink(uri), ITEM)) {
      apply(sink, 0x20, ITEM.insert("1", "2", "x"));
      database.execute(
          "CREATE TABLE mine (item int REFERENCES item ON DELETE CASCADE);"
              + " INSERT INTO mine VALUES (1)");
    }
    try (PostgresSink sink = sink(uri)) {
      sink.open(FEED, new Claim());
      sink.resume(published(ITEM));
      String message =
          refused(ErrorCode.DESTINATION_SHAPE, () -> apply(sink, 0x30, ITEM.truncate()));
      assertTrue(message.contains("would change rows of [public.mine]"), message);
    }
    assertEquals(List.of("1"), rows(database, "SELECT * FROM mine"));
  }
}
