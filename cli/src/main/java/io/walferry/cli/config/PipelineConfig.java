package io.walferry.cli.config;

import io.walferry.pipeline.BatchLimits;
import io.walferry.pipeline.PipelineSettings;
import io.walferry.stream.StreamSettings;
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

  /** The same with every default, which is the library's. */
  public static PipelineConfig defaults(String name) {
    return new PipelineConfig(
        name,
        Load.SNAPSHOT,
        PipelineSettings.LOAD_READERS_DEFAULT,
        BatchLimits.DEFAULT.rows(),
        BatchLimits.DEFAULT.bytes(),
        BatchLimits.DEFAULT.time(),
        StreamSettings.DEFAULT.bufferBytesMax(),
        StreamSettings.DEFAULT.statusInterval(),
        RetryConfig.DEFAULTS);
  }
}
