package io.walferry.sinks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.TransactionHeader;
import io.walferry.change.Xid;
import io.walferry.postgres.ConnectionSettings;
import io.walferry.postgres.PostgresConnector;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.ChunkWriter;
import io.walferry.sink.Claim;
import io.walferry.sink.CopyFormat;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.Sink;
import io.walferry.sink.SinkState;
import io.walferry.testkit.postgres.Database;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/** Calls a sink as the pipeline does, with made-up positions. */
public final class SinkCalls {
  public static final FeedIdentity FEED = new FeedIdentity("shop", -2L, 1, "walferry_shop");

  private SinkCalls() {}

  public static List<PublishedTable> published(SourceTable... tables) {
    return Arrays.stream(tables).map(SourceTable::published).toList();
  }

  public static Position position(long lsn) {
    return new Position(new Lsn(lsn), new Xid((int) lsn));
  }

  public static TransactionHeader header(long lsn) {
    return new TransactionHeader(new Xid((int) lsn), new Lsn(lsn), Instant.EPOCH);
  }

  /** What a sink knows that has come so far and has no ledger. */
  public static SinkState at(long lsn) {
    return new SinkState.Following(position(lsn), FEED, List.of());
  }

  public static LedgerEntry chunk(SourceTable table, String part) {
    return new LedgerEntry(table.published().table(), LedgerEntry.Kind.CHUNK, part, "as read");
  }

  /** Finishes an empty first load of the tables at 0/10. */
  public static <S extends Sink> S following(S sink, SourceTable... tables) {
    sink.open(FEED, new Claim());
    sink.prepare(published(tables));
    sink.commit(position(0x10));
    return sink;
  }

  /** A chunk called 1 of these lines, alone. */
  public static void load(Sink sink, SourceTable table, byte[]... lines) {
    try (ChunkWriter writer = sink.chunkWriter()) {
      assertEquals(CopyFormat.TEXT, writer.begin(table.published()));
      Arrays.stream(lines).forEach(writer::write);
      writer.commit(chunk(table, "1"));
    }
  }

  /** A chunk called 1 of the rows of a query, alone. */
  public static void load(Sink sink, SourceTable table, Database source, String query)
      throws SQLException {
    try (ChunkWriter writer = sink.chunkWriter()) {
      copy(writer, table, source, query);
      writer.commit(chunk(table, "1"));
    }
  }

  /** Begins a chunk and hands the messages of a COPY of the query on, as the pipeline does. */
  public static void copy(ChunkWriter writer, SourceTable table, Database source, String query)
      throws SQLException {
    copy(writer, writer.begin(table.published()), source, query);
  }

  /** Hands the messages of a COPY in that form on. */
  public static void copy(ChunkWriter writer, CopyFormat format, Database source, String query)
      throws SQLException {
    String form =
        switch (format) {
          case TEXT -> "";
          case BINARY -> " (FORMAT binary)";
        };
    String uri = source.uri();
    try (Connection connection =
        new PostgresConnector(ConnectionSettings.parse(uri, Map.of()), "source").connect()) {
      CopyOut copy =
          connection
              .unwrap(PGConnection.class)
              .getCopyAPI()
              .copyOut("COPY (" + query + ") TO STDOUT" + form);
      byte[] message = copy.readFromCopy();
      while (message != null) {
        writer.write(message);
        message = copy.readFromCopy();
      }
    }
  }

  /** A line of COPY's text; see {@link SourceTable#NULL}. */
  @SuppressWarnings("ReferenceEquality") // The mark is an object, so that any text can be a value.
  public static byte[] line(String... values) {
    StringJoiner line = new StringJoiner("\t", "", "\n");
    for (String value : values) {
      line.add(value == SourceTable.NULL ? "\\N" : escaped(value));
    }
    return line.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static String escaped(String value) {
    return value
        .replace("\\", "\\\\")
        .replace("\t", "\\t")
        .replace("\n", "\\n")
        .replace("\r", "\\r");
  }

  /** One source transaction, committed alone; its position is one after its commit. */
  public static void apply(Sink sink, long lsn, Change... changes) {
    sink.begin(header(lsn));
    Arrays.stream(changes).forEach(sink::append);
    sink.commit(position(lsn + 1));
  }
}
