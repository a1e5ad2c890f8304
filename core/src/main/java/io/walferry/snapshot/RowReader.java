package io.walferry.snapshot;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.PostgresErrors;
import io.walferry.publication.PublishedTable;
import io.walferry.publication.SourceText;
import io.walferry.sink.ChunkWriter;
import io.walferry.sink.CopyFormat;
import io.walferry.sink.RowKeys;
import io.walferry.time.NanoClock;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * Reads rows alone that the destination has, or should have: each batch in a short transaction,
 * first the lock, then the snapshot. Never waits for somebody else's transaction. Not for several
 * threads.
 */
public final class RowReader {
  private static final Duration PAUSE = Duration.ofMillis(2);

  /** A commit that is in the stream is a moment away from being seen, as a rule. */
  private static final int ATTEMPTS = 25;

  private static final String LOCK_NOT_AVAILABLE = "55P03";

  private final Connection connection;
  private final SourceText text;
  private final ReadHorizon horizon;
  private final NanoClock clock;

  /**
   * Reads over a connection.
   *
   * @param connection in autocommit mode
   * @param text judges text of the source that may not be UTF-8
   * @param horizon what every read has to see
   * @param clock the clock that the reader waits by
   */
  public RowReader(Connection connection, SourceText text, ReadHorizon horizon, NanoClock clock) {
    this.connection = connection;
    this.text = text;
    this.horizon = horizon;
    this.clock = clock;
  }

  /** What a batch has brought. */
  public record Transferred(SourceSnapshot snapshot, long rows, long bytes) {}

  /**
   * Puts rows as they are now in the place of those that the destination has.
   *
   * @return empty if that cannot be done yet: others have not committed, or hold the table
   * @throws WalferryException {@code INTERRUPTED}, or what the source refuses
   */
  public Optional<Transferred> transfer(TableLedger ledger, RowBatch batch, ChunkWriter writer) {
    PublishedTable table = ledger.table().table();
    try {
      connection.setAutoCommit(false);
      try {
        Optional<SourceSnapshot> snapshot = begin(ledger);
        return snapshot.isEmpty()
            ? Optional.empty()
            : Optional.of(transfer(ledger, batch, writer, snapshot.get()));
      } finally {
        connection.rollback();
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      if (LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
        return Optional.empty();
      }
      throw PostgresErrors.translate(e, "read rows of " + table + " again");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WalferryException(
          ErrorCode.INTERRUPTED, "interrupted while rows of " + table + " were read again", e);
    }
  }

  private Optional<SourceSnapshot> begin(TableLedger ledger)
      throws SQLException, InterruptedException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      try (Statement statement = connection.createStatement()) {
        statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
        statement.execute(ledger.table().setSearchPath());
        statement.execute(
            "LOCK TABLE "
                + ledger.table().table().table().quoted()
                + " IN ACCESS SHARE MODE NOWAIT");
      }
      TableShape.Seen seen = TableShape.read(connection, ledger.table().table());
      requireSame(ledger, seen.shape());
      if (horizon.isSeenBy(seen.snapshot())) {
        return Optional.of(seen.snapshot());
      }
      connection.rollback();
      if (!horizon.isNear(seen.snapshot())) {
        return Optional.empty();
      }
      clock.pause(PAUSE);
    }
    return Optional.empty();
  }

  /** A column of which the destination does not know yet would be lost for what was read. */
  private static void requireSame(TableLedger ledger, TableShape shape) {
    if (!shape.value().equals(ledger.shape())) {
      throw new WalferryException(
          ErrorCode.CONDITION_INVALID,
          "table " + ledger.table().table() + " was altered before its rows could be read again");
    }
  }

  private Transferred transfer(
      TableLedger ledger, RowBatch batch, ChunkWriter writer, SourceSnapshot snapshot)
      throws SQLException {
    LoadTable table = ledger.table();
    List<List<String>> keys = batch.keys();
    if (text.isChecked()) {
      writer.offer(EnumSet.of(CopyFormat.TEXT));
    }
    List<String> columns = table.table().columnNames();
    CopyFormat format = writer.begin(table.table(), new RowKeys(table.keyNames(), keys));
    String select = TableChunk.copyStatement(table, columns, isOneOf(table, keys), format, text);
    SourceLines lines = new SourceLines(text, table.table(), writer);
    try (CopyReading copy = new CopyReading(connection, select)) {
      long bytes = 0;
      Optional<byte[]> message = copy.next();
      while (message.isPresent()) {
        bytes += message.get().length;
        lines.hand(message.get());
        message = copy.next();
      }
      writer.commit(ledger.readEntry(batch, snapshot));
      return new Transferred(snapshot, copy.rows(), bytes);
    }
  }

  /** As a list of values rather than of conditions, so that the key's index serves all of them. */
  private static String isOneOf(LoadTable table, List<List<String>> keys) {
    StringJoiner rows = new StringJoiner(", ", " IN (VALUES ", ")");
    keys.forEach(key -> rows.add("(" + TableChunk.collated(table, key) + ")"));
    return "(" + table.keyList() + ")" + rows;
  }
}
