package io.walferry.checkpoint;

import java.util.Optional;

/**
 * Keeps the checkpoint of a feed. The library calls it so, once for each attempt, never from two
 * threads at the same time:
 *
 * <pre>
 * ( open save* close )*
 * </pre>
 *
 * <p>Failures are {@link io.walferry.error.WalferryException}s. After one of {@link #save} the
 * outcome is whatever the next {@link #open} finds.
 */
public interface CheckpointStore extends AutoCloseable {
  /** What a user calls the place; without credentials. */
  String display();

  /**
   * What was saved last for the pipeline. Creates nothing, so that a refused start leaves no trace.
   *
   * @return empty if nothing was saved yet
   * @throws io.walferry.error.WalferryException if what is there cannot be trusted; that is never
   *     the same as nothing
   */
  Optional<Checkpoint> open(String pipeline);

  /**
   * Takes the place of the last checkpoint; durable when it returns.
   *
   * @param replaced the epoch of the checkpoint that must still be there, or {@link
   *     io.walferry.sink.Claim#NEVER_BEGUN} if there must be none
   * @throws io.walferry.error.WalferryException {@code DESTINATION_FENCED} if another one is there
   */
  void save(Checkpoint checkpoint, long replaced);

  /** Lets go of whatever {@link #open} has taken; it may be opened again. */
  @Override
  void close();
}
