package io.walferry.deadletter;

import io.walferry.change.Column;
import io.walferry.change.Lsn;
import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.change.TransactionHeader;
import io.walferry.change.Xid;
import io.walferry.error.WalferryException;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.ChunkWriter;
import io.walferry.sink.CopyFormat;
import io.walferry.sink.CopyTextParser;
import io.walferry.sink.DeadLetter;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.RevocableChunkWriter;
import io.walferry.sink.RowKeys;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/**
 * Puts rows of chunks there in attempts of a few megabytes; a row that is refused goes to the dead
 * letters, in the chunk's transaction.
 */
final class DeadLetterChunkWriter implements ChunkWriter {
  private static final long GROUP_BYTES = 4L << 20;
  private static final TransactionHeader LOAD =
      new TransactionHeader(Xid.NONE, Lsn.ZERO, Instant.EPOCH);

  private final RevocableChunkWriter writer;
  private final LetterBox box;
  private final Bisection<byte[]> bisection;
  private final List<byte[]> group = new ArrayList<>();
  private long groupBytes;

  /** The table of the open chunk. */
  private final List<PublishedTable> open = new ArrayList<>(1);

  DeadLetterChunkWriter(RevocableChunkWriter writer, int lettersMost, RefusedRows heard) {
    this.writer = writer;
    writer.offer(EnumSet.of(CopyFormat.TEXT));
    this.box = new LetterBox(writer.attempts(), lettersMost, heard);
    // The parser of a row changes its bytes, and they may be needed again.
    this.bisection =
        new Bisection<>(writer.attempts(), row -> writer.write(row.clone()), this::bury);
  }

  @Override
  public CopyFormat begin(PublishedTable table) {
    open.add(table);
    return writer.begin(table);
  }

  @Override
  public CopyFormat begin(PublishedTable table, RowKeys keys) {
    open.add(table);
    return writer.begin(table, keys);
  }

  @Override
  public void write(byte[] message) {
    group.add(message);
    groupBytes += message.length;
    if (groupBytes >= GROUP_BYTES) {
      flush();
    }
  }

  @Override
  public void setAside(byte[] message, WalferryException why) {
    bury(message, why);
  }

  private void flush() {
    bisection.run(List.copyOf(group));
    group.clear();
    groupBytes = 0;
  }

  @Override
  public void commit(LedgerEntry loaded) {
    flush();
    writer.commit(loaded);
    open.clear();
    box.committed();
  }

  private void bury(byte[] line, WalferryException why) {
    PublishedTable table = open.getFirst();
    List<Column> columns =
        table.columns().stream()
            .map(it -> new Column(it.name(), it.typeOid(), it.typeModifier(), false))
            .toList();
    Relation relation = new Relation(table.oid(), table.table(), table.replicaIdentity(), columns);
    Row row = new CopyTextParser(columns.size(), table.toString()).parse(line.clone());
    box.bury(
        List.of(
            new DeadLetter(
                LOAD,
                0,
                table.table(),
                "load",
                LetterText.key(relation, LetterKeys.of(table), row),
                Optional.empty(),
                Optional.of(LetterText.row(relation, row, false)),
                why.code().name(),
                String.valueOf(why.getMessage()))));
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
