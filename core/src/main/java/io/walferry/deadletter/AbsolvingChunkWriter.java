package io.walferry.deadletter;

import io.walferry.publication.PublishedTable;
import io.walferry.sink.CopyFormat;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.RevocableChunkWriter;
import io.walferry.sink.RowAttempts;
import io.walferry.sink.RowKeys;
import java.util.Set;

/** Removes the letters of rows that are read again, in the transaction of these rows. */
final class AbsolvingChunkWriter implements RevocableChunkWriter {
  private final RevocableChunkWriter writer;

  AbsolvingChunkWriter(RevocableChunkWriter writer) {
    this.writer = writer;
  }

  @Override
  public RowAttempts attempts() {
    return writer.attempts();
  }

  @Override
  public void offer(Set<CopyFormat> forms) {
    writer.offer(forms);
  }

  @Override
  public CopyFormat begin(PublishedTable table) {
    return writer.begin(table);
  }

  @Override
  public CopyFormat begin(PublishedTable table, RowKeys keys) {
    CopyFormat format = writer.begin(table, keys);
    writer
        .attempts()
        .absolve(
            table.table(),
            keys.keys().stream().map(key -> LetterText.key(keys.columns(), key)).toList());
    return format;
  }

  @Override
  public void write(byte[] message) {
    writer.write(message);
  }

  @Override
  public void commit(LedgerEntry loaded) {
    writer.commit(loaded);
  }

  @Override
  public void giveUp() {
    writer.giveUp();
  }

  @Override
  public void close() {
    writer.close();
  }
}
