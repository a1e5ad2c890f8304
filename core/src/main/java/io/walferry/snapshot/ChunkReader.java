package io.walferry.snapshot;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.PublishedTable;
import io.walferry.publication.SourceText;
import io.walferry.sink.ChunkWriter;
import io.walferry.sink.CopyFormat;
import io.walferry.time.NanoClock;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * Reads chunks in a session of its own, each in a short transaction: first the lock (ACCESS SHARE),
 * then the snapshot, for TRUNCATE and rewrites are not MVCC-safe: an older snapshot would find an
 * empty table, and nothing in the stream would tell. Not for several threads.
 */
final class ChunkReader {
  private static final long REPORT_BYTES = 1 << 20;
  private static final Duration PAUSE = Duration.ofMillis(2);
  private static final int ATTEMPTS_IN_SILENCE = 200;

  private static final Set<CopyFormat> TEXT = EnumSet.of(CopyFormat.TEXT);

  private final Connection session;
  private final SourceText text;
  private final Progress progress;
  private final NanoClock clock;

  /** Hears what goes on. */
  interface Progress {
    /** The destination was given some rows. */
    void rows(PublishedTable table, long rows, long bytes) throws InterruptedException;

    /** A read waits for transactions that were running when the table was planned. */
    void waiting(PublishedTable table) throws InterruptedException;
  }

  ChunkReader(Connection session, SourceText text, Progress progress, NanoClock clock) {
    this.session = session;
    this.text = text;
    this.progress = progress;
    this.clock = clock;
  }

  /** Moves a chunk to the destination and returns the snapshot from which changes count for it. */
  SourceSnapshot transfer(TableLedger ledger, TableChunk chunk, ChunkWriter writer)
      throws InterruptedException {
    PublishedTable table = chunk.table().table();
    if (text.isChecked()) {
      writer.offer(TEXT);
    }
    CopyFormat format = writer.begin(table);
    try {
      SourceSnapshot snapshot = ledger.countsFrom(begin(ledger));
      copy(table, chunk.copyStatement(format, text), writer);
      writer.commit(ledger.loadedEntry(chunk, snapshot));
      session.commit();
      return snapshot;
    } catch (SQLException e) {
      throw ledger.table().failure(e, "read " + table + " for its load");
    }
  }

  /** Locks the table, fixes the snapshot, and sees that it is not too old. */
  private SourceSnapshot begin(TableLedger ledger) throws SQLException, InterruptedException {
    for (int attempt = 1; ; attempt++) {
      try (Statement statement = session.createStatement()) {
        statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
        statement.execute(ledger.table().setSearchPath());
        statement.execute(
            "LOCK TABLE " + ledger.table().table().table().quoted() + " IN ACCESS SHARE MODE");
      }
      TableShape.Seen seen = TableShape.read(session, ledger.table().table());
      requireSame(ledger, seen.shape());
      if (seen.snapshot().seesAllOf(ledger.base())) {
        return seen.snapshot();
      }
      session.rollback();
      if (attempt == ATTEMPTS_IN_SILENCE) {
        progress.waiting(ledger.table().table());
      }
      clock.pause(PAUSE);
    }
  }

  private static void requireSame(TableLedger ledger, TableShape shape) {
    if (!shape.value().equals(ledger.shape())) {
      throw new WalferryException(
          ErrorCode.SOURCE_SCHEMA_MOVING,
          "table " + ledger.table().table() + " was altered while it was loaded");
    }
  }

  /** Moves one message, which is not held any more while the next one comes; -1 at the end. */
  private static int move(CopyOut copy, SourceLines lines) throws SQLException {
    byte[] message = copy.readFromCopy();
    if (message == null) {
      return -1;
    }
    int length = message.length;
    lines.hand(message);
    return length;
  }

  private void copy(PublishedTable table, String statement, ChunkWriter writer)
      throws SQLException, InterruptedException {
    SourceLines lines = new SourceLines(text, table, writer);
    CopyOut copy = session.unwrap(PGConnection.class).getCopyAPI().copyOut(statement);
    long messages = 0;
    long reported = 0;
    long bytes = 0;
    for (int length = move(copy, lines); length >= 0; length = move(copy, lines)) {
      messages++;
      bytes += length;
      if (bytes >= REPORT_BYTES) {
        progress.rows(table, messages - reported, bytes);
        reported = messages;
        bytes = 0;
      }
    }
    // A message is a row, but for what the binary form has around them.
    progress.rows(table, copy.getHandledRowCount() - reported, bytes);
  }
}
