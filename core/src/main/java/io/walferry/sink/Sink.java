package io.walferry.sink;

import io.walferry.change.Change;
import io.walferry.change.Position;
import io.walferry.change.Relation;
import io.walferry.change.TableId;
import io.walferry.change.TransactionHeader;
import io.walferry.error.WalferryException;
import io.walferry.publication.PublishedTable;
import io.walferry.publication.SourceIndex;
import io.walferry.type.TypeCatalog;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A destination of one feed. The pipeline calls it from one thread:
 *
 * <pre>
 * open  ( ( prepare | resume | empty | index | note | forget | begin ( append | setAside )* )*
 *     commit settle* )*
 * close
 * </pre>
 *
 * <p>Exactly once: {@link #commit} makes everything since the last commit durable together with the
 * position, in one destination transaction, after it has seen that the position is still the one
 * that this sink wrote last and that nobody has taken the feed over since ({@code
 * DESTINATION_FENCED} otherwise). After any exception the only call left is {@link #close}, which
 * drops what is not committed; the pipeline opens a new sink then, and the outcome of a commit that
 * failed half-way is whatever {@link #open} reads back.
 *
 * <p>Existing rows come in chunks, through {@link #chunkWriter writers} of their own. While there
 * are unsettled lines in the ledger the destination is not consistent, and says so to whoever looks
 * at its position.
 *
 * <p>Failures are {@link io.walferry.error.WalferryException}s with a {@code DESTINATION_} code and
 * name the table, never a value.
 */
public interface Sink extends AutoCloseable {
  /** What this destination can promise; the same at any time. */
  SinkCapabilities capabilities();

  /**
   * Takes the feed over: saves the epoch of the claim, so that a predecessor that is still alive
   * can commit no more, and tells what is there. Creates what the sink needs for itself, nothing
   * else.
   *
   * <p>A process takes a feed over once. All sinks that it makes for the same destination, one
   * after the other, present the same claim, and the later ones open only if nobody has taken the
   * feed over since: a process that was replaced while it stood still does not strike back.
   *
   * <p>Where a feed was never begun there is nothing to take over: the destination may stay
   * untouched until the first write, so that a refused start leaves no trace. Of two sinks that
   * both found nothing, the first to write wins and the other fails then.
   *
   * <p>A position of another timeline is no reason to refuse: the pipeline knows whether it is
   * worth anything. Timeline and system id of this feed are saved with the next commit, and not
   * before.
   *
   * @throws io.walferry.error.WalferryException {@code SOURCE_CHANGED} if the destination follows
   *     another server or slot under this pipeline's name, as {@link Claim#requireSource} says;
   *     {@code DESTINATION_FENCED} as {@link Claim#require} says
   */
  SinkState open(FeedIdentity feed, Claim claim);

  /**
   * Gets tables ready for their first load: creates missing ones from the columns and keys given,
   * adds columns that existing ones lack, and treats rows that are there as its settings say. Their
   * rows may come right after the next commit.
   *
   * @throws io.walferry.error.WalferryException {@code DESTINATION_SHAPE} or {@code
   *     DESTINATION_NOT_EMPTY}; then nothing has been written
   */
  void prepare(List<PublishedTable> tables);

  /**
   * Checks that tables which have their rows are there with their shape: with the columns that
   * their last change had, if the sink {@link SinkCapabilities#altersTables alters tables}, else
   * with those that the catalog has.
   *
   * @throws io.walferry.error.WalferryException {@code DESTINATION_SHAPE}
   */
  void resume(List<PublishedTable> tables);

  /**
   * Removes every row of a table that is to be loaded again.
   *
   * @throws io.walferry.error.WalferryException {@code DESTINATION_NOT_EMPTY} if its settings have
   *     let rows stay that are not the feed's
   */
  void empty(PublishedTable table);

  /**
   * The same for a table that is altered behind the next commit, before it is loaded: nothing of
   * the columns that it is to have is looked for yet.
   *
   * @throws io.walferry.error.WalferryException as {@link #empty} does
   */
  default void emptyToAlter(PublishedTable table) {
    empty(table);
  }

  /** Adds lines to the ledger, or replaces those of the same table, kind and part. */
  void note(List<LedgerEntry> entries);

  /** Removes the table's lines of these kinds from the ledger. */
  void forget(TableId table, Set<LedgerEntry.Kind> kinds);

  /**
   * A writer for chunks of a load. Only right after a commit, with nothing begun here until every
   * writer is closed.
   */
  ChunkWriter chunkWriter();

  /**
   * What the types of the source's columns are, for a sink that takes binary: told before the first
   * change and whenever more is known, also within a transaction. Every type of every change that
   * follows is in it.
   */
  default void learn(TypeCatalog types) {}

  /**
   * Whether changes of these tables are better sent in binary than as text, if nobody has said
   * which it shall be. Only where the sink takes binary, and after {@link #learn}.
   */
  default boolean prefersBinary(List<PublishedTable> tables) {
    return true;
  }

  /**
   * The changes that follow are of a table with other columns: has them at the destination too, as
   * its settings say. Only where the sink {@link SinkCapabilities#altersTables says so}; between
   * any two changes, before or behind {@link #begin}.
   *
   * <p>Where alterations are {@link SinkCapabilities.Alterations#ON_THEIR_OWN on their own},
   * everything before was committed, if need be in the middle of a source transaction: the ledger
   * says then how much of it is there.
   *
   * <p>What is asked for may be there already, since somebody has done it by hand or an earlier
   * attempt has: the sink looks first. It becomes durable with the changes around it, or can be
   * done again.
   *
   * @return whether the table has to be loaded again, since nobody knows what its rows have in a
   *     new column, which is then made by {@link #prepare}
   * @throws io.walferry.error.WalferryException {@code DESTINATION_DDL_HALTED} if the settings want
   *     somebody to do it by hand
   */
  default boolean alter(TableAlteration alteration) {
    throw new UnsupportedOperationException("This destination alters no tables");
  }

  /**
   * Decides what becomes of rows that print otherwise at the source since a type was altered in
   * place, as its settings say. Nothing is done here.
   *
   * @return whether the table has to be loaded again
   * @throws io.walferry.error.WalferryException {@code DESTINATION_DDL_HALTED} if the settings want
   *     somebody to do something by hand first
   */
  default boolean alter(TypeAlteration alteration) {
    return true;
  }

  /**
   * Whether a table is to be followed from now on that this destination has not met: the source has
   * made it, or has come to publish it. Asked before {@link #prepare} or {@link #resume}, but not
   * for the first load of a feed.
   *
   * @throws io.walferry.error.WalferryException {@code DESTINATION_DDL_HALTED} if the settings want
   *     somebody to make it here by hand, and nobody has
   */
  default boolean admits(PublishedTable table) {
    return true;
  }

  /**
   * Whether {@link #prepare} would create the table. Where that may become durable before the table
   * is cut into chunks, the ledger says so before.
   */
  default boolean creates(PublishedTable table) {
    return false;
  }

  /**
   * Tells whether {@link #empty} would make something that a table lacks in a session of its own,
   * which would wait for the open transaction. That is committed before, then.
   */
  default boolean completesApart(PublishedTable table) {
    return false;
  }

  /**
   * Removes a table that an earlier attempt was about to create with these columns and may have.
   * One with rows, or with other columns, stays, and so does one where rows may be that are not the
   * feed's.
   */
  default void takeBack(Relation made) {}

  /**
   * The source has dropped the table, of which no change will follow: has it go here too, or stay,
   * as its settings say. Called where and when {@link #alter} may be. The table may be gone
   * already.
   *
   * @throws io.walferry.error.WalferryException {@code DESTINATION_DDL_HALTED} if the settings want
   *     somebody to drop it by hand, and nobody has
   */
  default void drop(TableId table) {
    throw new UnsupportedOperationException("This destination alters no tables");
  }

  /**
   * The source calls the table otherwise from here on, or has put it into another schema: has it
   * called so here too, with its letters. Called where and when {@link #alter} may be, and of a
   * table that was about to be renamed when an earlier attempt ended, before anything else: it may
   * have its new name already. A destination that only hands on what it is told has nothing to do.
   *
   * @throws io.walferry.error.WalferryException {@code DESTINATION_DDL_HALTED} if the settings want
   *     somebody to do it by hand, and nobody has, or if another table has that name here; {@code
   *     DESTINATION_SHAPE} if it cannot have that name
   */
  default void rename(TableId table, TableId to) {}

  /**
   * Nothing that was read of the table has to be caught up with: makes indexes of it if the
   * settings want some and they are not there. Called with nothing begun, when that comes to be and
   * at each start at which it is so.
   *
   * @param indexes of the table at the source, read when they are asked for
   * @return whether the next commit has something to say of it
   */
  default boolean index(PublishedTable table, Supplier<List<SourceIndex>> indexes) {
    return false;
  }

  /** The changes that follow belong to this source transaction. */
  void begin(TransactionHeader transaction);

  /** Takes one change; it may be applied now or at {@link #commit}. */
  void append(Change change);

  /**
   * Takes a change that must not be applied, since its text is not all UTF-8: keeps it among the
   * dead letters, durable with the changes around it. In the place of {@link #append}.
   *
   * @param why {@code SOURCE_TEXT_INVALID}
   * @throws io.walferry.error.WalferryException this one, if there are no dead letters
   */
  default void setAside(Change change, WalferryException why) {
    throw why;
  }

  /**
   * Makes everything since the last commit durable: one or more whole source transactions, or none
   * if only the position or the ledger moves on. The position is durable when it returns.
   */
  void commit(Position position);

  /**
   * How far everything is durable, after what has come in meanwhile was saved. The pipeline asks
   * between its calls, and confirms no more than this to the server.
   *
   * <p>As a rule that is the last commit. A sink that hands changes to somebody who acknowledges
   * them later returns from {@link #commit} before, and says here how far the acknowledgements
   * reach; after a restart it goes on from there.
   *
   * @param committed of the last commit, or what was there at the start
   */
  default Position settle(Position committed) {
    return committed;
  }

  @Override
  void close();
}
