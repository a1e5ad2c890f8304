package io.walferry.sink;

/** A sink that takes changes in attempts, of text. */
public interface RevocableSink extends Sink {
  /** Attempts with the changes that come to this sink. */
  RowAttempts attempts();

  @Override
  RevocableChunkWriter chunkWriter();
}
