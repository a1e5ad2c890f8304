package io.walferry.cli.feed;

import io.walferry.publication.PublishedTable;
import io.walferry.sink.ChunkWriter;
import io.walferry.sink.CopyFormat;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.RowKeys;

/** Hands everything to another writer; whoever implements it changes what it is about. */
interface ForwardingChunkWriter extends ChunkWriter {
  ChunkWriter target();

  @Override
  default CopyFormat begin(PublishedTable table) {
    return target().begin(table);
  }

  @Override
  default CopyFormat begin(PublishedTable table, RowKeys keys) {
    return target().begin(table, keys);
  }

  @Override
  default void write(byte[] message) {
    target().write(message);
  }

  @Override
  default void commit(LedgerEntry loaded) {
    target().commit(loaded);
  }

  @Override
  default void close() {
    target().close();
  }
}
