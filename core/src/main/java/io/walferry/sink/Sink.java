package io.walferry.sink;

import io.walferry.change.Change;
import io.walferry.change.Position;
import io.walferry.change.Row;
import io.walferry.change.TransactionHeader;
import io.walferry.publication.PublishedTable;
import java.util.List;

/**
 * A destination of one feed. The pipeline calls it from one thread, in this order:
 *
 * <pre>
 * open  ( startLoad load* finishLoad | resume )  ( (begin append*)+ commit | commit )*  close
 * </pre>
 *
 * <p>Exactly once: {@link #commit} and {@link #finishLoad} write the rows and the position in one
 * destination transaction, after they have seen that the position is still the one that this sink
 * wrote last and that nobody has opened the feed since ({@code DESTINATION_FENCED} otherwise).
 * After any exception the only call left is {@link #close}, which drops what is not committed; the
 * pipeline opens a new sink then, and the outcome of a commit that failed half-way is whatever
 * {@link #open} reads back.
 *
 * <p>Failures are {@link io.walferry.error.WalferryException}s with a {@code DESTINATION_} code and
 * name the table, never a value.
 */
public interface Sink extends AutoCloseable {
  /** What this destination can promise; the same at any time. */
  SinkCapabilities capabilities();

  /**
   * Takes the feed over: raises its epoch, so that a predecessor that is still alive can commit no
   * more, and tells what is there. Creates what the sink needs for itself, nothing else.
   *
   * <p>Where a feed was never begun there is nothing to take over: the destination may stay
   * untouched until the first write, so that a refused start leaves no trace. Of two sinks that
   * both found nothing, the first to write wins and the other fails then.
   *
   * @throws io.walferry.error.WalferryException {@code SOURCE_CHANGED} if the destination follows
   *     another server, timeline or slot under this pipeline's name
   */
  SinkState open(FeedIdentity feed);

  /**
   * Starts a first load: creates missing tables from the columns and keys given, checks the others,
   * and remembers durably that a load has begun. Removes the rows that an unfinished load has left.
   *
   * @throws io.walferry.error.WalferryException {@code DESTINATION_SHAPE} or {@code
   *     DESTINATION_NOT_EMPTY}; then nothing has been written
   */
  void startLoad(List<PublishedTable> tables);

  /**
   * Takes existing rows, with columns in the table's order, all {@code TEXT} or {@code NULL}. They
   * may become visible at once; they count only after {@link #finishLoad}.
   */
  void load(PublishedTable table, List<Row> rows);

  /** Ends the first load: every loaded row and the position are durable when it returns. */
  void finishLoad(Position position);

  /**
   * Goes on after {@link SinkState.Following}: checks that the tables are there with their shape.
   */
  void resume(List<PublishedTable> tables);

  /** The changes that follow belong to this source transaction. */
  void begin(TransactionHeader transaction);

  /** Takes one change; it may be applied now or at {@link #commit}. */
  void append(Change change);

  /**
   * Makes everything since the last commit durable: one or more whole source transactions, or none
   * if only the position moves on. The position is durable when it returns.
   */
  void commit(Position position);

  @Override
  void close();
}
