package io.walferry.cli.feed;

import io.walferry.change.Change;
import io.walferry.change.Position;
import io.walferry.change.Relation;
import io.walferry.change.TableId;
import io.walferry.change.TransactionHeader;
import io.walferry.publication.PublishedTable;
import io.walferry.publication.SourceIndex;
import io.walferry.sink.ChunkWriter;
import io.walferry.sink.Claim;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.Sink;
import io.walferry.sink.SinkCapabilities;
import io.walferry.sink.SinkState;
import io.walferry.sink.TableAlteration;
import io.walferry.sink.TypeAlteration;
import io.walferry.type.TypeCatalog;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** Hands everything to another sink; whoever implements it changes what it is about. */
interface ForwardingSink extends Sink {
  Sink target();

  @Override
  default SinkCapabilities capabilities() {
    return target().capabilities();
  }

  @Override
  default SinkState open(FeedIdentity feed, Claim claim) {
    return target().open(feed, claim);
  }

  @Override
  default void learn(TypeCatalog types) {
    target().learn(types);
  }

  @Override
  default boolean prefersBinary(List<PublishedTable> tables) {
    return target().prefersBinary(tables);
  }

  @Override
  default void prepare(List<PublishedTable> tables) {
    target().prepare(tables);
  }

  @Override
  default void resume(List<PublishedTable> tables) {
    target().resume(tables);
  }

  @Override
  default boolean index(PublishedTable table, Supplier<List<SourceIndex>> indexes) {
    return target().index(table, indexes);
  }

  @Override
  default void emptyToAlter(PublishedTable table) {
    target().emptyToAlter(table);
  }

  @Override
  default void empty(PublishedTable table) {
    target().empty(table);
  }

  @Override
  default void note(List<LedgerEntry> entries) {
    target().note(entries);
  }

  @Override
  default void forget(TableId table, Set<LedgerEntry.Kind> kinds) {
    target().forget(table, kinds);
  }

  @Override
  default ChunkWriter chunkWriter() {
    return target().chunkWriter();
  }

  @Override
  default boolean alter(TableAlteration alteration) {
    return target().alter(alteration);
  }

  @Override
  default boolean alter(TypeAlteration alteration) {
    return target().alter(alteration);
  }

  @Override
  default boolean admits(PublishedTable table) {
    return target().admits(table);
  }

  @Override
  default boolean creates(PublishedTable table) {
    return target().creates(table);
  }

  @Override
  default boolean completesApart(PublishedTable table) {
    return target().completesApart(table);
  }

  @Override
  default void takeBack(Relation made) {
    target().takeBack(made);
  }

  @Override
  default void drop(TableId table) {
    target().drop(table);
  }

  @Override
  default void rename(TableId table, TableId to) {
    target().rename(table, to);
  }

  @Override
  default void begin(TransactionHeader transaction) {
    target().begin(transaction);
  }

  @Override
  default void append(Change change) {
    target().append(change);
  }

  @Override
  default void commit(Position position) {
    target().commit(position);
  }

  @Override
  default Position settle(Position committed) {
    return target().settle(committed);
  }

  @Override
  default void close() {
    target().close();
  }
}
