package io.walferry.library;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.change.Column;
import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.change.TableId;
import io.walferry.postgres.ConnectionSettings;
import io.walferry.postgres.PostgresConnector;
import io.walferry.sink.CopyTextParser;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.postgres.Database;
import io.walferry.type.TypedRow;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * Tables as callbacks have told them. A strict one fails when an event does not fit what it has;
 * one that is not deals with events that come again, as any consumer has to after a crash.
 */
final class Replica {
  private final boolean strict;

  /** Rows by their table and what identifies them; equal rows of a table without a key are many. */
  private final Map<TableId, Map<List<Optional<String>>, Deque<List<Optional<String>>>>> tables =
      new HashMap<>();

  Replica(boolean strict) {
    this.strict = strict;
  }

  void tellBy(Callbacks on) {
    on.every(this::apply);
  }

  synchronized void apply(Event event) {
    switch (event) {
      case Event.Begin begin -> {}
      case Event.Commit commit -> {}
      case Event.Batch batch -> {}
      case Event.Message message -> {}
      case Event.Insert insert -> insert(insert);
      case Event.Update update -> update(update);
      case Event.Delete delete ->
          require(remove(delete.relation(), printed(delete.old())).isPresent(), delete);
      case Event.Truncate truncate -> truncate.tables().forEach(table -> rows(table).clear());
    }
  }

  private void insert(Event.Insert insert) {
    if (hasKey(insert.relation())) {
      require(remove(insert.relation(), printed(insert.row())).isEmpty(), insert);
    }
    add(insert.relation(), texts(printed(insert.row()), List.of()));
  }

  private void update(Event.Update update) {
    Row now = printed(update.row());
    Row old = update.old().map(Replica::printed).orElse(now);
    Optional<List<Optional<String>>> before = remove(update.relation(), old);
    require(before.isPresent(), update);
    if (hasKey(update.relation())) {
      require(remove(update.relation(), now).isEmpty(), update);
    }
    add(update.relation(), texts(now, before.orElse(List.of())));
  }

  private static Row printed(TypedRow row) {
    return row.printed().orElseThrow();
  }

  private void require(boolean fits, Event event) {
    if (strict && !fits) {
      throw new AssertionError("Does not fit: " + event);
    }
  }

  private Map<List<Optional<String>>, Deque<List<Optional<String>>>> rows(TableId table) {
    return tables.computeIfAbsent(table, unseen -> new HashMap<>());
  }

  private List<List<Optional<String>>> all(TableId table) {
    return rows(table).values().stream().flatMap(Deque::stream).toList();
  }

  private static boolean hasKey(Relation relation) {
    return relation.columns().stream().anyMatch(column -> !column.key())
        && relation.columns().stream().anyMatch(Column::key);
  }

  private void add(Relation relation, List<Optional<String>> row) {
    rows(relation.table())
        .computeIfAbsent(identity(relation, row), unseen -> new ArrayDeque<>())
        .add(row);
  }

  private Optional<List<Optional<String>>> remove(Relation relation, Row row) {
    List<Optional<String>> identity = identity(relation, texts(row, List.of()));
    Deque<List<Optional<String>>> found = rows(relation.table()).get(identity);
    Optional<List<Optional<String>>> removed = Optional.ofNullable(found).map(Deque::poll);
    if (found != null && found.isEmpty()) {
      rows(relation.table()).remove(identity);
    }
    return removed;
  }

  private static List<Optional<String>> identity(Relation relation, List<Optional<String>> row) {
    List<Optional<String>> identity = new ArrayList<>();
    boolean key = hasKey(relation);
    for (int column = 0; column < row.size(); column++) {
      if (!key || relation.columns().get(column).key()) {
        identity.add(row.get(column));
      }
    }
    return identity;
  }

  private static Optional<String> text(Row row, int column) {
    return row.isNull(column) ? Optional.empty() : Optional.of(row.text(column));
  }

  private static List<Optional<String>> texts(Row row, List<Optional<String>> before) {
    List<Optional<String>> texts = new ArrayList<>();
    for (int column = 0; column < row.columnCount(); column++) {
      boolean kept = row.isUnchanged(column);
      texts.add(
          kept && before.isEmpty()
              ? Optional.of("unknown")
              : kept ? before.get(column) : text(row, column));
    }
    return texts;
  }

  /** Fails if the tables of the source have other rows. */
  synchronized void requireEqual(Database database, List<TableName> names) throws Exception {
    PostgresConnector connector =
        new PostgresConnector(ConnectionSettings.parse(database.uri(), Map.of()), "replica");
    try (Connection connection = connector.connect()) {
      for (TableName name : names) {
        Map<String, Integer> expected = counted(read(connection, name));
        Map<String, Integer> got = counted(all(new TableId(name.schema(), name.name())));
        assertEquals(List.of(), beyond(expected, got), name + " lacks rows");
        assertEquals(List.of(), beyond(got, expected), name + " has rows too many");
      }
    }
  }

  /** Some of the rows that one side has more often. */
  private static List<String> beyond(Map<String, Integer> one, Map<String, Integer> other) {
    return one.keySet().stream()
        .filter(row -> one.getOrDefault(row, 0) > other.getOrDefault(row, 0))
        .map(row -> row.substring(0, Math.min(row.length(), 100)))
        .limit(5)
        .toList();
  }

  /** How many rows it has of a table. */
  synchronized int size(String schema, String table) {
    return all(new TableId(schema, table)).size();
  }

  private static Map<String, Integer> counted(List<List<Optional<String>>> rows) {
    Map<String, Integer> counted = new TreeMap<>();
    rows.forEach(
        row -> counted.merge(Integer.toHexString(Objects.hash(row)) + row, 1, Integer::sum));
    return counted;
  }

  private static List<List<Optional<String>>> read(Connection connection, TableName table)
      throws SQLException {
    CopyTextParser parser = new CopyTextParser(columns(connection, table), table.toString());
    List<List<Optional<String>>> rows = new ArrayList<>();
    CopyOut copy =
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyOut("COPY " + table.sql() + " TO STDOUT");
    byte[] line = copy.readFromCopy();
    while (line != null) {
      rows.add(texts(parser.parse(line), List.of()));
      line = copy.readFromCopy();
    }
    return rows;
  }

  private static int columns(Connection connection, TableName table) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT * FROM " + table.sql() + " LIMIT 0")) {
      return rows.getMetaData().getColumnCount();
    }
  }

  static String utf8(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
