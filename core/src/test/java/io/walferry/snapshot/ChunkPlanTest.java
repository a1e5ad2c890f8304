package io.walferry.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.SharedServers;
import io.walferry.publication.PublicationCatalog;
import io.walferry.publication.PublishedTable;
import io.walferry.publication.SourceText;
import io.walferry.sink.CopyFormat;
import io.walferry.sink.CopyTextParser;
import io.walferry.testkit.postgres.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/** Every row is in exactly one chunk, and the source names the same chunk for its key. */
final class ChunkPlanTest {
  private static final long CHUNK_BYTES = 16 * 1024;

  private static final List<String> KEYS =
      List.of(
          "k bigint primary key | (g - 700) * 100003::bigint",
          "k uuid primary key | md5(g::text)::uuid",
          "k text primary key | chr(65 + g % 58) || g",
          "k text collate \"en-US-x-icu\" primary key | (case g % 3 when 0 then 'a' when 1 then 'B'"
              + " else 'ä' end) || g",
          "k varchar(40) collate \"C\" primary key | e'it''s \\\\ \\t \"' || g",
          "k char(12) primary key | 'x' || g",
          "k numeric primary key | (g - 700) / 7.0",
          "k numeric(12,3) primary key | g * 1.5",
          "k float8 primary key | case when g = 1 then 'NaN' when g = 2 then '-Infinity' else"
              + " sqrt(g) end",
          "k timestamptz primary key | case when g = 1 then 'infinity' else now() - g * interval '1"
              + " h' end",
          "k date primary key | date '4713-01-01 BC' + g",
          "k interval primary key | g * interval '1 day 25 h'",
          "k bytea primary key | decode(md5(g::text), 'hex')",
          "k inet primary key | '10.0.0.0'::inet + g",
          "k int[] primary key | array[g % 7, g, null]",
          "k mood_number primary key | g",
          "\"K 1\" int, k2 text collate \"en-US-x-icu\", primary key (\"K 1\", k2) | g % 3, 'ab_'"
              + " || g",
          "k int, k2 numeric(10,2), k3 uuid, primary key (k3, k) | g, g, md5(g::text)::uuid");

  static final List<Integer> MAJORS = SharedServers.OLDEST_AND_NEWEST;

  @ParameterizedTest
  @FieldSource("MAJORS")
  void everyRowIsInTheChunkThatItsKeyIsSaidToBeIn(int major) throws SQLException {
    try (Database database = SharedServers.database(major);
        Connection connection = database.connect()) {
      database.execute("create domain mood_number as int check (value > 0)");
      database.execute("create publication p");
      for (String key : KEYS) {
        String[] parts = key.split(" \\| ", 2);
        database.execute(
            """
            create table t (%s, filler text); alter publication p set table t;
            insert into t select %s, repeat('x', 100) from generate_series(1, 1500) g
            """
                .formatted(parts[0], parts[1]));
        connection.createStatement().execute("set search_path = ''");
        LoadTable table = LoadTable.read(connection, published(connection));

        TableLedger ledger = plan(connection, table);

        assertTrue(ledger.bounds().size() > 4, () -> ledger.bounds().size() + " bounds: " + key);
        requirePartition(connection, ledger, 1500);
        database.execute("drop table t");
      }
    }
  }

  private static void requirePartition(Connection connection, TableLedger ledger, int rows)
      throws SQLException {
    Set<List<String>> seen = new HashSet<>();
    int largest = 0;
    for (TableChunk chunk : ledger.missing()) {
      List<List<String>> keys = keys(connection, ledger.table(), chunk);
      largest = Math.max(largest, keys.size());
      List<KeyPlace> places = KeyPlaces.find(connection, ledger, keys);
      for (KeyPlace place : places) {
        assertEquals(new KeyPlace(chunk.number(), OptionalInt.empty()), place);
      }
      seen.addAll(keys);
    }
    assertEquals(rows, seen.size());
    int fair = rows / (ledger.bounds().size() + 1);
    int found = largest;
    assertTrue(largest < 3 * fair, () -> found + " rows in one chunk instead of " + fair);
  }

  private static List<List<String>> keys(Connection connection, LoadTable table, TableChunk chunk)
      throws SQLException {
    connection.setAutoCommit(false);
    try (var statement = connection.createStatement()) {
      statement.execute(table.setSearchPath());
      CopyOut copy =
          connection
              .unwrap(PGConnection.class)
              .getCopyAPI()
              .copyOut(chunk.copyStatement(CopyFormat.TEXT, SourceText.TRUSTED));
      List<String> columns = table.table().columnNames();
      CopyTextParser parser = new CopyTextParser(columns.size(), "t");
      List<List<String>> keys = new ArrayList<>();
      for (byte[] line = copy.readFromCopy(); line != null; line = copy.readFromCopy()) {
        var row = parser.parse(line);
        keys.add(table.keyNames().stream().map(name -> row.text(columns.indexOf(name))).toList());
      }
      return keys;
    } finally {
      connection.rollback();
      connection.setAutoCommit(true);
    }
  }

  private static PublishedTable published(Connection connection) {
    return new PublicationCatalog(connection).tables("p").getFirst();
  }

  private static TableLedger plan(Connection connection, LoadTable table) {
    return TableLedger.plan(connection, table, SourceSnapshot.read(connection), CHUNK_BYTES);
  }

  @Test
  void aTableWithoutAKeyIsOneChunk() throws SQLException {
    try (Database database = SharedServers.database(14);
        Connection connection = database.connect()) {
      database.execute(
          """
          create table t (a int, b text); create publication p for table t;
          insert into t select g, repeat('x', 100) from generate_series(1, 2000) g
          """);
      TableLedger ledger = plan(connection, LoadTable.read(connection, published(connection)));
      assertEquals(1, ledger.missing().size());
      assertEquals(List.of(), ledger.table().keyNames());
    }
  }

  /** Sees that the cost of a change has a bound: each question for a place names all chunks. */
  @Test
  void chunksOfAVeryLargeTableAreLarger() throws SQLException {
    try (Database database = SharedServers.database(14);
        Connection connection = database.connect()) {
      database.execute(
          """
          create table t (a int primary key, b text); create publication p for table t;
          insert into t select g, repeat('x', 100) from generate_series(1, 20000) g
          """);
      LoadTable table = LoadTable.read(connection, published(connection));
      TableLedger ledger = TableLedger.plan(connection, table, SourceSnapshot.read(connection), 1);
      assertEquals(ChunkPlan.CHUNKS_MAX, ledger.missing().size());
    }
  }

  @Test
  void aTableIsLoadedOnceEachOfItsChunksIs() throws SQLException {
    try (Database database = SharedServers.database(14);
        Connection connection = database.connect()) {
      database.execute(
          """
          create table t (a int primary key, b text); create publication p for table t;
          insert into t select g, repeat('x', 100) from generate_series(1, 2000) g
          """);
      TableLedger ledger = plan(connection, LoadTable.read(connection, published(connection)));
      SourceSnapshot snapshot = SourceSnapshot.read(connection);
      List<TableChunk> missing = ledger.missing();
      for (TableChunk chunk : missing) {
        assertFalse(ledger.isLoaded());
        ledger.loaded(chunk.number(), snapshot);
        ledger.loaded(chunk.number(), snapshot);
      }
      assertTrue(ledger.isLoaded());
    }
  }

  /** What the stream tells of a row is its replica identity, not its primary key. */
  @Test
  void theKeyIsTheReplicaIdentity() throws SQLException {
    try (Database database = SharedServers.database(14);
        Connection connection = database.connect()) {
      database.execute(
          """
          create table t (a int primary key, b text not null unique);
          create publication p for table t
          """);
      assertEquals(List.of("a"), LoadTable.read(connection, published(connection)).keyNames());
      database.execute("alter table t replica identity full");
      assertEquals(List.of("a"), LoadTable.read(connection, published(connection)).keyNames());
      database.execute("alter table t replica identity using index t_b_key");
      assertEquals(List.of("b"), LoadTable.read(connection, published(connection)).keyNames());
    }
  }

  @Test
  void aPartitionedTableIsCutAsAWhole() throws SQLException {
    try (Database database = SharedServers.database(14);
        Connection connection = database.connect()) {
      database.execute(
          """
          create table t (a int, b text, primary key (a)) partition by hash (a);
          create table t0 partition of t for values with (modulus 2, remainder 0);
          create table t1 partition of t for values with (modulus 2, remainder 1);
          create publication p for table t with (publish_via_partition_root);
          insert into t select g, repeat('x', 100) from generate_series(1, 1500) g
          """);
      TableLedger ledger = plan(connection, LoadTable.read(connection, published(connection)));
      assertTrue(ledger.bounds().size() > 4, () -> "" + ledger.bounds());
      requirePartition(connection, ledger, 1500);
    }
  }

  @Test
  void aLedgerComesBackFromItsLines() throws SQLException {
    try (Database database = SharedServers.database(14);
        Connection connection = database.connect()) {
      database.execute(
          """
          create table t (a text, b text, primary key (a, b)); create publication p for table t;
          insert into t select e'tab\\t back\\\\slash ' || g, 'line' || chr(10) || repeat('x', 99)
            from generate_series(1, 1500) g
          """);
      LoadTable table = LoadTable.read(connection, published(connection));
      TableLedger ledger = plan(connection, table);
      SourceSnapshot snapshot = SourceSnapshot.parse("5:9:5");
      List<io.walferry.sink.LedgerEntry> lines = new ArrayList<>(ledger.entries());
      ledger.loaded(1, snapshot);
      lines.removeIf(line -> line.part().equals("1"));
      lines.add(
          ledger.loadedEntry(
              ledger.missing().getFirst().number() == 0
                  ? new TableChunk(table, 1, Optional.empty(), Optional.empty())
                  : ledger.missing().getFirst(),
              snapshot));
      lines.add(ledger.read(List.of("a\tb", "\\t"), snapshot));

      TableLedger again = TableLedger.of(table, lines).orElseThrow();

      assertEquals(ledger.bounds(), again.bounds());
      assertEquals(ledger.missing(), again.missing());
      assertEquals(ledger.rows(), again.rows());
      assertEquals(Set.copyOf(lines), withRows(again));
      assertTrue(again.isCurrent(connection));
      database.execute("alter table t alter b type varchar");
      assertTrue(!again.isCurrent(connection));
    }
  }

  private static Set<io.walferry.sink.LedgerEntry> withRows(TableLedger ledger) {
    Set<io.walferry.sink.LedgerEntry> lines = new HashSet<>(ledger.entries());
    lines.add(ledger.read(List.of("a\tb", "\\t"), SourceSnapshot.parse("5:9:5")));
    return lines.stream()
        .map(
            line ->
                line.kind() == io.walferry.sink.LedgerEntry.Kind.ROW
                    ? new io.walferry.sink.LedgerEntry(
                        line.table(), line.kind(), "1", line.content())
                    : line)
        .collect(java.util.stream.Collectors.toSet());
  }
}
