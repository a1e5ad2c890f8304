package io.walferry.type;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.SharedServers;
import io.walferry.change.Change;
import io.walferry.change.OldRow;
import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.postgres.ConnectionSettings;
import io.walferry.postgres.PostgresConnector;
import io.walferry.publication.SourceTypes;
import io.walferry.stream.ChangeStream;
import io.walferry.stream.CreatedSlot;
import io.walferry.stream.OutputOptions;
import io.walferry.stream.OutputOptions.Form;
import io.walferry.stream.ReplicationConnection;
import io.walferry.stream.SlotKind;
import io.walferry.stream.StreamEvent;
import io.walferry.stream.StreamSettings;
import io.walferry.testkit.type.TypeCase;
import io.walferry.testkit.type.TypeCases;
import io.walferry.testkit.wait.Await;
import io.walferry.testkit.workload.Seeds;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * A row with a column of every type, inserted, updated and deleted with each case of that type and
 * with NULL, comes through a stream of text and one of binary with the same values, and the binary
 * one is printed as the text one came. {@code -Dwalferry.test.seed=…} replays a run.
 */
final class TypedStreamTest {
  static final List<Integer> MAJORS = SharedServers.OLDEST_AND_NEWEST;

  private static final long SEED = Seeds.next();
  private static final Duration LONG = Await.patience(Duration.ofSeconds(60));
  private static final String PUBLICATION = "typed";

  private final Random random = new Random(SEED);

  /**
   * A table with a column for each of these types.
   *
   * @param types each with its cases, in the order of the columns, which are c0, c1 …
   */
  private record CaseTable(String name, Map<String, List<TypeCase>> types) {
    String definition() {
      List<String> columns = new ArrayList<>(List.of("id int4 not null"));
      types.keySet().forEach(type -> columns.add("c" + (columns.size() - 1) + " " + type));
      return "create table %s (%s); alter table %s replica identity full"
          .formatted(name, String.join(", ", columns), name);
    }

    int caseCount() {
      return types.values().stream().mapToInt(List::size).max().orElseThrow();
    }

    List<List<TypeCase>> columns() {
      return List.copyOf(types.values());
    }
  }

  /** A row as it was written; empty for NULL. */
  private record Written(List<Optional<TypeCase>> values) {}

  @ParameterizedTest
  @FieldSource("MAJORS")
  void streamsOfTextAndOfBinarySayTheSame(int major) throws SQLException {
    try (TypedServer server = new TypedServer(major)) {
      server
          .database()
          .execute(
              """
              alter database "%1$s" set lc_monetary = 'POSIX';
              alter database "%1$s" set logical_decoding_work_mem = '64kB'
              """
                  .formatted(server.database().name()));
      CaseTable told = table(server, major, "typed.told", true);
      CaseTable untold = table(server, major, "typed.untold", false);
      assertTrue(told.types().size() > 90, "types: " + told.types().size());
      assertTrue(untold.types().size() > 10, "types: " + untold.types().size());
      server.database().execute(told.definition());
      server.database().execute(untold.definition());
      server
          .database()
          .execute("create publication typed for table typed.told, typed.untold, typed.shop");
      CreatedSlot first = slot(server, "text_");
      CreatedSlot second = slot(server, "binary_");

      List<Written> written = write(server, told);
      written.addAll(write(server, untold));
      server.database().execute("truncate typed.told, typed.shop restart identity cascade");

      List<Change> text = read(server, first, Form.TEXT);
      List<Change> binary = read(server, second, Form.BINARY);
      check(server, text, binary, written);
    }
  }

  /** The types whose text the binary form tells, or the others. */
  private static CaseTable table(TypedServer server, int major, String name, boolean told)
      throws SQLException {
    Map<String, List<TypeCase>> types = new LinkedHashMap<>();
    for (TypeCase typeCase : TypeCases.all()) {
      if (typeCase.existsIn(major) && comes(server, typeCase.type(), told)) {
        types.computeIfAbsent(typeCase.type(), sqlName -> new ArrayList<>()).add(typeCase);
      }
    }
    return new CaseTable(name, types);
  }

  /** What has no send function comes as text, but within an array the server cannot send it. */
  private static boolean comes(TypedServer server, String sqlName, boolean told)
      throws SQLException {
    PgType type = server.type(sqlName);
    boolean prints = server.catalog().printsBinary(type.oid());
    return prints == told && (prints || ValueDecoder.knowsBinary(type));
  }

  private static PostgresConnector connector(TypedServer server) {
    return new PostgresConnector(
        ConnectionSettings.parse(server.database().uri(), Map.of()), "test");
  }

  static CreatedSlot slot(TypedServer server, String prefix) {
    try (ReplicationConnection replication = ReplicationConnection.open(connector(server))) {
      return replication.createSlot(prefix + server.database().name(), SlotKind.PERSISTENT);
    }
  }

  /**
   * Each case at least once, then at random; each row is inserted, updated in some of its columns,
   * and deleted. Gives the inserted and the updated rows.
   */
  private List<Written> write(TypedServer server, CaseTable table) throws SQLException {
    List<Written> written = new ArrayList<>();
    int rounds = table.caseCount() + 10;
    try (Statement statement = server.connection().createStatement()) {
      for (int round = 0; round < rounds; round++) {
        int number = round;
        List<Optional<TypeCase>> row =
            new ArrayList<>(
                table.columns().stream()
                    .map(
                        cases ->
                            number < cases.size() ? Optional.of(cases.get(number)) : any(cases))
                    .toList());
        statement.execute(
            "insert into %s values (%d, %s)"
                .formatted(
                    table.name(), round, String.join(", ", row.stream().map(this::sql).toList())));
        written.add(new Written(List.copyOf(row)));
        List<String> assignments = new ArrayList<>(List.of("id = id"));
        for (int column = 0; column < row.size(); column++) {
          if (random.nextBoolean()) {
            row.set(column, any(table.columns().get(column)));
            assignments.add("c" + column + " = " + sql(row.get(column)));
          }
        }
        statement.execute(
            "update %s set %s where id = %d"
                .formatted(table.name(), String.join(", ", assignments), round));
        written.add(new Written(List.copyOf(row)));
        statement.execute("delete from %s where id = %d".formatted(table.name(), round));
      }
    }
    return written;
  }

  private Optional<TypeCase> any(List<TypeCase> cases) {
    int chosen = random.nextInt(cases.size() + 1);
    return chosen < cases.size() ? Optional.of(cases.get(chosen)) : Optional.empty();
  }

  private String sql(Optional<TypeCase> value) {
    return value.map(TypeCase::expression).orElse("null");
  }

  /** All changes of the publication {@code typed}, up to the TRUNCATE. */
  static List<Change> read(TypedServer server, CreatedSlot slot, Form form) {
    List<Change> changes = new ArrayList<>();
    try (ReplicationConnection replication = ReplicationConnection.open(connector(server));
        ChangeStream stream =
            replication.stream(
                slot.name(),
                PUBLICATION,
                slot.consistentPoint(),
                StreamSettings.DEFAULT.with(OutputOptions.DEFAULT.with(form)))) {
      while (changes.isEmpty() || !(changes.getLast() instanceof Change.Truncate)) {
        switch (stream.next(LONG)) {
          case StreamEvent.Begun begun -> {
            while (begun.transaction().advance()) {
              changes.add(begun.transaction().change());
            }
          }
          case StreamEvent.KeepAlive keepAlive -> {}
          case StreamEvent.Quiet quiet -> throw new AssertionError("Nothing came for so long");
        }
      }
    }
    return changes;
  }

  private static void check(
      TypedServer server, List<Change> text, List<Change> binary, List<Written> written) {
    assertEquals(text.size(), binary.size());
    TypeCatalog types = TypeCatalog.BUILT_IN;
    int row = 0;
    for (int i = 0; i < text.size(); i++) {
      switch (text.get(i)) {
        case Change.Insert(var relation, var after) -> {
          types = SourceTypes.learn(types, relation, server.connection());
          Change.Insert same = assertInstanceOf(Change.Insert.class, binary.get(i));
          new Pair(new RowType(relation, types), after, same.after()).check(written.get(row));
        }
        case Change.Update(var relation, var before, var after) -> {
          Change.Update same = assertInstanceOf(Change.Update.class, binary.get(i));
          RowType type = new RowType(relation, types);
          new Pair(type, full(before), full(same.before())).check(written.get(row));
          new Pair(type, after, same.after()).check(written.get(row + 1));
        }
        case Change.Delete(var relation, var before) -> {
          Change.Delete same = assertInstanceOf(Change.Delete.class, binary.get(i));
          new Pair(new RowType(relation, types), full(before), full(same.before()))
              .check(written.get(row + 1));
          row += 2;
        }
        case Change.Truncate truncate -> {
          assertEquals(truncate, binary.get(i));
          assertEquals(
              List.of("typed.told", "typed.shop"),
              truncate.relations().stream().map(Relation::toString).toList());
          assertTrue(truncate.cascade() && truncate.restartIdentity());
        }
        case Change.Message message -> throw new AssertionError("A message");
      }
    }
    assertEquals(written.size(), row);
  }

  private static Row full(OldRow old) {
    return assertInstanceOf(OldRow.Full.class, old).row();
  }

  /** The same row from both streams. */
  private record Pair(RowType type, Row text, Row binary) {
    void check(Written written) {
      TypedRow ofText = type.over(text);
      TypedRow ofBinary = type.over(binary);
      boolean told = type.relation().table().name().equals("told");
      if (told) {
        assertEquals(Optional.of(text), ofBinary.printed(), where(0));
        assertEquals(Optional.of(text), ofText.printed(), where(0));
      }
      IntStream.range(1, text.columnCount())
          .forEach(column -> check(ofText, ofBinary, column, written.values().get(column - 1)));
    }

    private void check(TypedRow ofText, TypedRow ofBinary, int column, Optional<TypeCase> written) {
      String where = where(column) + " " + written.map(TypeCase::toString).orElse("NULL");
      if (text.isUnchanged(column)) {
        assertTrue(binary.isUnchanged(column), where);
        return;
      }
      assertEquals(written.isEmpty(), text.isNull(column), where);
      assertEquals(written.isEmpty(), binary.isNull(column), where);
      if (written.isEmpty()) {
        return;
      }
      PgType itsType = type.type(column);
      assertEquals(Optional.of(written.get().text()), ofText.text(column), where);
      boolean told = type.relation().table().name().equals("told");
      assertEquals(
          told ? Optional.of(written.get().text()) : Optional.empty(),
          ofBinary.text(column),
          where);
      assertEquals(
          ValueDecoder.knowsBinary(itsType) ? Row.Kind.BINARY : Row.Kind.TEXT,
          binary.kind(column),
          where);
      if (told) {
        assertEquals(ofText.get(column), ofBinary.get(column), where);
      } else {
        assertFalse(ofBinary.printed().isPresent(), where);
      }
    }

    private String where(int column) {
      return "-Dwalferry.test.seed=%d: %s, column %d"
          .formatted(SEED, type.type(column).name(), column);
    }
  }
}
