package io.walferry.sink;

import io.walferry.change.TableId;
import java.util.List;

/**
 * What a destination can do beyond its contract so that one row which it refuses does not stop the
 * others: it takes changes in attempts, and takes an attempt back without the transaction around
 * it. And it keeps the rows that were refused, as letters, in that same transaction. By the thread
 * that calls the rest.
 *
 * <p>A code of {@linkplain io.walferry.error.ErrorCode#isAboutARow one row} is all that an attempt
 * may be taken back for; after any other failure the contract is the ordinary one.
 */
public interface RowAttempts {
  /**
   * Begins an attempt in the open transaction. What came before it is applied first and stays,
   * whatever becomes of it. Attempts may be nested.
   */
  void attempt();

  /** Applies everything that came since {@link #attempt}, and ends it. */
  void accept();

  /** Drops everything that came since {@link #attempt}, also if a call since has failed. */
  void takeBack();

  /**
   * Keeps a letter, durable with the open transaction, which it begins if need be. Outside of any
   * attempt.
   *
   * @return how many letters the feed has there now, or a few more: it is kept and not counted each
   *     time
   */
  long bury(DeadLetter letter);

  /** Counts the feed's letters there, which takes as long as they are many. */
  long letters();

  /** Removes the feed's letters of rows with these {@linkplain DeadLetter#key keys}. */
  void absolve(TableId table, List<String> keys);

  /** Has the feed's letters of a table be those of the same table under another name. */
  void rename(TableId table, TableId to);

  /** Removes the feed's letters of tables, whose rows are all gone. */
  void absolve(List<TableId> tables);
}
