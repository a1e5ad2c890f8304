package io.walferry.cli.config;

import java.time.Duration;

/**
 * How changes move.
 *
 * @param name identifies the position at the destination
 * @param bufferBytes read ahead of the sink
 */
public record PipelineConfig(
    String name,
    Load load,
    int loadReaders,
    int batchRows,
    long batchBytes,
    Duration batchTime,
    long bufferBytes,
    Duration statusInterval,
    RetryConfig retry) {
  /** What happens with rows that exist already. */
  public enum Load {
    /** They are read and loaded first. */
    SNAPSHOT,
    /** They are left out: only changes are delivered. */
    NONE
  }

  /** The same with every default. */
  public static PipelineConfig defaults(String name) {
    return new PipelineConfig(
        name,
        Load.SNAPSHOT,
        2,
        10_000,
        16L << 20,
        Duration.ofMillis(200),
        64L << 20,
        Duration.ofSeconds(10),
        RetryConfig.DEFAULTS);
  }
}
