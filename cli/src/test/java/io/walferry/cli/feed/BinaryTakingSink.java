package io.walferry.cli.feed;

import io.walferry.change.Change;
import io.walferry.change.OldRow;
import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.Sink;
import io.walferry.sink.SinkCapabilities;
import io.walferry.type.RowType;
import io.walferry.type.TypeCatalog;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Takes binary, reads it by the types that it is told, and gives another sink text. */
final class BinaryTakingSink implements ForwardingSink {
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
  public Sink target() {
    return sink;
  }

  @Override
  public SinkCapabilities capabilities() {
    SinkCapabilities its = sink.capabilities();
    return new SinkCapabilities(
        its.savesPosition(), its.replacesRows(), its.dropsChunks(), true, its.alterations());
  }

  @Override
  public void learn(TypeCatalog learned) {
    types = learned;
  }

  @Override
  public boolean prefersBinary(List<PublishedTable> tables) {
    return true;
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
}
