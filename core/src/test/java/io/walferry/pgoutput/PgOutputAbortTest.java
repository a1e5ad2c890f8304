package io.walferry.pgoutput;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.SharedServers;
import io.walferry.change.Lsn;
import io.walferry.change.Xid;
import io.walferry.pgoutput.PgOutputMessage.AbortPoint;
import io.walferry.testkit.postgres.Database;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.HashSet;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;
import org.postgresql.replication.PGReplicationStream;

/** Aborts are only sent for what was streamed while it was open, so these need a live stream. */
final class PgOutputAbortTest {
  @ParameterizedTest
  @CsvSource({
    "14, 2, on",
    "15, 3, on",
    "18, 2, on",
    "18, 4, on",
    "16, 4, parallel",
    "17, 4, parallel",
    "18, 4, parallel"
  })
  void decodesTheAbortOfASubTransactionAndOfTheWhole(int major, int protocol, String streaming)
      throws SQLException {
    try (Database database = SharedServers.database(major);
        Connection writer = database.connect();
        Connection reader = replication(database);
        Connection clock = database.connect();
        Statement sql = writer.createStatement()) {
      sql.execute("create table t (id int primary key, a text)");
      PeekedSlot slot = PeekedSlot.create(database, false);
      writer.setAutoCommit(false);
      PgOutputDecoder decoder = new PgOutputDecoder(protocol);
      try (PGReplicationStream stream = start(reader, slot, protocol, streaming)) {
        sql.execute("insert into t select n, repeat('x', 50) from generate_series(1, 3000) n");
        sql.execute("savepoint s");
        sql.execute("insert into t select n, repeat('x', 50) from generate_series(3001, 6000) n");
        awaitXid(stream, decoder, 2);
        AbortPoint beforePart = now(clock);
        sql.execute("rollback to savepoint s");
        AbortPoint afterPart = now(clock);

        // The WAL of the abort is written out with what follows it.
        sql.execute("insert into t select n, repeat('x', 50) from generate_series(7001, 9000) n");
        PgOutputMessage.StreamAbort part = awaitAbort(stream, decoder);
        assertNotEquals(part.xid(), part.subXid());
        assertEquals(streaming.equals("parallel"), part.abort().isPresent());
        part.abort().ifPresent(it -> assertBetween(beforePart, it, afterPart));

        AbortPoint beforeWhole = now(clock);
        sql.execute("rollback");
        AbortPoint afterWhole = now(clock);
        PgOutputMessage.StreamAbort whole = awaitAbort(stream, decoder);
        while (!whole.subXid().equals(part.xid())) {
          whole = awaitAbort(stream, decoder); // Of the sub-transaction after the savepoint.
        }
        assertEquals(part.xid(), whole.xid());
        assertEquals(whole.xid(), whole.subXid());
        assertEquals(part.abort().isPresent(), whole.abort().isPresent());
        whole.abort().ifPresent(it -> assertBetween(beforeWhole, it, afterWhole));
      }
    }
  }

  /** The end of the log and the time, by the server. */
  private static AbortPoint now(Connection clock) throws SQLException {
    try (Statement statement = clock.createStatement();
        ResultSet row =
            statement.executeQuery("select pg_current_wal_insert_lsn(), clock_timestamp()")) {
      row.next();
      return new AbortPoint(
          Lsn.parse(row.getString(1)), row.getObject(2, OffsetDateTime.class).toInstant());
    }
  }

  private static void assertBetween(AbortPoint before, AbortPoint abort, AbortPoint after) {
    assertTrue(
        before.lsn().isBefore(abort.lsn())
            && !abort.lsn().isAfter(after.lsn())
            && !abort.time().isBefore(before.time())
            && !abort.time().isAfter(after.time()),
        abort + " is not between " + before + " and " + after);
  }

  private static Connection replication(Database database) throws SQLException {
    Properties properties = new Properties();
    PGProperty.REPLICATION.set(properties, "database");
    PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "14");
    PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
    PGProperty.OPTIONS.set(properties, "-c logical_decoding_work_mem=64kB");
    return DriverManager.getConnection(database.jdbcUrl(), properties);
  }

  private static PGReplicationStream start(
      Connection connection, PeekedSlot slot, int protocol, String streaming) throws SQLException {
    return connection
        .unwrap(PGConnection.class)
        .getReplicationAPI()
        .replicationStream()
        .logical()
        .withSlotName(slot.slot())
        .withSlotOption("proto_version", protocol)
        .withSlotOption("publication_names", "p")
        .withSlotOption("streaming", streaming)
        .start();
  }

  /** Reads on until so many different transaction ids have come up in rows. */
  private static void awaitXid(PGReplicationStream stream, PgOutputDecoder decoder, int count)
      throws SQLException {
    Set<Xid> xids = new HashSet<>();
    while (xids.size() < count) {
      if (next(stream, decoder) instanceof PgOutputMessage.Insert insert) {
        xids.add(insert.streamXid().orElseThrow());
      }
    }
  }

  private static PgOutputMessage.StreamAbort awaitAbort(
      PGReplicationStream stream, PgOutputDecoder decoder) throws SQLException {
    while (true) {
      if (next(stream, decoder) instanceof PgOutputMessage.StreamAbort abort) {
        return abort;
      }
    }
  }

  private static PgOutputMessage next(PGReplicationStream stream, PgOutputDecoder decoder)
      throws SQLException {
    ByteBuffer buffer = Objects.requireNonNull(stream.read());
    return decoder.decode(
        buffer.array(), buffer.arrayOffset() + buffer.position(), buffer.remaining());
  }
}
