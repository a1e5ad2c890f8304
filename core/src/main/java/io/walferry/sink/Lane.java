package io.walferry.sink;

import io.walferry.change.Change;
import io.walferry.change.Position;
import io.walferry.change.TransactionHeader;

/**
 * A session of its own at a destination. It applies batches of whole transactions beside those of
 * other lanes, and commits each when everything before it is durable:
 *
 * <pre>
 * ( ( begin append* )* apply ( commit | drop ) )*  close
 * </pre>
 *
 * <p>It does not see what other lanes have not committed, and waits where they hold a row; an
 * undetected dependency ends in a failure of this lane, never in another result. For one thread at
 * a time, but for {@link #abort}.
 *
 * <p>Failures are {@link io.walferry.error.WalferryException}s; after one of any call but {@link
 * #commit} nothing of the batch is durable, and the only call left is {@link #close}.
 */
public interface Lane extends AutoCloseable {
  /** The changes that follow belong to this source transaction. Connects if need be. */
  void begin(TransactionHeader transaction);

  /** Takes one change; it may be applied now or at {@link #apply}. */
  void append(Change change);

  /** Applies everything that has come, in a transaction that stays open. */
  void apply();

  /**
   * Makes the batch durable with its position. Only when everything before is durable, and nobody
   * else commits anything of the feed.
   *
   * @throws io.walferry.error.WalferryException as {@link Sink#commit}; the outcome is whatever
   *     {@link Sink#open} reads back
   */
  void commit(Position position);

  /** Takes back everything since the last commit. */
  void drop();

  /** Cuts the connection, so that a call of another thread that waits for the server fails. */
  void abort();

  /** Takes back what was not committed. */
  @Override
  void close();
}
