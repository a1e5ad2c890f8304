package io.walferry.cli.config;

import io.walferry.pipeline.BatchLimits;
import io.walferry.pipeline.PipelineSettings;
import io.walferry.pipeline.SlotLoss;
import io.walferry.spool.SpoolSettings;
import io.walferry.stream.StreamSettings;
import java.time.Duration;

/**
 * How changes move.
 *
 * @param name identifies the position at every destination
 * @param onSlotLost what to do when changes are missing
 * @param chunkBytes about how large a chunk of existing rows is
 * @param bufferBytes read ahead of the sink
 * @param spool where transactions wait for their commit
 */
public record PipelineConfig(
    String name,
    Load load,
    SlotLoss onSlotLost,
    int loadReaders,
    long chunkBytes,
    int batchRows,
    long batchBytes,
    Duration batchTime,
    long bufferBytes,
    Duration statusInterval,
    SpoolSettings spool,
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
        SlotLoss.FAIL,
        PipelineSettings.LOAD_READERS_DEFAULT,
        PipelineSettings.CHUNK_BYTES_DEFAULT,
        BatchLimits.DEFAULT.rows(),
        BatchLimits.DEFAULT.bytes(),
        BatchLimits.DEFAULT.time(),
        StreamSettings.DEFAULT.bufferBytesMax(),
        StreamSettings.DEFAULT.statusInterval(),
        StreamSettings.DEFAULT.spool(),
        RetryConfig.DEFAULTS);
  }
}
