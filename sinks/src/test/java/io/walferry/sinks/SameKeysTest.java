package io.walferry.sinks;

import static io.walferry.sinks.Refusal.refused;
import static io.walferry.sinks.SinkCalls.apply;
import static io.walferry.sinks.SinkCalls.header;
import static io.walferry.sinks.SinkCalls.position;
import static io.walferry.sinks.SourceTable.INT4;
import static io.walferry.sinks.SourceTable.NULL;
import static io.walferry.sinks.SourceTable.TEXT;
import static io.walferry.sinks.SourceTable.UNCHANGED;
import static io.walferry.sinks.SourceTable.key;
import static io.walferry.sinks.SourceTable.table;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.change.Change;
import io.walferry.error.ErrorCode;
import io.walferry.sink.Sink;
import io.walferry.sinks.SqlDestination.Engine;
import io.walferry.testkit.junit.MysqlExtension;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.mysql.MysqlServers;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.workload.Seeds;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Many changes of the same rows in one destination transaction: what counts in the end is what the
 * source has, and what would have been a conflict one by one still is one.
 */
@Postgres
@ExtendWith(MysqlExtension.class)
final class SameKeysTest {
  private static final SourceTable ITEM =
      table("item")
          .key("shop", INT4)
          .key("code", TEXT)
          .column("name", TEXT)
          .column("large", TEXT)
          .build();

  private static final String ITEMS = "SELECT * FROM item ORDER BY shop, code";
  private static final List<String> NAMES = List.of("", "a", "it's", "\\N", "é😀", NULL);

  @TempDir private Path directory;

  @ParameterizedTest
  @EnumSource
  void contentsAreTheSources(Engine engine, Database database, MysqlServers servers)
      throws SQLException {
    assertContentsAreTheSources(engine.in(database, directory, servers), 0);
  }

  /** In binary; and in both forms, as rows that were read again are text among binary ones. */
  @ParameterizedTest
  @ValueSource(ints = {100, 90, 50})
  void contentsAreTheSourcesInBinary(int percent, Database database, MysqlServers servers)
      throws SQLException {
    assertContentsAreTheSources(Engine.POSTGRES.in(database, directory, servers), percent);
  }

  private static void assertContentsAreTheSources(SqlDestination destination, int binaryPercent)
      throws SQLException {
    long seed = Seeds.next();
    Source source = new Source(new Random(seed));
    SentForms forms = new SentForms(new Random(seed), binaryPercent);
    try (Sink sink = destination.following(ITEM)) {
      long lsn = 0x20;
      for (int batch = 0; batch < 40; batch++, lsn += 0x10) {
        for (int transaction = 0; transaction <= batch % 4; transaction++, lsn += 0x10) {
          sink.begin(header(lsn));
          source.next(1 << (batch % 8)).forEach(change -> sink.append(forms.sent(change)));
        }
        sink.commit(position(lsn + 1));
        assertEquals(source.contents(), destination.rows(ITEMS), "batch " + batch);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRowThatCameAndWentMustHaveFoundRoom(Engine engine, Database database, MysqlServers servers)
      throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    try (Sink sink = destination.following(ITEM)) {
      apply(sink, 0x20, ITEM.insert("1", "a", "old", "x"));
      sink.begin(header(0x30));
      refused(
          ErrorCode.DESTINATION_CONFLICT,
          () -> {
            sink.append(ITEM.insert("1", "a", "new", "x"));
            sink.append(ITEM.delete(key("1", "a", NULL, NULL)));
            sink.commit(position(0x31));
          });
    }
    assertEquals(List.of("1|a|old|x"), destination.rows(ITEMS));
  }

  @ParameterizedTest
  @EnumSource
  void aRowThatChangedAndWentMustHaveBeenThere(
      Engine engine, Database database, MysqlServers servers) throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    try (Sink sink = destination.following(ITEM)) {
      sink.begin(header(0x30));
      refused(
          ErrorCode.DESTINATION_ROW_MISSING,
          () -> {
            sink.append(ITEM.update("1", "a", "new", UNCHANGED));
            sink.append(ITEM.delete(key("1", "a", NULL, NULL)));
            sink.append(ITEM.insert("1", "a", "again", "x"));
            sink.commit(position(0x31));
          });
    }
    assertEquals(List.of(), destination.rows(ITEMS));
  }

  /** Few keys, so that they meet again and again. */
  private static final class Source {
    private static final int KEYS = 12;

    private final Random random;
    private final Map<Integer, String[]> rows = new TreeMap<>();

    Source(Random random) {
      this.random = random;
    }

    List<Change> next(int count) {
      List<Change> changes = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        changes.add(next());
      }
      return changes;
    }

    private Change next() {
      int id = random.nextInt(KEYS);
      String[] there = rows.getOrDefault(id, new String[0]);
      if (there.length == 0) {
        return insert(id);
      }
      int free = random.nextInt(KEYS);
      if (random.nextInt(10) == 0 && !rows.containsKey(free)) {
        rows.remove(id);
        rows.put(free, row(free, text(), there[3]));
        String[] moved = row(free, rows.get(free)[2], UNCHANGED);
        return ITEM.update(key(there[0], there[1], NULL, NULL), moved);
      }
      if (random.nextInt(4) == 0) {
        rows.remove(id);
        return ITEM.delete(key(there[0], there[1], NULL, NULL));
      }
      return update(id, there);
    }

    private Change insert(int id) {
      rows.put(id, row(id, text(), "large " + random.nextInt()));
      return ITEM.insert(rows.get(id));
    }

    private Change update(int id, String[] there) {
      boolean sent = random.nextBoolean();
      rows.put(id, row(id, text(), sent ? text() : there[3]));
      String[] now = rows.get(id);
      return ITEM.update(now[0], now[1], now[2], sent ? now[3] : UNCHANGED);
    }

    private String text() {
      return NAMES.get(random.nextInt(NAMES.size()));
    }

    private static String[] row(int id, String name, String large) {
      return new String[] {String.valueOf(id / 3), "c" + id % 3, name, large};
    }

    List<String> contents() {
      return rows.values().stream().map(Source::printed).toList();
    }

    @SuppressWarnings(
        "ReferenceEquality") // The mark is an object, so that any text can be a value.
    private static String printed(String[] row) {
      List<String> columns = new ArrayList<>();
      for (String column : row) {
        columns.add(column == NULL ? "∅" : column);
      }
      return String.join("|", columns);
    }
  }
}
