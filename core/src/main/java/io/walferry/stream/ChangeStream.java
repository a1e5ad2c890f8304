package io.walferry.stream;

import io.walferry.change.Lsn;
import java.time.Duration;

/**
 * The committed transactions of one slot, in the order of their commits: as they come, or from a
 * {@link io.walferry.spool.DurableLog}.
 *
 * <p>{@link #next}, {@link #close} and the transactions belong to one thread. {@link #confirm} and
 * {@link #interrupt} may come from any.
 */
public sealed interface ChangeStream extends AutoCloseable permits LiveStream, LoggedStream {
  /**
   * The next event, or {@link StreamEvent.Quiet} if none comes within the time. The last
   * transaction must have been read to its end.
   *
   * @throws io.walferry.error.WalferryException when the stream has ended, with everything that
   *     came before already handed out
   */
  StreamEvent next(Duration atMost);

  /**
   * How often the server has announced a relation. Before the next change of a relation it does so
   * again whenever the publication or the relation may be another one than before.
   */
  long announcements();

  /**
   * Tells the source of the stream, soon, that everything that ends at or before {@code lsn} is
   * durable here and that it need not be kept.
   */
  void confirm(Lsn lsn);

  /**
   * From now on {@link #next} is quiet at once; a transaction that is being read ends with {@code
   * INTERRUPTED}.
   */
  void interrupt();

  /** Ends it. What is not committed is forgotten. */
  @Override
  void close();
}
