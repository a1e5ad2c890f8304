package io.walferry.stream;

import io.walferry.buffer.ByteBoundedQueue;
import io.walferry.change.Lsn;
import io.walferry.error.WalferryException;
import io.walferry.spool.Spool;
import java.time.Duration;

/**
 * The committed transactions of one slot, in the order of their commits. A thread of its own reads
 * ahead, up to a bound in bytes; another one sends confirmations and answers the server, however
 * long the caller is busy.
 *
 * <p>{@link #next}, {@link #close} and the transactions belong to one thread. {@link #confirm} and
 * {@link #interrupt} may come from any.
 */
public final class ChangeStream implements AutoCloseable {
  private static final long CLOSE_SECONDS_MAX = 5;

  private final CopyBothSocket socket;
  private final StatusClock clock;
  private final ByteBoundedQueue<byte[]> queue;
  private final TransactionReader transactions;
  private final Thread readerThread;
  private final Thread clockThread;

  private ChangeStream(
      CopyBothSocket socket,
      StatusClock clock,
      ByteBoundedQueue<byte[]> queue,
      StreamReader reader,
      TransactionReader transactions) {
    this.socket = socket;
    this.clock = clock;
    this.queue = queue;
    this.transactions = transactions;
    this.readerThread = Thread.ofPlatform().name("walferry-stream-reader").daemon().start(reader);
    this.clockThread = Thread.ofPlatform().name("walferry-status-clock").daemon().start(clock);
  }

  /** Returns once the server has agreed. */
  static ChangeStream open(
      CopyBothSocket socket,
      String where,
      int protocol,
      Lsn confirmed,
      Lsn from,
      SubTransactions subTransactions,
      StreamSettings settings) {
    StatusClock clock =
        new StatusClock(socket, confirmed, settings.statusInterval(), settings.silenceMax());
    ByteBoundedQueue<byte[]> queue =
        new ByteBoundedQueue<>(settings.bufferBytesMax(), block -> block.length);
    StreamReader reader =
        new StreamReader(
            socket, queue, clock, protocol > 1 && settings.output().streaming(), where);
    TransactionReader transactions =
        new TransactionReader(
            new ReceivedBlocks(queue, reader, where),
            protocol,
            from,
            new Spool(settings.spool()),
            subTransactions,
            where);
    ChangeStream stream = new ChangeStream(socket, clock, queue, reader, transactions);
    try {
      reader.awaitStart(settings.silenceMax());
      return stream;
    } catch (WalferryException e) {
      stream.close();
      throw e;
    }
  }

  /**
   * The next event, or {@link StreamEvent.Quiet} if none comes within the time. The last
   * transaction must have been read to its end.
   *
   * @throws io.walferry.error.WalferryException when the stream has ended, with everything that
   *     came before already handed out
   */
  public StreamEvent next(Duration atMost) {
    return transactions.next(atMost);
  }

  /**
   * How often the server has announced a relation. Before the next change of a relation it does so
   * again whenever the publication or the relation may be another one than before.
   */
  public long announcements() {
    return transactions.announcements();
  }

  /**
   * Tells the server, soon, that everything that ends at or before {@code lsn} is durable here and
   * that it need not keep it.
   */
  public void confirm(Lsn lsn) {
    clock.confirm(transactions.confirmable(lsn));
  }

  /**
   * From now on {@link #next} is quiet at once; a transaction that is being read ends with {@code
   * INTERRUPTED}.
   */
  public void interrupt() {
    queue.wake();
  }

  /** Also when this thread is interrupted: the last confirmation and both threads are worth it. */
  private static void join(Thread thread) {
    boolean interrupted = Thread.interrupted();
    try {
      thread.join(Duration.ofSeconds(CLOSE_SECONDS_MAX));
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Sends what is confirmed and ends the connection. What is not committed is forgotten. */
  @Override
  public void close() {
    clock.close();
    join(clockThread);
    socket.close();
    queue.end();
    readerThread.interrupt();
    join(readerThread);
    transactions.close();
  }
}
