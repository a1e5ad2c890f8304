package io.walferry.pipeline;

import io.walferry.change.Position;
import io.walferry.change.TableId;
import io.walferry.error.WalferryException;
import io.walferry.publication.PublishedTable;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Hears what a pipeline does, on the pipeline's thread: it must return soon and must not throw. */
public interface PipelineListener {
  /** Hears nothing. */
  PipelineListener SILENT = new PipelineListener() {};

  /** Both ends are open; a first load or the stream comes next. */
  default void opened(String source, String slot) {}

  /** Something that can take long has begun, as in "the slot waits for running transactions". */
  default void waiting(String what) {}

  default void loadStarted(List<PublishedTable> tables) {}

  /** Some rows of a table were taken by the destination. */
  default void rowsLoaded(TableId table, long rows, long bytes) {}

  /** Every existing row is durable at the destination. */
  default void loadFinished(Position position) {}

  /** The stream has started; everything up to {@code from} is at the destination. */
  default void following(Position from) {}

  /** Destinations have taken so many changes that are not durable yet; only now and then. */
  default void applying(long changes) {}

  /**
   * Every destination has taken it, as it was asked to by a commit. What is lost before it is
   * durable is handed over again.
   */
  default void handedOver(CommittedBatch batch) {}

  /**
   * It is durable at every destination: at once behind {@link #handedOver}, or later where batches
   * are applied side by side, or somebody acknowledges. No transaction is in two of them.
   */
  default void committed(CommittedBatch batch) {}

  /** Every destination has whatever had committed at the source before this, by its clock. */
  default void reached(Instant time) {}

  /**
   * Every destination has all that the source has told of, and it has no more as far as it has
   * said. Repeated for as long as that holds, within each of the stream's status intervals.
   */
  default void caughtUp() {}

  /** An attempt has failed; the next one starts after {@code delay}. */
  default void retrying(WalferryException cause, Duration delay) {}

  /**
   * The source does not send into the durable spool; the next attempt starts after {@code delay}.
   * From a thread of its own: destinations may be served from the spool meanwhile.
   */
  default void receivingAgain(WalferryException cause, Duration delay) {}

  /** The source sends into the durable spool, for the first time or again; from the same thread. */
  default void receiving() {}
}
