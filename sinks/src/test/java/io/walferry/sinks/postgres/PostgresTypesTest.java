package io.walferry.sinks.postgres;

import static io.walferry.sinks.SinkCalls.FEED;
import static io.walferry.sinks.SinkCalls.apply;
import static io.walferry.sinks.SinkCalls.copy;
import static io.walferry.sinks.SinkCalls.position;
import static io.walferry.sinks.postgres.PostgresFixture.connector;
import static io.walferry.sinks.postgres.PostgresFixture.sink;
import static io.walferry.sinks.postgres.RealSource.inserts;
import static io.walferry.sinks.postgres.RealSource.relation;
import static io.walferry.sinks.postgres.RealSource.sent;
import static io.walferry.sinks.postgres.RealSource.types;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Change;
import io.walferry.change.OldRow;
import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.publication.PublicationCatalog;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.ChunkWriter;
import io.walferry.sink.Claim;
import io.walferry.sink.CopyFormat;
import io.walferry.sink.LedgerEntry;
import io.walferry.sinks.SourceTable;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServers;
import io.walferry.testkit.type.TypeCases;
import io.walferry.testkit.type.TypeColumn;
import io.walferry.type.TypeCatalog;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every value of every type is printed by the destination as the source prints it, loaded by COPY
 * in text and in what form the sink prefers, and written by the stream in text and in binary.
 */
@Postgres
final class PostgresTypesTest {
  /** Types of the same names whose oids are others at the destination. */
  private static final String OTHER_OIDS = "CREATE TYPE earlier AS ENUM ('a', 'b');";

  @ParameterizedTest
  @CsvSource({"14, 18", "18, 14"})
  void everyValueComesBack(int from, int to, PostgresServers servers) throws SQLException {
    try (Database source = servers.server(from).createDatabase("source");
        Database target = servers.server(to).createDatabase("target")) {
      List<TypeColumn> columns = TypeColumn.all(source, Math.min(from, to));
      target.execute(OTHER_OIDS + TypeCases.SETUP);
      List<PublishedTable> tables = publish(source, columns);
      TypeCatalog types = types(source, tables);
      try (PostgresSink sink = sink(target)) {
        sink.open(FEED, new Claim());
        sink.prepare(tables);
        sink.learn(types);
        sink.commit(position(0x10));
        int binaries = 0;
        for (PublishedTable table : tables) {
          boolean binary =
              !column(table, columns).type().startsWith("aclitem")
                  && types.printsBinary(table.columns().getLast().typeOid());
          binaries += binary ? 1 : 0;
          new Pair(source, target, sink, table, relation(table))
              .assertArrives(column(table, columns), binary);
        }
        assertTrue(binaries > 50, "types that come in binary: " + binaries);
      }
    }
  }

  private static TypeColumn column(PublishedTable table, List<TypeColumn> columns) {
    return columns.stream()
        .filter(column -> column.table().equals(table.table().name()))
        .findFirst()
        .orElseThrow();
  }

  private static List<PublishedTable> publish(Database source, List<TypeColumn> columns)
      throws SQLException {
    try (Connection connection = connector(source.uri()).connect();
        Statement statement = connection.createStatement()) {
      for (TypeColumn column : columns) {
        String table = "public." + column.table();
        statement.execute(
            "CREATE TABLE " + table + " (id int PRIMARY KEY, v " + column.type() + ")");
        statement.execute("INSERT INTO " + table + " " + column.query());
      }
      statement.execute(
          "CREATE PUBLICATION p FOR TABLE "
              + columns.stream()
                  .map(column -> "public." + column.table())
                  .collect(Collectors.joining(", ")));
      return new PublicationCatalog(connection).tables("p");
    }
  }

  /** One table at both sides. */
  private record Pair(
      Database source,
      Database target,
      PostgresSink sink,
      PublishedTable table,
      Relation relation) {
    void assertArrives(TypeColumn column, boolean binary) throws SQLException {
      List<String> expected = new ArrayList<>(List.of("-1 <NULL>"));
      column.texts().forEach((id, text) -> expected.add(id + " " + text));
      assertEquals(expected, printed(source), column + " at the source");
      for (Set<CopyFormat> offered :
          List.of(EnumSet.of(CopyFormat.TEXT), EnumSet.allOf(CopyFormat.class))) {
        load(offered);
        assertEquals(expected, printed(target), column + " loaded from " + offered);
        empty();
      }
      write(texts(column));
      assertEquals(expected, printed(target), column + " written in text");
      if (binary) {
        empty();
        write(sent(source, "SELECT id, v FROM " + table.table().quoted()));
        assertEquals(expected, printed(target), column + " written in binary");
      }
    }

    private void load(Set<CopyFormat> offered) throws SQLException {
      try (ChunkWriter writer = sink.chunkWriter()) {
        writer.offer(offered);
        CopyFormat format = writer.begin(table);
        copy(writer, format, source, "SELECT id, v FROM " + table.table().quoted());
        writer.commit(new LedgerEntry(table.table(), LedgerEntry.Kind.CHUNK, "1", ""));
      }
    }

    private void empty() {
      apply(sink, 0x20, new Change.Truncate(List.of(relation), false, false));
    }

    /** Inserted, set to NULL, and updated. */
    private void write(List<Row> rows) {
      apply(sink, 0x30, inserts(relation, rows));
      List<Change> changes = new ArrayList<>();
      for (int id = -1; id < rows.size() - 1; id++) {
        changes.add(update(SourceTable.row("" + id, SourceTable.NULL)));
      }
      apply(sink, 0x40, changes.toArray(Change[]::new));
      apply(sink, 0x50, rows.stream().map(this::update).toArray(Change[]::new));
    }

    private Change update(Row row) {
      return new Change.Update(relation, OldRow.Absent.ABSENT, row);
    }

    private static List<Row> texts(TypeColumn column) {
      List<Row> rows = new ArrayList<>(List.of(SourceTable.row("-1", SourceTable.NULL)));
      column.texts().forEach((id, text) -> rows.add(SourceTable.row("" + id, text)));
      return rows;
    }

    private List<String> printed(Database database) throws SQLException {
      List<String> values = new ArrayList<>();
      try (Connection connection = connector(database.uri()).connect();
          Statement statement = connection.createStatement();
          ResultSet rows =
              statement.executeQuery(
                  "SELECT id, format('%s', v), v IS NOT DISTINCT FROM NULL FROM "
                      + table.table().quoted()
                      + " ORDER BY id")) {
        while (rows.next()) {
          values.add(rows.getInt(1) + " " + (rows.getBoolean(3) ? "<NULL>" : rows.getString(2)));
        }
      }
      return values;
    }
  }
}
