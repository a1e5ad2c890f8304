package io.walferry.kafka;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.kafka.envelope.Origin;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.ChunkWriter;
import io.walferry.sink.CopyFormat;
import io.walferry.sink.CopyTextParser;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.RowKeys;
import java.util.Optional;

/**
 * Writes chunks side by side with others: each is one transaction of a producer of its own, with
 * the ledger's line in it.
 */
final class KafkaChunkWriter implements ChunkWriter {
  private final LoadPart part;
  private Optional<TransactionalProducer> producer = Optional.empty();
  private Optional<ChangeRecords> records = Optional.empty();
  private Optional<Chunk> chunk = Optional.empty();
  private long chunks;
  private volatile boolean ended;

  /** What a writer needs of its sink. */
  interface LoadPart {
    /** Tells writers of all loads from one another. */
    String name();

    /** One that has taken over what its predecessors of this place have left. */
    TransactionalProducer producer();

    ChangeRecords records(TransactionalProducer producer);

    TableTopic topic(PublishedTable table);

    /** Writes a line of the ledger in the transaction of the producer, and commits it. */
    void commit(TransactionalProducer producer, LedgerEntry line);

    /** The place is free again. */
    void leave();
  }

  /** What is open. */
  private static final class Chunk {
    private final TableTopic table;
    private final CopyTextParser parser;
    private final String load;
    private long rows;

    Chunk(TableTopic table, CopyTextParser parser, String load) {
      this.table = table;
      this.parser = parser;
      this.load = load;
    }

    /** Counts a row. */
    Origin origin() {
      return new Origin.InLoad(load, rows++);
    }
  }

  KafkaChunkWriter(LoadPart part) {
    this.part = part;
  }

  @Override
  public CopyFormat begin(PublishedTable table) {
    requireOpen();
    open().begin();
    CopyTextParser parser = new CopyTextParser(table.columns().size(), table.toString());
    chunks++;
    chunk = Optional.of(new Chunk(part.topic(table), parser, part.name() + "." + chunks));
    return CopyFormat.TEXT;
  }

  /** A producer is made when there is a chunk for it: many a load has fewer than readers. */
  private synchronized TransactionalProducer open() {
    requireOpen();
    if (producer.isEmpty()) {
      TransactionalProducer made = part.producer();
      producer = Optional.of(made);
      records = Optional.of(part.records(made));
    }
    return producer.get();
  }

  @Override
  public CopyFormat begin(PublishedTable table, RowKeys keys) {
    throw new IllegalStateException("Records that are written stay");
  }

  @Override
  public void write(byte[] message) {
    requireOpen();
    Chunk open = begun();
    records.orElseThrow().read(open.table, open.parser.parse(message), open.origin());
  }

  @Override
  public void setAside(byte[] message, WalferryException why) {
    requireOpen();
    Chunk open = begun();
    records.orElseThrow().setAside(open.table, open.parser.parse(message), open.origin(), why);
  }

  @Override
  public void commit(LedgerEntry loaded) {
    requireOpen();
    var unused = begun();
    part.commit(producer.orElseThrow(), loaded);
    records.orElseThrow().committed();
    chunk = Optional.empty();
  }

  private Chunk begun() {
    return chunk.orElseThrow(() -> new IllegalStateException("No chunk was begun"));
  }

  private void requireOpen() {
    if (ended) {
      throw new WalferryException(
          ErrorCode.INTERRUPTED, "the writer was closed before its chunk was written");
    }
  }

  @Override
  public void giveUp() {
    ended = true;
  }

  @Override
  public void close() {
    ended = true;
    Optional<TransactionalProducer> left;
    Optional<ChangeRecords> written;
    synchronized (this) {
      left = producer;
      written = records;
      producer = Optional.empty();
    }
    try {
      left.ifPresent(TransactionalProducer::close);
    } finally {
      written.ifPresent(ChangeRecords::close);
      part.leave();
    }
  }
}
