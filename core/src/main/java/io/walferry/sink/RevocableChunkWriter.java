package io.walferry.sink;

/**
 * A writer that takes rows in attempts, between begin and commit, if it was offered {@link
 * CopyFormat#TEXT} only: a row in binary is not known from the next one.
 */
public interface RevocableChunkWriter extends ChunkWriter {
  /** Attempts with the rows that come to this writer. */
  RowAttempts attempts();
}
