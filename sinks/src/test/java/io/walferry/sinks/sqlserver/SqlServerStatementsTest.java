package io.walferry.sinks.sqlserver;

import static io.walferry.sinks.SourceTable.BOOL;
import static io.walferry.sinks.SourceTable.BYTEA;
import static io.walferry.sinks.SourceTable.FLOAT8;
import static io.walferry.sinks.SourceTable.INT4;
import static io.walferry.sinks.SourceTable.INT8;
import static io.walferry.sinks.SourceTable.NUMERIC;
import static io.walferry.sinks.SourceTable.TEXT;
import static io.walferry.sinks.SourceTable.TIMESTAMPTZ;
import static io.walferry.sinks.SourceTable.table;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.ReplicaIdentity;
import io.walferry.change.TableId;
import io.walferry.publication.FormerValue;
import io.walferry.publication.PublishedColumn;
import io.walferry.sink.Claim;
import io.walferry.sink.DeadLetter;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.RowAttempts;
import io.walferry.sink.RowKeys;
import io.walferry.sinks.SinkCalls;
import io.walferry.sinks.SourceTable;
import io.walferry.sinks.position.FeedTransactions;
import io.walferry.sinks.position.LetterSearch;
import io.walferry.sinks.position.PositionDialect.Lock;
import io.walferry.sinks.position.SavepointAttempts;
import io.walferry.sinks.run.ChangeShape;
import io.walferry.sinks.sql.RowLocation;
import io.walferry.sinks.sqlserver.TableShape.Guards;
import io.walferry.sinks.sqlserver.TableShape.ShapeColumn;
import io.walferry.sinks.sqlserver.TableShape.ShapeIndex;
import io.walferry.sinks.type.LossPolicies;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What is sent to a server, statement by statement, as {@code statements.sql} has it. With {@code
 * -Dwalferry.statements.write=true} it is written anew.
 *
 * <p>{@link SqlServerStatementsInH2Test} has those looked at that another engine can.
 */
final class SqlServerStatementsTest {
  static final Path FILE = Path.of("src/test/resources/io/walferry/sinks/sqlserver/statements.sql");

  private static final int TIME = 1083;
  private static final int DATE = 1082;
  private static final int TIMESTAMP = 1114;
  private static final int UUID = 2950;

  private static final SourceTable ITEM =
      table("item")
          .key("id", INT4)
          .column("we]rd", TEXT)
          .column("price", NUMERIC, ((10 << 16) | 2) + 4)
          .column("at", TIMESTAMPTZ)
          .column("data", BYTEA)
          .build();

  private static final SourceTable WORD =
      table("other.word").key("w", TEXT).key("n", INT4).column("numbered", INT4).build();

  private static final SourceTable MOMENT =
      table("moment")
          .key("day", DATE)
          .column("at", TIMESTAMP)
          .column("zoned", TIMESTAMPTZ)
          .column("hour", TIME)
          .column("short", TIMESTAMP, 3)
          .column("flag", BOOL)
          .column("ratio", FLOAT8)
          .column("id", UUID)
          .build();

  private static final SourceTable BAG =
      table("bag").column("n", INT4).column("v", TEXT).identity(ReplicaIdentity.FULL).build();

  private final List<String> statements = new ArrayList<>();

  private static ShapeColumn column(String name, String type, int bytes, boolean identity) {
    boolean text = type.endsWith("char");
    int precision =
        switch (type) {
          case "decimal" -> 10;
          case "float" -> 53;
          default -> 0;
        };
    int scale = type.equals("decimal") ? 2 : 6;
    String collation = text ? ColumnDefinitions.COLLATION : "";
    return new ShapeColumn(
        name, type, bytes, precision, scale, collation, true, false, false, identity);
  }

  private static ShapeColumn required(ShapeColumn column) {
    return new ShapeColumn(
        column.name(),
        column.dataType(),
        column.bytesMax(),
        column.precision(),
        column.scale(),
        column.collation(),
        false,
        false,
        false,
        column.identity());
  }

  private static TableShape shape(String schema, String name, ShapeColumn... columns) {
    return new TableShape(
        new TableName(schema, name),
        "USER_TABLE",
        false,
        new Guards(false, false, List.of(), true),
        Arrays.asList(columns),
        List.of());
  }

  private static TableShape keyed(TableShape shape, String... key) {
    return new TableShape(
        shape.name(),
        shape.kind(),
        false,
        shape.guards(),
        shape.columns().stream()
            .map(column -> List.of(key).contains(column.name()) ? required(column) : column)
            .toList(),
        List.of(new ShapeIndex("pk", true, true, false, List.of(key))));
  }

  private static final TableShape ITEM_SHAPE =
      keyed(
          shape(
              "dbo",
              "item",
              column("id", "int", 4, false),
              column("we]rd", "nvarchar", -1, false),
              column("price", "decimal", 9, false),
              column("at", "datetimeoffset", 10, false),
              column("data", "varbinary", -1, false)),
          "id");

  private static final TableShape WORD_SHAPE =
      keyed(
          shape(
              "other",
              "word",
              column("w", "nvarchar", 880, false),
              column("n", "int", 4, false),
              column("numbered", "int", 4, true)),
          "w",
          "n");

  private static final TableShape MOMENT_SHAPE =
      keyed(
          shape(
              "dbo",
              "moment",
              column("day", "date", 3, false),
              column("at", "datetime2", 8, false),
              column("zoned", "datetimeoffset", 10, false),
              column("hour", "time", 5, false),
              column("short", "datetime2", 8, false),
              column("flag", "bit", 1, false),
              column("ratio", "float", 8, false),
              column("id", "uniqueidentifier", 16, false)),
          "day");

  private static final TableShape BAG_SHAPE =
      shape("dbo", "bag", column("n", "int", 4, false), column("v", "nvarchar", -1, false));

  private static BitSet columns(int... set) {
    BitSet columns = new BitSet();
    IntStream.of(set).forEach(columns::set);
    return columns;
  }

  private void say(String what, String sql) {
    statements.add("-- " + what + "\n" + sql + (sql.endsWith(";") ? "\n" : ";\n"));
  }

  private void say(String what, ChangeStatement statement) {
    say(what + " " + statement.parameters(), statement.sql());
  }

  private void say(String what, StatementRecorder recorder) {
    recorder.take().forEach(statement -> say(what, statement));
  }

  private static SqlServerTables tables(StatementRecorder recorder) {
    return new SqlServerTables(
        recorder.session(), new TableNames("dbo"), SqlServerSinkSettings.DEFAULT);
  }

  private void create(SourceTable table) {
    SqlServerTables tables = tables(new StatementRecorder(query -> List.of()));
    say("create " + table.published(), tables.createStatement(table.published()));
  }

  private void changes(SourceTable table, TableShape shape, ChangeShape... changes) {
    RowWriters writers = new RowWriters(table.relation(), shape, LossPolicies.FAIL);
    ChangeStatements builder = new ChangeStatements(shape, writers);
    for (ChangeShape change : changes) {
      say("one: " + change, builder.ofOne(change));
      if (!change.needsOrder()) {
        ChangeStatement staged = builder.ofStage(change);
        say("stage: " + change, Stage.createStatement(writers, staged.parameters()));
        say("many: " + change, staged);
      }
    }
    if (!shape.primaryKey().isEmpty()) {
      say("merge", builder.merge());
    }
  }

  @Test
  void theStatementsAreTheseAndNoOthers() throws IOException {
    create(ITEM);
    create(WORD);
    create(BAG);
    create(MOMENT);
    say("schema", SqlServerTables.schemaStatement("it's ]"));
    changes(
        ITEM,
        ITEM_SHAPE,
        ChangeShape.Insert.INSERT,
        new ChangeShape.Update(RowLocation.NEW_KEY, new BitSet()),
        new ChangeShape.Update(RowLocation.NEW_KEY, columns(1, 2, 3, 4)),
        new ChangeShape.Update(RowLocation.OLD_KEY, columns(1, 4)),
        new ChangeShape.Delete(RowLocation.OLD_KEY));
    changes(
        WORD,
        WORD_SHAPE,
        ChangeShape.Insert.INSERT,
        new ChangeShape.Update(RowLocation.NEW_KEY, new BitSet()),
        new ChangeShape.Delete(RowLocation.OLD_KEY));
    changes(
        BAG,
        BAG_SHAPE,
        ChangeShape.Insert.INSERT,
        new ChangeShape.Update(RowLocation.OLD_ROW, columns(1)),
        new ChangeShape.Delete(RowLocation.OLD_ROW));
    changes(
        MOMENT,
        MOMENT_SHAPE,
        ChangeShape.Insert.INSERT,
        new ChangeShape.Update(RowLocation.OLD_KEY, columns(3, 4, 5, 6, 7)));
    indexes();
    alterations();
    for (Lock lock : Lock.values()) {
      say("position " + lock, SqlServerPositionDialect.INSTANCE.select("epoch", lock));
    }
    feed();
    String all = String.join("\n", statements);
    if (Boolean.getBoolean("walferry.statements.write")) {
      Files.createDirectories(Optional.ofNullable(FILE.getParent()).orElseThrow());
      Files.writeString(FILE, all);
    }
    try (InputStream file = Files.newInputStream(FILE)) {
      assertEquals(new String(file.readAllBytes(), StandardCharsets.UTF_8), all);
    }
  }

  private void indexes() {
    StatementRecorder recorder = new StatementRecorder(query -> List.of());
    new IdentityIndex(recorder.session(), WORD.relation(), BAG_LIKE_WORD)
        .ensure(RowLocation.OLD_KEY);
    say("index for keys", recorder);
    new IdentityIndex(recorder.session(), BAG.relation(), BAG_SHAPE).ensure(RowLocation.OLD_ROW);
    say("index for rows", recorder);
  }

  /** The table of {@code WORD} without its key. */
  private static final TableShape BAG_LIKE_WORD =
      shape(
          "other",
          "word",
          column("w", "nvarchar", 880, false),
          column("n", "int", 4, false),
          column("numbered", "int", 4, false));

  private static PublishedColumn added(String name, int type, int modifier, FormerValue former) {
    return new PublishedColumn(name, type, "a type", modifier, false, former);
  }

  private void alterations() {
    StatementRecorder recorder = new StatementRecorder(SqlServerStatementsTest::catalog);
    SqlServerColumns columns = new SqlServerColumns(recorder.session(), tables(recorder));
    FormerValue none = FormerValue.Null.NULL;
    columns.add(ITEM_SHAPE, added("it's ]", TEXT, -1, none));
    say("add a column", recorder);
    columns.add(ITEM_SHAPE, added("price", NUMERIC, ((10 << 16) | 2) + 4, FIVE));
    say("add a column with what rows of before have", recorder);
    columns.refill(ITEM_SHAPE, added("we]rd", TEXT, -1, none));
    say("fill a column that is there", recorder);
    columns.drop(ITEM_SHAPE, "WE]rd");
    say("drop a column", recorder);
    columns.release(shape("dbo", "item", required(column("name", "nvarchar", 40, false))), "name");
    say("let a column be NULL", recorder);
    columns.rename(ITEM_SHAPE, "we]rd", "it's ?");
    say("rename a column", recorder);
    columns.retype(ITEM_SHAPE, added("id", INT8, -1, none));
    say("retype a column of the key", recorder);
    columns.retype(ITEM_SHAPE, added("price", NUMERIC, ((12 << 16) | 2) + 4, none));
    say("retype a column", recorder);
    columns.retype(
        shape("dbo", "item", required(column("name", "nvarchar", 40, false))),
        added("name", TEXT, -1, none));
    say("retype a text", recorder);
    columns.retype(ITEM_SHAPE, added("at", DATE, -1, none));
    say("retype a column of a table without rows", recorder);
    columns.renameTable(ITEM_SHAPE, new TableId("public", "it]em's"));
    say("rename a table", recorder);
    columns.renameTable(ITEM_SHAPE, new TableId("sales", "goods"));
    say("rename a table that has another schema, too", recorder);
    columns.dropTable(ITEM_SHAPE);
    say("drop a table", recorder);
  }

  private static final FormerValue FIVE = new FormerValue.Constant("5.00");

  /** What the server says of the tables that are altered. */
  private static List<List<String>> catalog(String query) {
    if (query.startsWith("WITH c AS")) {
      return List.of(
          List.of("2", "CONSTRAINT", "ck"),
          List.of("4", "INDEX", "in]dex"),
          List.of("5", "STATISTICS", "seen"));
    }
    if (query.contains("is_descending_key")) {
      return List.of(List.of("PK__item", "1", "id", "1"), List.of("PK__item", "1", "n", "0"));
    }
    if (query.startsWith("SELECT o.type_desc")) {
      return List.of(List.of("USER_TABLE", "0", "0", "0", "1"));
    }
    return query.startsWith("SELECT c.name, LOWER")
        ? List.of(List.of("price", "decimal", "9", "10", "2", "", "1", "0", "0", "0"))
        : List.of();
  }

  /** Of position, ledger and letters, from the first transaction of a feed on. */
  private void feed() {
    StatementRecorder recorder =
        new StatementRecorder(
            query -> query.startsWith("SELECT count") ? List.of(List.of("0")) : List.of());
    FeedTransactions transactions =
        new FeedTransactions(recorder.session(), SqlServerPositionDialect.INSTANCE);
    transactions.start(SinkCalls.FEED, new Claim());
    transactions.note(List.of(SinkCalls.chunk(ITEM, "1")));
    transactions.forget(ITEM.published().table(), Set.of(LedgerEntry.Kind.CHUNK));
    transactions.commit(SinkCalls.position(0x10));
    say("feed", recorder);
    RowAttempts attempts =
        transactions.attempts(
            new NothingWaits(),
            () -> SqlServerPositionDialect.INSTANCE.createDeadLetters(recorder.session()));
    attempts.attempt();
    attempts.takeBack();
    attempts.bury(LETTER);
    attempts.absolve(LETTER.table(), List.of("{}"));
    say("letters", recorder);
    StatementRecorder reader =
        new StatementRecorder(
            query -> query.startsWith("SELECT 1 ") ? List.of(List.of("1")) : List.of());
    new LetterSearch("shop", reader::session, SqlServerPositionDialect.INSTANCE)
        .find("shop", letter -> {});
    say("look for letters", reader);
  }

  private static final DeadLetter LETTER =
      new DeadLetter(
          SinkCalls.header(0x20),
          1,
          ITEM.published().table(),
          "insert",
          Optional.of("{}"),
          Optional.empty(),
          Optional.of("{}"),
          "DESTINATION_CONFLICT",
          "a row with the same key is there");

  /** Of a sink that has sent everything. */
  private static final class NothingWaits implements SavepointAttempts.Waiting {
    @Override
    public void begin() {}

    @Override
    public void flush() {}

    @Override
    public void drop() {}
  }

  /** It cannot be there, so nothing has to go. */
  @Test
  void aKeyThatIsLongerThanItsColumnDoesNotHoldUpTheOthers() {
    StatementRecorder recorder = new StatementRecorder(query -> List.of());
    SourceTable named = table("named").key("name", TEXT).build();
    TableShape shape = shape("dbo", "named", column("name", "nvarchar", 896, false));
    List<List<String>> keys =
        List.of(List.of("short"), List.of("x".repeat(448)), List.of("x".repeat(449)), List.of(""));
    KeyedRows.remove(
        recorder.session(),
        named.published(),
        shape,
        new RowKeys(List.of("name"), keys),
        LossPolicies.FAIL);
    assertEquals(
        List.of(List.of("short"), List.of("x".repeat(448)), List.of("")), recorder.batched());
  }

  /** Of a table with as many columns as there can be, found by all that it holds. */
  @Test
  void noStatementHasMoreParametersThanAServerTakes() {
    SourceTable.Builder wide = table("wide").identity(ReplicaIdentity.FULL);
    ShapeColumn[] there = new ShapeColumn[1024];
    for (int i = 0; i < there.length; i++) {
      wide.column("c" + i, TEXT);
      there[i] = column("c" + i, "nvarchar", -1, false);
    }
    TableShape shape = shape("dbo", "wide", there);
    RowWriters writers = new RowWriters(wide.build().relation(), shape, LossPolicies.FAIL);
    ChangeStatement update =
        new ChangeStatements(shape, writers)
            .ofOne(new ChangeShape.Update(RowLocation.OLD_ROW, new BitSet()));
    long marks = update.sql().chars().filter(c -> c == '?').count();
    assertEquals(update.parameters().size(), marks);
    assertTrue(marks < 2100, marks + " parameters");
  }
}
