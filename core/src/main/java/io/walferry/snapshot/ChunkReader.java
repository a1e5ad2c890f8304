package io.walferry.snapshot;

import io.walferry.buffer.ByteBoundedQueue;
import io.walferry.change.Row;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.PostgresErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicReference;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * One of the threads of a first load: takes chunk after chunk from a queue that it shares with the
 * others, reads it in a session of its own and hands its rows on in batches.
 */
final class ChunkReader implements Runnable {
  private static final long BATCH_BYTES = 512 * 1024;
  private static final int BATCH_ROWS = 4096;

  private final Connection session;
  private final Queue<TableChunk> chunks;
  private final ByteBoundedQueue<RowBatch> loaded;
  private final AtomicReference<Optional<WalferryException>> failure;

  ChunkReader(
      Connection session,
      Queue<TableChunk> chunks,
      ByteBoundedQueue<RowBatch> loaded,
      AtomicReference<Optional<WalferryException>> failure) {
    this.session = session;
    this.chunks = chunks;
    this.loaded = loaded;
    this.failure = failure;
  }

  @Override
  public void run() {
    try {
      TableChunk chunk = chunks.poll();
      while (chunk != null && failure.get().isEmpty()) {
        read(chunk);
        chunk = chunks.poll();
      }
    } catch (WalferryException e) {
      fail(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void fail(WalferryException cause) {
    failure.compareAndSet(Optional.empty(), Optional.of(cause));
    loaded.end();
  }

  private void read(TableChunk chunk) throws InterruptedException {
    try {
      CopyOut copy = session.unwrap(PGConnection.class).getCopyAPI().copyOut(chunk.copyStatement());
      CopyTextParser parser =
          new CopyTextParser(chunk.table().columns().size(), chunk.table().toString());
      List<Row> rows = new ArrayList<>();
      long bytes = 0;
      byte[] line = copy.readFromCopy();
      while (line != null) {
        Row row = parser.parse(line);
        rows.add(row);
        bytes += row.byteSize();
        if (bytes >= BATCH_BYTES || rows.size() == BATCH_ROWS) {
          loaded.put(new RowBatch(chunk.table(), rows, bytes));
          rows.clear();
          bytes = 0;
        }
        line = copy.readFromCopy();
      }
      if (!rows.isEmpty()) {
        loaded.put(new RowBatch(chunk.table(), rows, bytes));
      }
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "read " + chunk.table() + " for the first load");
    }
  }

  /** For a failure that is none of the above: a defect, which must not end the load in silence. */
  static Thread.UncaughtExceptionHandler reportTo(
      AtomicReference<Optional<WalferryException>> failure, ByteBoundedQueue<RowBatch> loaded) {
    return (thread, cause) -> {
      failure.compareAndSet(
          Optional.empty(),
          Optional.of(
              new WalferryException(
                  ErrorCode.INTERNAL, "a reader of the first load has failed: " + cause, cause)));
      loaded.end();
    };
  }
}
