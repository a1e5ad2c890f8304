package io.walferry.cli.feed;

import io.walferry.change.Change;
import io.walferry.change.OldRow;
import io.walferry.change.Position;
import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.change.TableId;
import io.walferry.change.TransactionHeader;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.ChunkWriter;
import io.walferry.sink.Claim;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.LedgerEntry.Kind;
import io.walferry.sink.Sink;
import io.walferry.sink.SinkCapabilities;
import io.walferry.sink.SinkState;
import io.walferry.type.RowType;
import io.walferry.type.TypeCatalog;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** Takes binary, reads it by the types that it is told, and gives another sink text. */
final class BinaryTakingSink implements Sink {
  private final Sink sink;
  private final AtomicLong binaryValues;
  private TypeCatalog types = TypeCatalog.BUILT_IN;

  /**
   * In front of a sink of text.
   *
   * @param binaryValues counts what has come in binary
   */
  BinaryTakingSink(Sink sink, AtomicLong binaryValues) {
    this.sink = sink;
    this.binaryValues = binaryValues;
  }

  @Override
  public SinkCapabilities capabilities() {
    SinkCapabilities its = sink.capabilities();
    return new SinkCapabilities(its.savesPosition(), its.replacesRows(), its.dropsChunks(), true);
  }

  @Override
  public void learn(TypeCatalog learned) {
    types = learned;
  }

  @Override
  public void append(Change change) {
    sink.append(
        switch (change) {
          case Change.Insert(var relation, var after) ->
              new Change.Insert(relation, text(relation, after));
          case Change.Update(var relation, var before, var after) ->
              new Change.Update(relation, text(relation, before), text(relation, after));
          case Change.Delete(var relation, var before) ->
              new Change.Delete(relation, text(relation, before));
          case Change.Truncate truncate -> truncate;
          case Change.Message message -> message;
        });
  }

  private OldRow text(Relation relation, OldRow old) {
    return switch (old) {
      case OldRow.Full(var row) -> new OldRow.Full(text(relation, row));
      case OldRow.Key(var row) -> new OldRow.Key(text(relation, row));
      case OldRow.Absent absent -> absent;
    };
  }

  private Row text(Relation relation, Row row) {
    for (int column = 0; column < row.columnCount(); column++) {
      if (row.kind(column) == Row.Kind.BINARY) {
        binaryValues.incrementAndGet();
      }
    }
    return new RowType(relation, types).over(row).printed().orElseThrow();
  }

  @Override
  public SinkState open(FeedIdentity feed, Claim claim) {
    return sink.open(feed, claim);
  }

  @Override
  public void prepare(List<PublishedTable> tables) {
    sink.prepare(tables);
  }

  @Override
  public void resume(List<PublishedTable> tables) {
    sink.resume(tables);
  }

  @Override
  public void empty(PublishedTable table) {
    sink.empty(table);
  }

  @Override
  public void note(List<LedgerEntry> entries) {
    sink.note(entries);
  }

  @Override
  public void forget(TableId table, Set<Kind> kinds) {
    sink.forget(table, kinds);
  }

  @Override
  public ChunkWriter chunkWriter() {
    return sink.chunkWriter();
  }

  @Override
  public void begin(TransactionHeader transaction) {
    sink.begin(transaction);
  }

  @Override
  public void commit(Position position) {
    sink.commit(position);
  }

  @Override
  public void close() {
    sink.close();
  }
}
