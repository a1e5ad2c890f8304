package io.walferry.server;

import io.walferry.change.Lsn;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What one pipeline is at, at one moment. Counts are of this process, over all attempts.
 *
 * @param name the pipeline's
 * @param rowsLoaded existing rows that were read
 * @param transactions source transactions that reached every destination
 * @param changes their changes
 * @param durable up to where every destination has everything; empty until that is known
 * @param lastCommit when the newest transaction that every destination has committed at the source;
 *     empty until there is one
 * @param lag how long ago the source was where every destination is; zero if that is now, as far as
 *     the source has said
 * @param retries how often it has begun again, or to receive again
 * @param refused changes that a destination did not take, by what became of them
 */
public record PipelineState(
    String name,
    Phase phase,
    long rowsLoaded,
    long transactions,
    long changes,
    Optional<Lsn> durable,
    Optional<Instant> lastCommit,
    Duration lag,
    long retries,
    Map<String, Long> refused) {
  public PipelineState {
    refused = Map.copyOf(refused);
  }

  /** What it does. */
  public enum Phase {
    CONNECTING,
    LOADING,
    FOLLOWING,
    /** It waits to begin again, or to receive again what destinations get by way of a spool. */
    RETRYING,
    /** It has ended as it was asked to. */
    ENDED,
    FAILED
  }

  /** Whether it does what it is there for. */
  boolean isReady() {
    return switch (phase) {
      case LOADING, FOLLOWING, ENDED -> true;
      case CONNECTING, RETRYING, FAILED -> false;
    };
  }
}
