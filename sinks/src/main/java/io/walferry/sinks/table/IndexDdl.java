package io.walferry.sinks.table;

import io.walferry.publication.SourceIndex;
import java.util.Optional;

/**
 * How one engine makes indexes; {@link TableIndexes} decides.
 *
 * @param <T> a table as it is there
 */
public interface IndexDdl<T> {
  /** Whether the table has this index, or one that does the same. */
  boolean has(T found, SourceIndex index);

  /** The statement that makes it, without UNIQUE; empty if the engine has nothing like it. */
  Optional<String> statement(T found, SourceIndex index);

  /**
   * Runs it. Where it is refused the open transaction is as before.
   *
   * @throws io.walferry.error.WalferryException never about a row
   */
  void make(T found, String statement);
}
