package io.walferry.snapshot;

import io.walferry.error.WalferryException;
import io.walferry.publication.PublishedTable;
import io.walferry.publication.SourceText;
import io.walferry.sink.ChunkWriter;
import java.util.List;
import java.util.Optional;

/**
 * Hands messages of a COPY with a table's columns on to a destination, once their text was judged.
 *
 * @param writer has begun a chunk of the table
 */
record SourceLines(
    SourceText text, PublishedTable table, List<String> columns, ChunkWriter writer) {
  SourceLines(SourceText text, PublishedTable table, ChunkWriter writer) {
    this(text, table, table.columnNames(), writer);
  }

  /**
   * Writes one, or has it set aside.
   *
   * @throws WalferryException {@code SOURCE_TEXT_INVALID}, or what the destination refuses
   */
  void hand(byte[] message) {
    byte[] line = text.valid(table, columns, message);
    Optional<WalferryException> refusal = text.refusal(table, line);
    if (refusal.isPresent()) {
      writer.setAside(line, refusal.get());
    } else {
      writer.write(line);
    }
  }
}
