package io.walferry.snapshot;

import io.walferry.buffer.ByteBoundedQueue;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.PostgresConnector;
import io.walferry.postgres.PostgresErrors;
import io.walferry.publication.PublishedTable;
import io.walferry.publication.SourceText;
import io.walferry.sink.ChunkWriter;
import io.walferry.time.NanoClock;
import io.walferry.time.Stopwatch;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * The threads that bring the missing chunks of some tables to the destination, side by side. Each
 * has a session at the source and a writer at the destination, and takes the next chunk when it has
 * done one, so nobody waits for the largest table. {@link #next} and {@link #close} belong to one
 * thread; {@link #interrupt} may come from any.
 */
public final class ChunkLoad implements AutoCloseable {
  private static final Duration WITHOUT_END = Duration.ofDays(1);
  private static final Duration FINISHING_MAX = Duration.ofSeconds(10);
  private static final int REPORTS_MAX = 256;

  private final SourceText text;
  private final NanoClock clock;
  private final Queue<Task> tasks = new ConcurrentLinkedQueue<>();
  private final ByteBoundedQueue<LoadReport> reports;
  private final AtomicReference<Optional<WalferryException>> failure =
      new AtomicReference<>(Optional.empty());
  private final List<Worker> workers = new ArrayList<>();
  private final AtomicInteger running = new AtomicInteger();
  private volatile boolean closed;

  private record Task(TableLedger ledger, TableChunk chunk) {}

  private ChunkLoad(SourceText text, NanoClock clock) {
    this.text = text;
    this.clock = clock;
    this.reports = new ByteBoundedQueue<>(REPORTS_MAX, report -> 1, clock);
  }

  /**
   * Starts threads with a writer each, which end with the load, or here if one cannot be had.
   *
   * @param readers how many threads
   * @param ledgers of the tables, of which only the chunks that are missing are read
   * @param text judges text of the source that may not be UTF-8
   * @param silenceMax after which a server that does not answer a session counts as lost
   * @param clock the clock that the threads wait by
   */
  public static ChunkLoad start(
      PostgresConnector source,
      Supplier<ChunkWriter> writers,
      int readers,
      List<TableLedger> ledgers,
      SourceText text,
      Duration silenceMax,
      NanoClock clock) {
    ChunkLoad load = new ChunkLoad(text, clock);
    for (TableLedger ledger : largestFirst(ledgers)) {
      ledger.missing().forEach(chunk -> load.tasks.add(new Task(ledger, chunk)));
    }
    try {
      for (int i = 0; i < readers; i++) {
        load.workers.add(load.new Worker(source, writers.get(), silenceMax));
      }
    } catch (RuntimeException | Error e) {
      load.workers.forEach(Worker::closeWriter);
      throw e;
    }
    load.running.set(readers);
    load.workers.forEach(worker -> worker.thread.start());
    return load;
  }

  private static List<TableLedger> largestFirst(List<TableLedger> ledgers) {
    return ledgers.stream()
        .sorted(
            java.util.Comparator.comparingLong(
                    (TableLedger ledger) -> ledger.table().table().byteSize())
                .reversed())
        .toList();
  }

  /**
   * The next thing that has happened; empty when every chunk is there.
   *
   * @throws WalferryException if a thread has failed, or {@code INTERRUPTED}
   */
  public Optional<LoadReport> next() {
    try {
      Optional<LoadReport> report = reports.poll(WITHOUT_END);
      if (failure.get().isPresent()) {
        throw failure.get().get();
      }
      if (report.isEmpty() && !reports.isDone()) {
        throw new WalferryException(ErrorCode.INTERRUPTED, "stopped within a load");
      }
      report.ifPresent(ChunkLoad::remember);
      return report;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WalferryException(ErrorCode.INTERRUPTED, "interrupted in a load", e);
    }
  }

  /** On the thread that the ledgers belong to. */
  private static void remember(LoadReport report) {
    if (report instanceof LoadReport.Chunk(var ledger, var number, var snapshot)) {
      ledger.loaded(number, snapshot);
    }
  }

  /** {@link #next} ends with {@code INTERRUPTED} from now on. */
  public void interrupt() {
    reports.wake();
  }

  private void fail(WalferryException cause) {
    failure.compareAndSet(Optional.empty(), Optional.of(cause));
    reports.end();
  }

  /**
   * Ends the threads, with what they have not committed. Reads end at once; whoever was handed a
   * row may finish with it, so no thread is interrupted then. After half of ten seconds the writers
   * are closed of threads that have not ended by themselves; after all of them, what such a thread
   * still does fails. An interrupt of the calling thread does not end the wait and stays pending.
   */
  @Override
  public void close() {
    closed = true;
    tasks.clear();
    reports.end();
    if (running.get() > 0) {
      workers.forEach(Worker::abort);
    }
    Stopwatch waited = Stopwatch.start(clock);
    workers.forEach(worker -> worker.join(waited.left(FINISHING_MAX.dividedBy(2))));
    workers.stream().filter(worker -> worker.thread.isAlive()).forEach(Worker::closeWriter);
    workers.forEach(worker -> worker.join(waited.left(FINISHING_MAX)));
  }

  private final class Worker implements Runnable, ChunkReader.Progress {
    private final PostgresConnector source;
    private final ChunkWriter writer;
    private final Duration silenceMax;
    private final Thread thread;
    private final AtomicReference<Optional<Connection>> session =
        new AtomicReference<>(Optional.empty());

    Worker(PostgresConnector source, ChunkWriter writer, Duration silenceMax) {
      this.source = source;
      this.writer = writer;
      this.silenceMax = silenceMax;
      this.thread =
          Thread.ofPlatform().name("walferry-load-" + workers.size()).daemon().unstarted(this);
    }

    @Override
    public void run() {
      try {
        transferAll();
      } catch (WalferryException e) {
        fail(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (SQLException e) {
        fail(PostgresErrors.translate(e, "open a session for the load"));
      } catch (RuntimeException | Error e) {
        fail(
            new WalferryException(
                e instanceof OutOfMemoryError ? ErrorCode.MEMORY_EXHAUSTED : ErrorCode.INTERNAL,
                "a reader of existing rows has failed: " + e,
                e));
      } finally {
        closeWriter();
        if (running.decrementAndGet() == 0) {
          reports.end();
        }
      }
    }

    /** What it fails with ends the load, and not the thread that is to say so. */
    private void closeWriter() {
      try {
        writer.close();
      } catch (WalferryException e) {
        fail(e);
      } catch (RuntimeException | Error e) {
        fail(
            new WalferryException(
                ErrorCode.INTERNAL, "a writer of existing rows could not be closed: " + e, e));
      }
    }

    private void transferAll() throws SQLException, InterruptedException {
      Task task = tasks.poll();
      if (task == null) {
        return;
      }
      try (Connection connection = source.connect()) {
        session.set(Optional.of(connection));
        connection.setAutoCommit(false);
        connection.setNetworkTimeout(Runnable::run, (int) silenceMax.toMillis());
        ChunkReader reader = new ChunkReader(connection, text, this, clock);
        while (task != null && failure.get().isEmpty() && !closed) {
          SourceSnapshot snapshot = transfer(reader, task);
          reports.put(new LoadReport.Chunk(task.ledger(), task.chunk().number(), snapshot));
          task = tasks.poll();
        }
      }
    }

    private SourceSnapshot transfer(ChunkReader reader, Task task)
        throws SQLException, InterruptedException {
      try {
        return reader.transfer(task.ledger(), task.chunk(), writer);
      } catch (OutOfMemoryError e) {
        // This session is in the middle of a row, and holds its table.
        session.get().orElseThrow().abort(Runnable::run);
        throw LargestValue.tooLarge(source, task.chunk(), e);
      }
    }

    @Override
    public void rows(PublishedTable table, long rows, long bytes) throws InterruptedException {
      reports.put(new LoadReport.Rows(table, rows, bytes));
    }

    @Override
    public void waiting(PublishedTable table) throws InterruptedException {
      reports.put(new LoadReport.Waiting(table));
    }

    /**
     * Unlike a close, which would wait for the statement that is under way. Whoever has no session
     * yet has handed nobody a row, and will not, so that an interrupt may end its connecting.
     */
    void abort() {
      writer.giveUp();
      if (session.get().isEmpty()) {
        thread.interrupt();
      } else {
        try {
          session.get().get().abort(Runnable::run);
        } catch (SQLException e) {
          throw new WalferryException(
              ErrorCode.INTERNAL, "the driver refused to close its connection", e);
        }
      }
    }

    /** Waits for the end of the thread: while it lives it may be in a call of the destination. */
    void join(Duration atMost) {
      var unused = clock.join(thread, atMost);
    }
  }

  /** What a load has done. */
  public sealed interface LoadReport {
    /** The destination was given some rows. */
    record Rows(PublishedTable table, long rows, long bytes) implements LoadReport {}

    /** A table is read as soon as transactions have ended that were running when it was planned. */
    record Waiting(PublishedTable table) implements LoadReport {}

    /** A chunk is durable there. */
    record Chunk(TableLedger ledger, int number, SourceSnapshot snapshot) implements LoadReport {}
  }
}
