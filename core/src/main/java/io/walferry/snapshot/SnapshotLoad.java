package io.walferry.snapshot;

import io.walferry.buffer.ByteBoundedQueue;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A first load under way: several readers on one exported snapshot, and one thread that takes what
 * they have read. {@link #next} belongs to that thread; {@link #interrupt} may come from any.
 */
public final class SnapshotLoad implements AutoCloseable {
  private static final Duration WITHOUT_END = Duration.ofDays(1);

  private final ByteBoundedQueue<RowBatch> loaded;
  private final AtomicReference<Optional<WalferryException>> failure =
      new AtomicReference<>(Optional.empty());
  private final List<Thread> readers = new ArrayList<>();
  private final Queue<TableChunk> chunks;

  private SnapshotLoad(List<TableChunk> chunks, long bufferBytesMax) {
    this.chunks = new ConcurrentLinkedQueue<>(chunks);
    this.loaded = new ByteBoundedQueue<>(bufferBytesMax, RowBatch::byteSize);
  }

  /** Starts one reader for each session; the sessions share snapshot and locks. */
  static SnapshotLoad start(
      List<Connection> sessions, List<TableChunk> chunks, long bufferBytesMax) {
    SnapshotLoad load = new SnapshotLoad(chunks, bufferBytesMax);
    AtomicInteger running = new AtomicInteger(sessions.size());
    for (Connection session : sessions) {
      ChunkReader reader = new ChunkReader(session, load.chunks, load.loaded, load.failure);
      load.readers.add(
          Thread.ofPlatform()
              .name("walferry-load-" + load.readers.size())
              .daemon()
              .uncaughtExceptionHandler(ChunkReader.reportTo(load.failure, load.loaded))
              .unstarted(
                  () -> {
                    reader.run();
                    if (running.decrementAndGet() == 0) {
                      load.loaded.end();
                    }
                  }));
    }
    load.readers.forEach(Thread::start);
    return load;
  }

  /**
   * The next rows; empty when all were handed out.
   *
   * @throws WalferryException if a reader has failed, or {@code INTERRUPTED}
   */
  public Optional<RowBatch> next() {
    try {
      Optional<RowBatch> batch = loaded.poll(WITHOUT_END);
      if (failure.get().isPresent()) {
        throw failure.get().get();
      }
      if (batch.isEmpty() && !loaded.isDone()) {
        throw new WalferryException(ErrorCode.INTERRUPTED, "stopped within the first load");
      }
      return batch;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WalferryException(ErrorCode.INTERRUPTED, "interrupted in the first load", e);
    }
  }

  /** {@link #next} ends with {@code INTERRUPTED} from now on. */
  public void interrupt() {
    loaded.wake();
  }

  /** Ends the readers; what they have read and nobody has taken is dropped. */
  @Override
  public void close() {
    chunks.clear();
    loaded.end();
    readers.forEach(Thread::interrupt);
  }
}
