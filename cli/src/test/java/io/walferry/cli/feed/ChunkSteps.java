package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.change.Position;
import io.walferry.change.TableId;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.ChunkWriter;
import io.walferry.sink.CopyFormat;
import io.walferry.sink.RowKeys;
import io.walferry.sink.Sink;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What happens at the source between the reads of chunks. Each step runs once, on the thread that
 * would do what comes after it; with one reader, chunks come in the order of their keys.
 */
final class ChunkSteps {
  /** Something that happens at the source. */
  @FunctionalInterface
  interface Step {
    void run() throws Exception;
  }

  private record BeforeChunk(String table, int chunk) {}

  private final Map<BeforeChunk, Step> beforeChunks = new HashMap<>();
  private final Map<String, Integer> chunks = new HashMap<>();
  private Step afterLoad = () -> {};
  private Step afterFirstCommit = () -> {};

  /** Just before the snapshot of the table's chunk with this number, counted over all loads. */
  ChunkSteps beforeChunk(String table, int chunk, Step step) {
    beforeChunks.put(new BeforeChunk(table, chunk), step);
    return this;
  }

  /** When all chunks are read, and before any change of the stream is judged. */
  ChunkSteps afterLoad(Step step) {
    afterLoad = step;
    return this;
  }

  /** When the destination has noted that a slot will be made, and before it is. */
  ChunkSteps beforeSlot(Step step) {
    afterFirstCommit = step;
    return this;
  }

  Sink around(Sink sink) {
    return new SteppedSink(sink);
  }

  /** Nothing was proven if a table had too few chunks for a step. */
  void requireAllDone() {
    assertEquals(Set.of(), beforeChunks.keySet(), "steps that had no chunk, of " + chunks);
  }

  int chunksOf(String table) {
    return chunks.getOrDefault(table, 0);
  }

  private void beforeChunk(TableId table) {
    int chunk = chunks.merge(table.name(), 1, Integer::sum) - 1;
    Step step = beforeChunks.remove(new BeforeChunk(table.name(), chunk));
    if (step != null) {
      run(step);
    }
  }

  private void afterLoad() {
    Step step = afterLoad;
    afterLoad = () -> {};
    run(step);
  }

  private void afterFirstCommit() {
    Step step = afterFirstCommit;
    afterFirstCommit = () -> {};
    run(step);
  }

  private static void run(Step step) {
    try {
      step.run();
    } catch (Exception e) {
      throw new IllegalStateException("A step at the source has failed", e);
    }
  }

  private final class SteppedSink implements ForwardingSink {
    private final Sink sink;

    SteppedSink(Sink sink) {
      this.sink = sink;
    }

    @Override
    public Sink target() {
      return sink;
    }

    @Override
    public ChunkWriter chunkWriter() {
      return new SteppedWriter(sink.chunkWriter());
    }

    @Override
    public void commit(Position position) {
      sink.commit(position);
      afterFirstCommit();
    }
  }

  private final class SteppedWriter implements ForwardingChunkWriter {
    private final ChunkWriter writer;

    SteppedWriter(ChunkWriter writer) {
      this.writer = writer;
    }

    @Override
    public ChunkWriter target() {
      return writer;
    }

    @Override
    public CopyFormat begin(PublishedTable table) {
      beforeChunk(table.table());
      return writer.begin(table);
    }

    @Override
    public CopyFormat begin(PublishedTable table, RowKeys keys) {
      beforeChunk(table.table());
      return writer.begin(table, keys);
    }

    @Override
    public void close() {
      writer.close();
      afterLoad();
    }
  }
}
