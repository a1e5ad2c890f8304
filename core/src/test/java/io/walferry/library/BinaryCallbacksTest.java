package io.walferry.library;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Row;
import io.walferry.checkpoint.MemoryCheckpointStore;
import io.walferry.pipeline.LoadMode;
import io.walferry.postgres.ConnectionSettings;
import io.walferry.postgres.PostgresConnector;
import io.walferry.publication.SourceTypes;
import io.walferry.stream.OutputOptions;
import io.walferry.stream.OutputOptions.Form;
import io.walferry.stream.StreamSettings;
import io.walferry.testkit.junit.EachPostgres;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.type.TypeCase;
import io.walferry.testkit.type.TypeCases;
import io.walferry.testkit.workload.Seeds;
import io.walferry.testkit.workload.Workload;
import io.walferry.type.TypeCatalog;
import io.walferry.type.TypedRow;
import io.walferry.type.ValueDecoder;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Rows of a stream in binary are the same rows to whoever reads them by their types. */
@Postgres
final class BinaryCallbacksTest {
  private static StreamSettings in(Form form) {
    return StreamSettings.DEFAULT
        .withBuffer(1 << 20)
        .with(Duration.ofMillis(100), Duration.ofSeconds(20))
        .with(OutputOptions.DEFAULT.with(form));
  }

  private static Walferry feed(Database database, Form form, List<TypedRow> rows) {
    return Feeds.of(database.uri(), database.name() + "_" + form.name().toLowerCase(Locale.ROOT))
        .publication("typed_rows")
        .tables("public.*")
        .snapshot(LoadMode.NONE)
        .stream(in(form))
        .checkpoint(new MemoryCheckpointStore())
        .callbacks(
            on ->
                on.insert("*.*", it -> rows.add(it.row()))
                    .update(
                        "*.*",
                        it -> {
                          rows.add(it.old().orElseThrow());
                          rows.add(it.row());
                        })
                    .delete("*.*", it -> rows.add(it.old())))
        .build();
  }

  /** The cases of each type whose text the binary form tells. */
  private static Map<String, List<TypeCase>> types(Database database) throws Exception {
    Map<String, List<TypeCase>> cases =
        TypeCases.all().stream()
            .filter(it -> it.existsIn(database.server().major()))
            .collect(
                Collectors.groupingBy(TypeCase::type, LinkedHashMap::new, Collectors.toList()));
    Map<String, List<TypeCase>> told = new LinkedHashMap<>();
    TypeCatalog catalog = TypeCatalog.BUILT_IN;
    try (Connection connection =
            new PostgresConnector(ConnectionSettings.parse(database.uri(), Map.of()), "test")
                .connect();
        Statement statement = connection.createStatement()) {
      for (Map.Entry<String, List<TypeCase>> type : cases.entrySet()) {
        int oid;
        try (ResultSet row =
            statement.executeQuery(
                "select " + statement.enquoteLiteral(type.getKey()) + "::regtype::oid")) {
          row.next();
          oid = (int) row.getLong(1);
        }
        if (!catalog.knows(oid)) {
          catalog = SourceTypes.learn(catalog, Set.of(oid), connection);
        }
        if (catalog.printsBinary(oid)) {
          told.put(type.getKey(), type.getValue());
        }
      }
    }
    return told;
  }

  @EachPostgres
  void everyTypeGivesTheSameValuesInBothForms(Database database) throws Exception {
    database.execute(TypeCases.SETUP);
    Map<String, List<TypeCase>> types = types(database);
    assertTrue(types.size() > 90, "types: " + types.size());
    List<String> columns = new ArrayList<>(List.of("id int4 primary key"));
    types.keySet().forEach(type -> columns.add("c" + columns.size() + " " + type));
    database.execute(
        "create table t (%s); alter table t replica identity full; create publication typed_rows for table t"
            .formatted(String.join(", ", columns)));
    List<TypedRow> text = new CopyOnWriteArrayList<>();
    List<TypedRow> binary = new CopyOnWriteArrayList<>();
    try (Walferry ofText = feed(database, Form.TEXT, text);
        Walferry ofBinary = feed(database, Form.BINARY, binary)) {
      ofText.start();
      ofBinary.start();
      Feeds.awaitStatus(ofText, Status.LISTENING);
      Feeds.awaitStatus(ofBinary, Status.LISTENING);
      int most = types.values().stream().mapToInt(List::size).max().orElseThrow();
      for (int round = 0; round < most; round++) {
        int number = round;
        database.execute(
            "insert into t values (%d, %s)"
                .formatted(
                    round,
                    types.values().stream()
                        .map(it -> number < it.size() ? it.get(number).expression() : "null")
                        .collect(Collectors.joining(", "))));
      }
      database.execute("update t set id = -id - 1 where id < 3; delete from t where id < 0");
      Feeds.awaitDurable(ofText, database);
      Feeds.awaitDurable(ofBinary, database);
    }
    assertEquals(text.size(), binary.size());
    assertFalse(text.isEmpty());
    for (int i = 0; i < text.size(); i++) {
      requireSame(text.get(i), binary.get(i));
    }
  }

  private static void requireSame(TypedRow text, TypedRow binary) {
    assertEquals(Optional.of(text.row()), binary.printed());
    IntStream.range(0, text.row().columnCount())
        .forEach(
            column -> {
              String type = text.type().type(column).name();
              assertEquals(text.isNull(column), binary.isNull(column), type);
              assertEquals(text.isUnchanged(column), binary.isUnchanged(column), type);
              if (!text.isNull(column) && !text.isUnchanged(column)) {
                assertEquals(text.text(column), binary.text(column), type);
                assertEquals(text.get(column), binary.get(column), type);
                assertEquals(
                    ValueDecoder.knowsBinary(binary.type().type(column)),
                    binary.row().kind(column) == Row.Kind.BINARY,
                    type);
              }
            });
  }

  @Test
  void rowsAreTextUnlessBinaryIsAskedFor(Database database) throws Exception {
    database.execute(
        "create table t (id int primary key); create publication typed_rows for table t");
    List<TypedRow> rows = new CopyOnWriteArrayList<>();
    try (Walferry feed = feed(database, Form.AUTO, rows)) {
      feed.start();
      Feeds.awaitStatus(feed, Status.LISTENING);
      database.execute("insert into t values (1)");
      Feeds.awaitDurable(feed, database);
      assertEquals("1", rows.getFirst().row().text(0));
    }
  }

  @Test
  void existingRowsAndChangesInBinaryMeetExactly(Database database) throws Exception {
    Workload workload = Workload.create(Seeds.next());
    try (Connection connection = database.connect()) {
      workload.createSchema(connection);
    }
    workload.run(database::connect, 100, 4);
    Replica replica = new Replica(true);
    AtomicBoolean binary = new AtomicBoolean();
    try (Walferry feed =
        Feeds.of(database).tables("*.*").stream(in(Form.BINARY))
            .checkpoint(new MemoryCheckpointStore())
            .callbacks(
                on -> {
                  replica.tellBy(on);
                  on.insert(
                      "*.*",
                      it ->
                          IntStream.range(0, it.row().row().columnCount())
                              .filter(column -> it.row().row().kind(column) == Row.Kind.BINARY)
                              .forEach(column -> binary.set(true)));
                })
            .build()) {
      feed.start();
      Feeds.await(() -> feed.progress().rowsLoaded() > 0, "rows are read", feed);
      workload.run(database::connect, 100, 4);
      Feeds.awaitStatus(feed, Status.LISTENING);
      Feeds.awaitDurable(feed, database);
      assertTrue(feed.stop(Feeds.PATIENCE));
      assertEquals(Optional.empty(), feed.lastError(), "seed " + workload.seed());
    }
    replica.requireEqual(database, workload.tables());
    assertTrue(binary.get(), "seed " + workload.seed());
  }
}
