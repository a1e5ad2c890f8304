package io.walferry.pipeline;

import io.walferry.publication.InvalidText;
import io.walferry.stream.StreamSettings;
import io.walferry.time.NanoClock;

/**
 * Everything that decides how a feed runs, besides its two ends.
 *
 * @param loadReaders connections that read existing rows together
 * @param chunkBytes about how large a chunk of existing rows is, at the source
 * @param invalidText what becomes of text of the source that is not UTF-8
 * @param until where it ends by itself
 */
public record PipelineSettings(
    FeedSettings feed,
    StreamSettings stream,
    BatchLimits batch,
    RetryPolicy retry,
    int loadReaders,
    long chunkBytes,
    InvalidText invalidText,
    Until until) {
  public static final int LOAD_READERS_DEFAULT = 2;
  public static final long CHUNK_BYTES_DEFAULT = 16L << 20;

  public PipelineSettings {
    if (loadReaders <= 0 || chunkBytes <= 0) {
      throw new IllegalArgumentException("At least one reader and one byte are needed");
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
        CHUNK_BYTES_DEFAULT,
        InvalidText.FAIL,
        Until.Stopped.STOPPED);
  }

  /** The clock that the pipeline waits and measures by. */
  public NanoClock clock() {
    return stream.clock();
  }

  public PipelineSettings with(FeedSettings other) {
    return new PipelineSettings(
        other, stream, batch, retry, loadReaders, chunkBytes, invalidText, until);
  }

  public PipelineSettings with(StreamSettings other) {
    return new PipelineSettings(
        feed, other, batch, retry, loadReaders, chunkBytes, invalidText, until);
  }

  public PipelineSettings with(BatchLimits other) {
    return new PipelineSettings(
        feed, stream, other, retry, loadReaders, chunkBytes, invalidText, until);
  }

  public PipelineSettings with(Until other) {
    return new PipelineSettings(
        feed, stream, batch, retry, loadReaders, chunkBytes, invalidText, other);
  }

  public PipelineSettings with(InvalidText other) {
    return new PipelineSettings(feed, stream, batch, retry, loadReaders, chunkBytes, other, until);
  }

  public PipelineSettings withLoad(int readers, long bytesPerChunk) {
    return new PipelineSettings(
        feed, stream, batch, retry, readers, bytesPerChunk, invalidText, until);
  }
}
