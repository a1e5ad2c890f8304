package io.walferry.sinks.postgres;

import static io.walferry.sinks.Refusal.refused;
import static io.walferry.sinks.SinkCalls.FEED;
import static io.walferry.sinks.SinkCalls.apply;
import static io.walferry.sinks.SinkCalls.copy;
import static io.walferry.sinks.SinkCalls.following;
import static io.walferry.sinks.SinkCalls.header;
import static io.walferry.sinks.SinkCalls.position;
import static io.walferry.sinks.postgres.PostgresFixture.connector;
import static io.walferry.sinks.postgres.PostgresFixture.rows;
import static io.walferry.sinks.postgres.PostgresFixture.sink;
import static io.walferry.sinks.postgres.RealSource.inserts;
import static io.walferry.sinks.postgres.RealSource.relation;
import static io.walferry.sinks.postgres.RealSource.sent;
import static io.walferry.sinks.postgres.RealSource.types;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Change;
import io.walferry.change.OldRow;
import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.deadletter.DeadLetterSink;
import io.walferry.deadletter.RefusedRows;
import io.walferry.deadletter.RowPolicies;
import io.walferry.error.ErrorCode;
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
import io.walferry.type.TypeCatalog;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Changes whose values come in binary, as the stream has them where it was asked for that. */
@Postgres
final class PostgresBinaryChangesTest {
  /** Types of the same names whose oids are others at the destination. */
  private static final String OTHER_OIDS = "CREATE TYPE earlier AS ENUM ('a', 'b');";

  private static final String NESTED =
      """
      CREATE DOMAIN whole AS percent;
      CREATE DOMAIN feeling AS mood;
      CREATE DOMAIN percents AS percent[];
      CREATE TYPE felt AS (m mood, ms mood[], p pair);
      """;

  private static final List<TypeCase> NESTED_CASES =
      List.of(
          new TypeCase("public.whole", true, List.of("3", "100")),
          new TypeCase("public.feeling", true, List.of("sad")),
          new TypeCase("public.percents", true, List.of("{1,NULL}")),
          new TypeCase("public.percent[]", true, List.of("{1,2}")),
          new TypeCase("public.pair[]", true, List.of("{\"(1,x)\",\"(,)\"}")),
          new TypeCase("public.felt", true, List.of("(sad,\"{sad,sad}\",\"(1,x)\")")),
          new TypeCase("public.span[]", true, List.of("{\"[a,b)\"}")),
          new TypeCase("int8multirange[]", true, List.of("{\"{[1,2),[3,4)}\"}")));

  @ParameterizedTest
  @CsvSource({"14, 18", "18, 14", "17, 17"})
  void everyTypeArrivesAsItPrints(int from, int to, PostgresServers servers) throws SQLException {
    try (Database source = servers.server(from).createDatabase("source");
        Database target = servers.server(to).createDatabase("target")) {
      source.execute(TypeCase.USER_TYPES + NESTED);
      target.execute(OTHER_OIDS + TypeCase.USER_TYPES + NESTED);
      List<TypeCase> cases = new ArrayList<>(TypeCase.ALL);
      cases.addAll(NESTED_CASES);
      List<PublishedTable> tables = TypeCase.create(source, cases);
      TypeCatalog types = types(source, tables);
      try (PostgresSink sink = sink(target)) {
        sink.open(FEED, new Claim());
        sink.prepare(tables);
        sink.learn(types);
        sink.commit(position(0x10));
        int lsn = 0x20;
        for (PublishedTable table : tables) {
          if (types.printsBinary(table.columns().getLast().typeOid())) {
            new TableUnderTest(source, target, sink, table).applyEverything(lsn);
            lsn += 0x10;
          }
        }
        assertTrue(lsn > 0x20 + 50 * 0x10, "only " + (lsn - 0x20) / 0x10 + " types");
      }
    }
  }

  /** Each kind of change, by a list of values and by COPY. */
  private record TableUnderTest(
      Database source, Database target, PostgresSink sink, PublishedTable table) {
    void applyEverything(int lsn) throws SQLException {
      Relation relation = relation(table);
      String all = "SELECT id, v FROM " + table;
      apply(sink, lsn, inserts(relation, sent(source, all)));
      assertArrived(all);
      String many = "SELECT g * 100 + id AS id, v FROM " + table + ", generate_series(1, 60) g";
      apply(sink, lsn + 3, inserts(relation, sent(source, many)));
      assertArrived(all + " UNION ALL " + many);
      String turned =
          ("SELECT a.id, b.v FROM %1$s a, %1$s b"
                  + " WHERE b.id = (a.id + 1) %% (SELECT count(*) FROM %1$s)")
              .formatted(table);
      Change[] updates =
          sent(source, turned).stream()
              .map(row -> new Change.Update(relation, OldRow.Absent.ABSENT, row))
              .toArray(Change[]::new);
      apply(sink, lsn + 6, updates);
      assertArrived(turned + " UNION ALL " + many);
      Change[] deletes =
          sent(source, "SELECT id, NULL FROM (" + many + ") m").stream()
              .map(row -> new Change.Delete(relation, new OldRow.Key(row)))
              .toArray(Change[]::new);
      apply(sink, lsn + 9, deletes);
      assertArrived(turned);
    }

    private void assertArrived(String query) throws SQLException {
      String type = table.columns().getLast().typeName();
      List<String> expected = printed(source, "(" + query + ") q");
      assertFalse(expected.isEmpty());
      assertEquals(expected, printed(target, table.table().toString()), type);
    }

    private static List<String> printed(Database database, String from) throws SQLException {
      List<String> values = new ArrayList<>();
      try (Connection connection = connector(database.uri()).connect();
          var statement = connection.createStatement();
          var result =
              statement.executeQuery("SELECT id || ' ' || v::text FROM " + from + " ORDER BY id")) {
        while (result.next()) {
          values.add(String.valueOf(result.getString(1)));
        }
      }
      return values;
    }
  }

  /**
   * A value that has no text of its own shows that none was made of it: a NaN with a payload. Few
   * rows go column by column; many by COPY, which takes all columns in one form.
   */
  @ParameterizedTest
  @CsvSource({"1, true, 5", "60, true, 5", "1, false, 5", "60, false, 0"})
  void valuesArriveBitByBitWhereTypesAreTheSame(
      int rows, boolean everyColumnIsBinary, int payload, Database target) throws SQLException {
    SourceTable table =
        SourceTable.table("t")
            .key("id", SourceTable.INT4)
            .column("v", SourceTable.FLOAT8)
            .column("w", SourceTable.TEXT)
            .build();
    byte[] odd = {0x7f, (byte) 0xf8, 0, 0, 0, 0, 0, 5};
    try (PostgresSink sink = following(sink(target), table)) {
      sink.begin(header(0x20));
      for (int id = 0; id < rows; id++) {
        byte[] key = ByteBuffer.allocate(Integer.BYTES).putInt(id).array();
        Row row = row(everyColumnIsBinary, key, odd, new byte[] {'x'});
        sink.append(new Change.Insert(table.relation(), row));
      }
      sink.commit(position(0x21));
    }
    assertEquals(
        List.of(rows + "|\\x7ff800000000000" + payload + "|x"),
        rows(target, "SELECT count(*), float8send(v), w FROM t GROUP BY float8send(v), w"));
  }

  /**
   * What arithmetic makes has another sign than what is read, which is what the old rows are here;
   * and zeros with other signs are other values.
   */
  @ParameterizedTest
  @CsvSource({"14, 18", "18, 14"})
  void aNanThatCameInBinaryIsFoundByItsText(int from, int to, PostgresServers servers)
      throws SQLException {
    try (Database source = servers.server(from).createDatabase("source");
        Database target = servers.server(to).createDatabase("target")) {
      source.execute(
          """
          CREATE TABLE t (id int, x float8, r float4, xs float8[], p point, z float8);
          ALTER TABLE t REPLICA IDENTITY FULL;
          INSERT INTO t SELECT g, n, r, ARRAY[n, 1], point(n, 0), '-0'
            FROM generate_series(1, 4) g, CAST(float8 'inf' - 'inf' AS float8) n,
              CAST(float4 'inf' - 'inf' AS float4) r;
          CREATE PUBLICATION p FOR TABLE t;
          """);
      List<PublishedTable> tables;
      try (Connection connection = connector(source.uri()).connect()) {
        tables = new PublicationCatalog(connection).tables("p");
      }
      Relation relation = relation(tables.getFirst());
      try (PostgresSink sink = sink(target)) {
        sink.open(FEED, new Claim());
        sink.prepare(tables);
        sink.learn(types(source, tables));
        sink.commit(position(0x10));
        try (ChunkWriter writer = sink.chunkWriter()) {
          assertEquals(CopyFormat.BINARY, writer.begin(tables.getFirst()));
          copy(writer, CopyFormat.BINARY, source, "SELECT * FROM public.t WHERE id <= 2");
          writer.commit(
              new LedgerEntry(tables.getFirst().table(), LedgerEntry.Kind.CHUNK, "1", ""));
        }
        List<Row> binary = sent(source, "SELECT * FROM public.t WHERE id > 2");
        apply(sink, 0x20, inserts(relation, binary));
        assertEquals(
            List.of("4|fff8000000000000|ffc00000"),
            rows(
                target,
                "SELECT count(*), encode(float8send(x), 'hex'), encode(float4send(r), 'hex')"
                    + " FROM t GROUP BY 2, 3"));
        String[] kept = {"2", "NaN", "NaN", "{NaN,1}", "(NaN,0)", "0"};
        apply(
            sink,
            0x30,
            new Change.Delete(relation, nans("1", "-0")),
            new Change.Update(relation, nans("2", "-0"), SourceTable.row(kept)),
            new Change.Delete(relation, nans("3", "-0")));
        assertEquals(
            List.of("2|NaN|NaN|{NaN,1}|(NaN,0)|0", "4|NaN|NaN|{NaN,1}|(NaN,0)|-0"),
            rows(target, "SELECT * FROM t ORDER BY id"));
        refused(
            ErrorCode.DESTINATION_ROW_MISSING,
            () -> apply(sink, 0x40, new Change.Delete(relation, nans("4", "0"))));
      }
    }
  }

  private static OldRow nans(String id, String zero) {
    return SourceTable.full(id, "NaN", "NaN", "{NaN,1}", "(NaN,0)", zero);
  }

  /** A byte that is no ASCII has a text that servers before 16 take for a backslash. */
  @ParameterizedTest
  @CsvSource({"17, 14, false", "14, 14, false", "14, 18, true", "17, 18, true"})
  void aCharBeyondAsciiArrivesOrIsRefused(
      int from, int to, boolean takesText, PostgresServers servers) throws SQLException {
    try (Database source = servers.server(from).createDatabase("source");
        Database target = servers.server(to).createDatabase("target")) {
      source.execute(
          """
          CREATE TABLE t (id int PRIMARY KEY, c "char", a "char"[]);
          INSERT INTO t SELECT g, c, ARRAY[c, '\\']
            FROM generate_series(1, 2) g, CAST((-23)::"char" AS "char") c;
          CREATE PUBLICATION p FOR TABLE t;
          """);
      List<PublishedTable> tables;
      try (Connection connection = connector(source.uri()).connect()) {
        tables = new PublicationCatalog(connection).tables("p");
      }
      Relation relation = relation(tables.getFirst());
      String contents = "SELECT id, c::int, a[1]::int, a[2]::int FROM t ORDER BY id";
      List<Row> binary = sent(source, "SELECT * FROM public.t ORDER BY id");
      Row ascii = SourceTable.row("3", "\\", "{\"\\\\\",\"\\\\\"}");
      Change[] mixed = inserts(relation, List.of(binary.getLast(), ascii));
      List<Row> text = new ArrayList<>();
      for (int id = 100; id < 160; id++) {
        text.add(SourceTable.row(String.valueOf(id), "\\351", "{}"));
      }
      try (PostgresSink sink = sink(target)) {
        sink.open(FEED, new Claim());
        sink.prepare(tables);
        sink.learn(types(source, tables));
        sink.commit(position(0x10));
        try (ChunkWriter writer = sink.chunkWriter()) {
          assertEquals(CopyFormat.BINARY, writer.begin(tables.getFirst()));
          copy(writer, CopyFormat.BINARY, source, "SELECT * FROM public.t WHERE id = 1");
          writer.commit(
              new LedgerEntry(tables.getFirst().table(), LedgerEntry.Kind.CHUNK, "1", ""));
        }
        assertEquals(List.of("1|-23|-23|92"), rows(target, contents));
        if (takesText) {
          apply(sink, 0x30, mixed);
          apply(sink, 0x40, inserts(relation, text));
          assertEquals(
              List.of("60"), rows(target, "SELECT count(*) FROM t WHERE id > 3 AND c::int = -23"));
          apply(sink, 0x50, new Change.Truncate(List.of(relation), false, false));
          apply(sink, 0x60, mixed);
          assertEquals(List.of("2|-23|-23|92", "3|92|92|92"), rows(target, contents));
          return;
        }
        refused(ErrorCode.DESTINATION_ROW_REFUSED, () -> apply(sink, 0x30, mixed));
      }
      try (PostgresSink sink = sink(target)) {
        sink.open(FEED, new Claim());
        sink.resume(tables);
        sink.learn(types(source, tables));
        refused(
            ErrorCode.DESTINATION_ROW_REFUSED, () -> apply(sink, 0x40, inserts(relation, text)));
      }
      assertEquals(List.of("1|-23|-23|92"), rows(target, contents));
    }
  }

  /** The last column as text or in binary, which is the same for its type. */
  private static Row row(boolean binary, byte[] key, byte[] odd, byte[] last) {
    byte[] bytes = new byte[key.length + odd.length + last.length];
    System.arraycopy(key, 0, bytes, 0, key.length);
    System.arraycopy(odd, 0, bytes, key.length, odd.length);
    System.arraycopy(last, 0, bytes, key.length + odd.length, last.length);
    Row.Builder row = new Row.Builder(bytes, 3).binary(0, 4).binary(4, 8);
    return (binary ? row.binary(12, 1) : row.text(12, 1)).build();
  }

  /** A row that was read again is text, while its later changes are binary. */
  @Test
  void aRowThatCameAsTextIsChangedInBinary(Database source) throws SQLException {
    source.execute("CREATE TABLE t (id int PRIMARY KEY, v text)");
    source.execute("INSERT INTO t VALUES (7, 'second'), (8, 'other')");
    SourceTable table =
        SourceTable.table("t").key("id", SourceTable.INT4).column("v", SourceTable.TEXT).build();
    Relation relation = table.relation();
    try (Database target = source.server().createDatabase("target");
        PostgresSink sink = following(sink(target), table)) {
      List<Row> binary = sent(source, "SELECT id, v FROM public.t ORDER BY id");
      sink.begin(header(0x20));
      sink.append(table.insert("7", "first"));
      sink.append(new Change.Update(relation, OldRow.Absent.ABSENT, binary.getFirst()));
      sink.append(new Change.Insert(relation, binary.getLast()));
      sink.append(table.update("8", "third"));
      sink.commit(position(0x21));
      assertEquals(List.of("7|second", "8|third"), rows(target, "SELECT * FROM t ORDER BY id"));
    }
  }

  @Test
  void binaryIsPreferredWhereEveryColumnPasses(Database source) throws SQLException {
    source.execute(
        """
        CREATE TYPE mood AS ENUM ('ok');
        CREATE DOMAIN feeling AS mood;
        CREATE TABLE good (id int PRIMARY KEY, m mood, f feeling, j jsonb, a text[]);
        CREATE TABLE bad (id int PRIMARY KEY, m mood[]);
        CREATE PUBLICATION p FOR ALL TABLES;
        """);
    try (Database target = source.server().createDatabase("target");
        Connection connection = connector(source.uri()).connect();
        PostgresSink sink = sink(target)) {
      List<PublishedTable> tables = new PublicationCatalog(connection).tables("p");
      sink.learn(types(source, tables));
      List<PublishedTable> good =
          tables.stream().filter(table -> table.table().name().equals("good")).toList();
      assertEquals(2, tables.size());
      assertTrue(sink.prefersBinary(good));
      assertFalse(sink.prefersBinary(tables));
    }
  }

  /** Letters and their keys could not be written otherwise. */
  @Test
  void textIsTakenWhereRowsMayBecomeLetters(Database target) {
    try (PostgresSink sink = sink(target);
        DeadLetterSink letters =
            new DeadLetterSink(sink, RowPolicies.DEAD_LETTERS, RefusedRows.SILENT)) {
      assertTrue(sink.capabilities().takesBinary());
      assertFalse(letters.capabilities().takesBinary());
    }
  }
}
