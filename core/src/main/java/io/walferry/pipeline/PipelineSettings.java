package io.walferry.pipeline;

import io.walferry.stream.StreamSettings;

/**
 * Everything that decides how a feed runs, besides its two ends.
 *
 * @param loadReaders connections that read the first load together
 * @param until where it ends by itself
 */
public record PipelineSettings(
    FeedSettings feed,
    StreamSettings stream,
    BatchLimits batch,
    RetryPolicy retry,
    int loadReaders,
    Until until) {
  public static final int LOAD_READERS_DEFAULT = 2;

  public PipelineSettings {
    if (loadReaders <= 0) {
      throw new IllegalArgumentException("At least one reader is needed");
    }
  }

  /** The feed with every default. */
  public static PipelineSettings of(FeedSettings feed) {
    return new PipelineSettings(
        feed,
        StreamSettings.DEFAULT,
        BatchLimits.DEFAULT,
        RetryPolicy.DEFAULT,
        LOAD_READERS_DEFAULT,
        Until.Stopped.STOPPED);
  }
}
