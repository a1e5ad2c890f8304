package io.walferry.sinks.postgres;

import static io.walferry.sinks.Refusal.refused;
import static io.walferry.sinks.SinkCalls.FEED;
import static io.walferry.sinks.SinkCalls.apply;
import static io.walferry.sinks.SinkCalls.header;
import static io.walferry.sinks.SinkCalls.load;
import static io.walferry.sinks.SinkCalls.position;
import static io.walferry.sinks.SinkCalls.published;
import static io.walferry.sinks.SourceTable.INT4;
import static io.walferry.sinks.SourceTable.NULL;
import static io.walferry.sinks.SourceTable.NUMERIC;
import static io.walferry.sinks.SourceTable.TEXT;
import static io.walferry.sinks.SourceTable.table;
import static io.walferry.sinks.postgres.PostgresFixture.following;
import static io.walferry.sinks.postgres.PostgresFixture.rows;
import static io.walferry.sinks.postgres.PostgresFixture.sink;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.deadletter.DeadLetterSink;
import io.walferry.deadletter.RefusedRows;
import io.walferry.deadletter.RowPolicies;
import io.walferry.error.ErrorCode;
import io.walferry.publication.FormerValue;
import io.walferry.sink.Claim;
import io.walferry.sink.Sink;
import io.walferry.sinks.SourceTable;
import io.walferry.sinks.table.DdlPolicies;
import io.walferry.sinks.table.DdlPolicy;
import io.walferry.testkit.junit.EachPostgres;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Columns that the source has got and the destination has not. */
@Postgres
final class PostgresWideningTest {
  private static final SourceTable ITEM =
      table("item").key("id", INT4).column("name", TEXT).build();

  private static final SourceTable WIDER =
      table("item")
          .key("id", INT4)
          .column("name", TEXT)
          .column("it's \"new\"", TEXT)
          .formerValue(new FormerValue.Constant("it's \\ \"old\"\n"))
          .column("price", NUMERIC)
          .build();

  private static final String ITEMS = "SELECT * FROM item ORDER BY id";

  @EachPostgres
  void aColumnIsAddedWhereTheStreamAnnouncesIt(Database database) throws SQLException {
    try (PostgresSink sink = following(database, ITEM)) {
      apply(sink, 0x20, ITEM.insert("1", "a"));
    }
    try (PostgresSink sink = sink(database)) {
      sink.open(FEED, new Claim());
      sink.resume(published(WIDER));
      // The stream is still behind the catalog.
      apply(sink, 0x30, ITEM.insert("2", "b"));
      assertEquals(List.of("1|a", "2|b"), rows(database, ITEMS));
      sink.begin(header(0x40));
      sink.append(ITEM.insert("3", "c"));
      sink.append(WIDER.insert("4", "d", "own", "1.50"));
      sink.append(WIDER.insert("5", "e", NULL, NULL));
      sink.append(WIDER.update("1", "aa", SourceTable.UNCHANGED, "2"));
      sink.commit(position(0x41));
      apply(sink, 0x50, WIDER.insert("6", "f", "g", "3"));
    }
    assertEquals(
        List.of(
            "1|aa|it's \\ \"old\"\n|2",
            "2|b|it's \\ \"old\"\n|∅",
            "3|c|it's \\ \"old\"\n|∅",
            "4|d|own|1.50",
            "5|e|∅|∅",
            "6|f|g|3"),
        rows(database, ITEMS));
    assertEquals(
        List.of("0"),
        rows(database, "SELECT count(*) FROM pg_attrdef WHERE adrelid = 'item'::regclass"));
  }

  @Test
  void aColumnIsNotNullUntilANullComes(Database database) throws SQLException {
    database.execute("CREATE TABLE item (id int PRIMARY KEY, name text NOT NULL)");
    try (PostgresSink sink = following(database, ITEM)) {
      sink.begin(header(0x20));
      sink.append(ITEM.insert("1", NULL));
    }
    // It went with its transaction.
    try (PostgresSink sink = retyping(database, DdlPolicy.HALT)) {
      sink.open(FEED, new Claim());
      String message =
          refused(
              ErrorCode.DESTINATION_DDL_HALTED, () -> apply(sink, 0x20, ITEM.insert("1", NULL)));
      assertTrue(message.contains("ALTER COLUMN \"name\" DROP NOT NULL;"), message);
    }
    try (PostgresSink sink = retyping(database, DdlPolicy.IGNORE)) {
      sink.open(FEED, new Claim());
      refused(ErrorCode.DESTINATION_ROW_REFUSED, () -> apply(sink, 0x20, ITEM.insert("1", NULL)));
    }
    try (PostgresSink sink = sink(database)) {
      sink.open(FEED, new Claim());
      apply(sink, 0x20, ITEM.insert("1", "a"), ITEM.update("1", NULL), ITEM.insert("2", NULL));
    }
    assertEquals(List.of("1|∅", "2|∅"), rows(database, ITEMS));
  }

  private static PostgresSink retyping(Database database, DdlPolicy policy) {
    DdlPolicies ddl = new DdlPolicies(DdlPolicy.APPLY, DdlPolicy.APPLY, DdlPolicy.APPLY, policy);
    return new PostgresSink(
        PostgresFixture.connector(database.uri()), PostgresFixture.IMPATIENT.withDdl(ddl));
  }

  @Test
  void aColumnComesWithItsTransactionOnly(Database database) throws SQLException {
    try (PostgresSink sink = following(database, ITEM)) {
      sink.resume(published(WIDER));
      sink.begin(header(0x20));
      sink.append(WIDER.insert("1", "a", "own", "1.50"));
      sink.append(WIDER.truncate());
    }
    assertEquals(
        List.of("2"),
        rows(
            database,
            "SELECT count(*) FROM pg_attribute WHERE attrelid = 'item'::regclass AND attnum > 0"));
  }

  @Test
  void aColumnThatWasRenamedIsNotAdded(Database database) throws SQLException {
    SourceTable renamed = table("item").key("id", INT4).column("title", TEXT).build();
    try (PostgresSink sink = following(database, ITEM)) {
      apply(sink, 0x20, ITEM.insert("1", "a"));
      String message = refused(ErrorCode.DESTINATION_SHAPE, () -> sink.resume(published(renamed)));
      assertTrue(message.contains("(or rename it, if that is what the source did;"), message);
    }
    // The catalog had not seen it yet, but the stream has it.
    try (PostgresSink sink = sink(database)) {
      sink.open(FEED, new Claim());
      sink.resume(published(WIDER));
      SourceTable without = table("item").key("id", INT4).column("price", NUMERIC).build();
      refused(ErrorCode.DESTINATION_SHAPE, () -> apply(sink, 0x30, without.insert("2", "1")));
    }
    assertEquals(List.of("1|a"), rows(database, ITEMS));
  }

  @Test
  void aTriggerThatForbidsDdlRefusesNoRow(Database database) throws SQLException {
    try (PostgresSink sink = following(database, ITEM)) {
      apply(sink, 0x20, ITEM.insert("1", "a"));
    }
    database.execute(
        """
        CREATE FUNCTION forbid() RETURNS event_trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'not at noon'; END $$;
        CREATE EVENT TRIGGER frozen ON ddl_command_start WHEN TAG IN ('ALTER TABLE')
        EXECUTE FUNCTION forbid();
        ALTER EVENT TRIGGER frozen ENABLE ALWAYS;
        """);
    try (Sink sink =
        new DeadLetterSink(sink(database), RowPolicies.DEAD_LETTERS, RefusedRows.SILENT)) {
      sink.open(FEED, new Claim());
      sink.resume(published(WIDER));
      String message =
          refused(
              ErrorCode.DESTINATION_SHAPE,
              () -> apply(sink, 0x30, WIDER.insert("2", "b", "own", "1")));
      assertTrue(message.contains("add column it's \"new\" to table public.item"), message);
    }
    assertEquals(List.of("1|a"), rows(database, ITEMS));
    assertEquals(
        List.of("t"), rows(database, "SELECT to_regclass('walferry.dead_letter') IS NULL"));
  }

  @Test
  void whoeverDoesNotOwnTheTableIsToldToAddIt(Database database) throws SQLException {
    database.execute(
        """
        CREATE TABLE item (id int PRIMARY KEY, name text);
        GRANT ALL ON item TO PUBLIC;
        GRANT CREATE ON DATABASE "%s" TO PUBLIC;
        """
            .formatted(database.name()));
    try (PostgresSink sink = sink(PostgresFixture.asRole(database, ""))) {
      sink.open(FEED, new Claim());
      String message = refused(ErrorCode.DESTINATION_SHAPE, () -> sink.resume(published(WIDER)));
      assertTrue(message.contains("ADD COLUMN \"price\""), message);
    }
  }

  @EachPostgres
  void missingColumnsAreAddedBeforeALoad(Database database) throws SQLException {
    SourceTable strict =
        table("item")
            .key("id", INT4)
            .column("name", TEXT)
            .key("new", INT4)
            .primaryKey("id")
            .build();
    database.execute("CREATE TABLE item (id int PRIMARY KEY)");
    try (PostgresSink sink = following(database, strict)) {
      load(sink, strict, database, "VALUES (1, 'a', 2)");
    }
    assertEquals(List.of("1|a|2"), rows(database, ITEMS));
    assertEquals(
        List.of("id|t", "name|f", "new|t"),
        rows(
            database,
            "SELECT attname, attnotnull FROM pg_attribute WHERE attrelid = 'item'::regclass"
                + " AND attnum > 0 ORDER BY attnum"));
  }

  @Test
  void aColumnOfATypeThatIsMissingIsNotAdded(Database database) throws SQLException {
    SourceTable mood = table("item").key("id", INT4).column("mood", 100_001).build();
    database.execute("CREATE TABLE item (id int PRIMARY KEY)");
    try (PostgresSink sink = sink(database)) {
      sink.open(FEED, new Claim());
      String message = refused(ErrorCode.DESTINATION_SHAPE, () -> sink.prepare(published(mood)));
      assertTrue(message.contains("type public.mood is missing: create it"), message);
    }
  }
}
