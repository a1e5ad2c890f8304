package io.walferry.sinks.sqlserver;

import static io.walferry.sinks.SourceTable.BYTEA;
import static io.walferry.sinks.SourceTable.INT4;
import static io.walferry.sinks.SourceTable.NUMERIC;
import static io.walferry.sinks.SourceTable.TEXT;
import static io.walferry.sinks.SourceTable.TIMESTAMPTZ;
import static io.walferry.sinks.SourceTable.table;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.ReplicaIdentity;
import io.walferry.sinks.SourceTable;
import io.walferry.sinks.position.PositionDialect.Lock;
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
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What is sent to a server, statement by statement, as {@code statements.sql} has it. With {@code
 * -Dwalferry.statements.write=true} it is written anew.
 */
final class SqlServerStatementsTest {
  private static final Path FILE =
      Path.of("src/test/resources/io/walferry/sinks/sqlserver/statements.sql");

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

  private static final SourceTable BAG =
      table("bag").column("n", INT4).column("v", TEXT).identity(ReplicaIdentity.FULL).build();

  private final List<String> statements = new ArrayList<>();

  private static ShapeColumn column(String name, String type, int bytes, boolean identity) {
    boolean text = type.endsWith("char");
    int precision = type.equals("decimal") ? 10 : 0;
    int scale = type.equals("decimal") ? 2 : 6;
    String collation = text ? ColumnDefinitions.COLLATION : "";
    return new ShapeColumn(name, type, bytes, precision, scale, collation, false, false, identity);
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
        shape.columns(),
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

  private static final TableShape BAG_SHAPE =
      shape("dbo", "bag", column("n", "int", 4, false), column("v", "nvarchar", -1, false));

  private static BitSet columns(int... set) {
    BitSet columns = new BitSet();
    IntStream.of(set).forEach(columns::set);
    return columns;
  }

  private void say(String what, String sql) {
    statements.add("-- " + what + "\n" + sql + ";\n");
  }

  private void say(String what, ChangeStatement statement) {
    say(what + " " + statement.parameters(), statement.sql());
  }

  private void create(SourceTable table) {
    SqlServerTables tables =
        new SqlServerTables(
            new SqlServerConnector(
                    SqlServerSettings.parse("sqlserver://sa@localhost/shop"),
                    SqlServerSinkSettings.DEFAULT)
                .session(),
            new TableNames("dbo"),
            LossPolicies.FAIL);
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
      builder.merge().forEach(statement -> say("merge", statement));
    }
  }

  @Test
  void theStatementsAreTheseAndNoOthers() throws IOException {
    create(ITEM);
    create(WORD);
    create(BAG);
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
    for (Lock lock : Lock.values()) {
      say("position " + lock, SqlServerPositionDialect.INSTANCE.select("epoch", lock));
    }
    String all = String.join("\n", statements);
    if (Boolean.getBoolean("walferry.statements.write")) {
      Files.createDirectories(Optional.ofNullable(FILE.getParent()).orElseThrow());
      Files.writeString(FILE, all);
    }
    try (InputStream file = Files.newInputStream(FILE)) {
      assertEquals(new String(file.readAllBytes(), StandardCharsets.UTF_8), all);
    }
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
