package io.walferry.stream;

import io.walferry.buffer.ByteBoundedQueue;
import io.walferry.change.Lsn;
import io.walferry.error.WalferryException;
import io.walferry.spool.Spool;
import io.walferry.time.NanoClock;
import java.time.Duration;

/**
 * The stream of a replication connection. A thread of its own reads ahead, up to a bound in bytes;
 * another one sends confirmations and answers the server, however long the caller is busy.
 */
final class LiveStream implements ChangeStream {
  private static final Duration CLOSE_MAX = Duration.ofSeconds(5);

  private final CopyBothSocket socket;
  private final StatusClock statusClock;
  private final NanoClock clock;
  private final ByteBoundedQueue<byte[]> queue;
  private final TransactionReader transactions;
  private final Thread readerThread;
  private final Thread clockThread;

  private LiveStream(
      CopyBothSocket socket,
      StatusClock statusClock,
      NanoClock clock,
      ByteBoundedQueue<byte[]> queue,
      StreamReader reader,
      TransactionReader transactions) {
    this.socket = socket;
    this.statusClock = statusClock;
    this.clock = clock;
    this.queue = queue;
    this.transactions = transactions;
    this.readerThread = Thread.ofPlatform().name("walferry-stream-reader").daemon().start(reader);
    this.clockThread =
        Thread.ofPlatform().name("walferry-status-clock").daemon().start(statusClock);
  }

  /** Returns once the server has agreed. */
  static LiveStream open(
      CopyBothSocket socket,
      String where,
      int protocol,
      Lsn confirmed,
      Lsn from,
      SubTransactions subTransactions,
      StreamSettings settings) {
    NanoClock clock = settings.clock();
    StatusClock statusClock = new StatusClock(socket, confirmed, settings.timing());
    ByteBoundedQueue<byte[]> queue =
        new ByteBoundedQueue<>(settings.bufferBytesMax(), block -> block.length, clock);
    StreamReader reader =
        new StreamReader(
            socket,
            queue,
            statusClock,
            clock,
            protocol > 1 && settings.output().streaming(),
            where);
    TransactionReader transactions =
        new TransactionReader(
            new ReceivedBlocks(queue, reader, where, clock),
            protocol,
            from,
            new Spool(settings.spool()),
            subTransactions);
    LiveStream stream = new LiveStream(socket, statusClock, clock, queue, reader, transactions);
    try {
      reader.awaitStart(settings.silenceMax());
      return stream;
    } catch (WalferryException e) {
      stream.close();
      throw e;
    }
  }

  @Override
  public StreamEvent next(Duration atMost) {
    return transactions.next(atMost);
  }

  @Override
  public long announcements() {
    return transactions.announcements();
  }

  @Override
  public void confirm(Lsn lsn) {
    statusClock.confirm(transactions.confirmable(lsn));
  }

  @Override
  public void interrupt() {
    queue.wake();
  }

  /**
   * Sends what is confirmed first. An interrupt does not shorten this: the last confirmation and
   * the end of both threads are worth the wait.
   */
  @Override
  public void close() {
    statusClock.close();
    boolean unused = clock.join(clockThread, CLOSE_MAX);
    socket.close();
    queue.end();
    readerThread.interrupt();
    unused = clock.join(readerThread, CLOSE_MAX);
    transactions.close();
  }
}
