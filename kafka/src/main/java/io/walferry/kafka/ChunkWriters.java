package io.walferry.kafka;

import io.walferry.kafka.converter.RecordEncoders;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.ChunkWriter;
import io.walferry.sink.LedgerEntry;
import java.util.BitSet;
import java.util.Optional;
import java.util.function.Supplier;

/** The places of chunk writers. Each has a name of its own, which a successor can take over. */
final class ChunkWriters {
  private final KafkaSinkSettings settings;
  private final FeedTransactions feed;
  private final TableTopics topics;
  private final RecordEncoders encoders;
  private final Supplier<Optional<DeadLetterRecords>> letters;
  private final BitSet taken = new BitSet();
  private long made;

  /**
   * For one sink.
   *
   * @param letters makes those of one writer
   */
  ChunkWriters(
      KafkaSinkSettings settings,
      FeedTransactions feed,
      TableTopics topics,
      RecordEncoders encoders,
      Supplier<Optional<DeadLetterRecords>> letters) {
    this.encoders = encoders;
    this.letters = letters;
    this.settings = settings;
    this.feed = feed;
    this.topics = topics;
  }

  synchronized ChunkWriter next() {
    int place = taken.nextClearBit(0);
    feed.startWriters(place + 1);
    taken.set(place);
    made++;
    return new KafkaChunkWriter(new Place(place, feed.name() + "." + made));
  }

  private synchronized void free(int place) {
    taken.clear(place);
  }

  /** What a writer at this place needs. */
  private final class Place implements KafkaChunkWriter.LoadPart {
    private final int number;
    private final String name;
    private boolean left;

    Place(int number, String name) {
      this.number = number;
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public TransactionalProducer producer() {
      return feed.writer(number);
    }

    @Override
    public ChangeRecords records(TransactionalProducer producer) {
      return new ChangeRecords(settings, encoders.encoder(), producer, letters.get());
    }

    @Override
    public TableTopic topic(PublishedTable table) {
      return topics.of(table);
    }

    @Override
    public void commit(TransactionalProducer producer, LedgerEntry line) {
      feed.commitChunk(producer, line);
    }

    @Override
    public void leave() {
      synchronized (ChunkWriters.this) {
        if (!left) {
          left = true;
          free(number);
        }
      }
    }
  }
}
