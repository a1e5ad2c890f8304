package io.walferry.kafka;

import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.Relation;
import io.walferry.change.TableId;
import io.walferry.change.TransactionHeader;
import io.walferry.change.Xid;
import io.walferry.deadletter.RefusedRows;
import io.walferry.error.WalferryException;
import io.walferry.kafka.converter.RecordEncoder;
import io.walferry.kafka.converter.RecordEncoders;
import io.walferry.kafka.envelope.Origin;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.ChunkWriter;
import io.walferry.sink.Claim;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.LedgerEntry.Kind;
import io.walferry.sink.Sink;
import io.walferry.sink.SinkCapabilities;
import io.walferry.sink.SinkState;
import io.walferry.time.NanoClock;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A topic for each table of the feed, and a record for each change, in Kafka transactions that hold
 * the position too: a consumer with {@code isolation.level=read_committed} sees each change once,
 * those of a key in their order.
 *
 * <p>The key of a record is the row's key, as a JSON object; a deleted row is followed by a record
 * without a value; a row whose key changes is deleted and made again. {@link
 * io.walferry.kafka.envelope.Envelope} has the forms of values.
 *
 * <p>Not for several threads, but for its chunk writers.
 */
public final class KafkaSink implements Sink {
  private final KafkaSinkSettings settings;
  private final RefusedRows heard;
  private final NanoClock clock;
  private TransactionHeader transaction = new TransactionHeader(Xid.NONE, Lsn.ZERO, Instant.EPOCH);
  private long ordinal;

  /** How many tables' rows were told to go since this sink was made. */
  private long empties;

  /** Tables whose rows of before were told to go. */
  private final Set<TableId> emptied = new HashSet<>();

  private Optional<Opened> opened = Optional.empty();

  /** Who opens. */
  private record Owner(String pipeline, Claim claim) {}

  private record Opened(
      Cluster cluster,
      FeedTransactions feed,
      TableTopics topics,
      RecordEncoders encoders,
      ChangeRecords records,
      ChunkWriters writers,
      Optional<DeadLetterTopic> letters,
      String messages)
      implements AutoCloseable {
    @Override
    public void close() {
      try {
        feed.close();
      } finally {
        records.close();
        encoders.close();
        cluster.close();
      }
    }
  }

  /** Opens nothing yet. */
  public KafkaSink(KafkaSinkSettings settings) {
    this(settings, RefusedRows.SILENT, NanoClock.system());
  }

  /**
   * Opens nothing yet.
   *
   * @param heard of changes whose records went to the dead letters
   * @param clock the clock that measures waits for the cluster and the age of transactions
   */
  public KafkaSink(KafkaSinkSettings settings, RefusedRows heard, NanoClock clock) {
    this.settings = settings;
    this.heard = heard;
    this.clock = clock;
  }

  /**
   * Connects, makes the converters, and writes nothing.
   *
   * @throws io.walferry.error.WalferryException why the cluster or a converter cannot be had
   */
  public static void requireReachable(KafkaSinkSettings settings) {
    try (RecordEncoders encoders =
        new RecordEncoders(settings.conversion(), settings.envelope("check"))) {
      encoders.encoder().close();
    }
    KafkaClients clients = new KafkaClients(settings, "check", NanoClock.system());
    try (Cluster cluster = new Cluster(clients, settings.topics())) {
      cluster.requireTransactions(settings.transactionTimeout());
    }
  }

  @Override
  public SinkCapabilities capabilities() {
    return new SinkCapabilities(true, false);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Of two sinks that both found nothing, the last to open wins, unless the other one has
   * written first.
   */
  @Override
  public SinkState open(FeedIdentity feed, Claim claim) {
    KafkaClients clients = new KafkaClients(settings, feed.pipeline(), clock);
    RecordEncoders encoders =
        new RecordEncoders(settings.conversion(), settings.envelope(feed.pipeline()));
    Cluster cluster = new Cluster(clients, settings.topics());
    try {
      cluster.requireTransactions(settings.transactionTimeout());
      opened = Optional.of(opened(clients, cluster, encoders, new Owner(feed.pipeline(), claim)));
    } catch (RuntimeException e) {
      encoders.close();
      cluster.close();
      throw e;
    }
    return opened().feed().open(feed);
  }

  private Opened opened(
      KafkaClients clients, Cluster cluster, RecordEncoders encoders, Owner owner) {
    String pipeline = owner.pipeline();
    TableTopics topics = new TableTopics(pipeline, settings, cluster);
    String position = TopicTemplate.ofPipeline(settings.topics().position()).of(pipeline);
    topics.reserve(position, "the position");
    String messages = topics.reserve(pipeline + ".message", "logical messages");
    Optional<DeadLetterTopic> letters = letters(topics, cluster, pipeline);
    RecordEncoder encoder = encoders.encoder();
    // Last of what can fail, for nobody would close it.
    FeedTransactions transactions =
        new FeedTransactions(
            clients, new PositionTopic(position, clients, cluster), owner.claim(), pipeline);
    Supplier<Optional<DeadLetterRecords>> letterRecords =
        () -> letters.map(topic -> new DeadLetterRecords(topic.name(), pipeline, heard));
    ChangeRecords records =
        new ChangeRecords(settings, encoder, transactions.producer(), letterRecords.get());
    return new Opened(
        cluster,
        transactions,
        topics,
        encoders,
        records,
        new ChunkWriters(settings, transactions, topics, encoders, letterRecords),
        letters,
        messages);
  }

  private Optional<DeadLetterTopic> letters(TableTopics topics, Cluster cluster, String pipeline) {
    return settings
        .deadLetterTopic(pipeline)
        .map(name -> new DeadLetterTopic(topics.reserve(name, "dead letters"), cluster));
  }

  private Opened opened() {
    return opened.orElseThrow(() -> new IllegalStateException("The sink is not open"));
  }

  /**
   * {@inheritDoc}
   *
   * <p>Topics that are missing are made.
   */
  @Override
  public void prepare(List<PublishedTable> tables) {
    Set<TableId> fresh =
        tables.stream().map(PublishedTable::table).collect(Collectors.toCollection(HashSet::new));
    fresh.removeAll(followed());
    fresh.removeAll(emptied);
    opened().letters().ifPresent(DeadLetterTopic::ready);
    opened().topics().prepare(tables, fresh, Set.of());
  }

  @Override
  public void resume(List<PublishedTable> tables) {
    opened().letters().ifPresent(DeadLetterTopic::ready);
    opened().topics().prepare(tables, Set.of(), followed());
  }

  private Set<TableId> followed() {
    return opened().feed().lines().stream()
        .filter(line -> line.kind() == Kind.TABLE)
        .map(LedgerEntry::table)
        .collect(Collectors.toSet());
  }

  /**
   * {@inheritDoc}
   *
   * <p>Records stay; a truncate says that their rows are gone.
   */
  @Override
  public void empty(PublishedTable table) {
    emptied.add(table.table());
    if (settings.records().truncates()) {
      TableTopic topic = opened().topics().of(table);
      int partitions = opened().topics().ensure(topic.topic());
      Origin origin = new Origin.InLoad(opened().feed().name() + ".emptied", empties++);
      opened().records().truncate(topic, partitions, origin);
    }
  }

  @Override
  public void note(List<LedgerEntry> entries) {
    opened().feed().note(entries);
  }

  @Override
  public void forget(TableId table, Set<Kind> kinds) {
    opened().feed().forget(table, kinds);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Writers are at work side by side.
   */
  @Override
  public ChunkWriter chunkWriter() {
    return opened().writers().next();
  }

  /** {@inheritDoc} Records go to the topic of the new name from here on; those of before stay. */
  @Override
  public void rename(TableId table, TableId to) {
    opened().topics().rename(table, to);
  }

  @Override
  public void begin(TransactionHeader next) {
    transaction = next;
    ordinal = 0;
  }

  @Override
  public void append(Change change) {
    Origin.InTransaction origin = new Origin.InTransaction(transaction, ordinal);
    ordinal++;
    ChangeRecords records = opened().records();
    TableTopics topics = opened().topics();
    switch (change) {
      case Change.Insert insert -> records.append(topics.of(insert.relation()), insert, origin);
      case Change.Update update -> records.append(topics.of(update.relation()), update, origin);
      case Change.Delete delete -> records.append(topics.of(delete.relation()), delete, origin);
      case Change.Truncate truncate -> truncate(truncate, origin);
      case Change.Message message -> message(message, origin);
    }
  }

  @Override
  public void setAside(Change change, WalferryException why) {
    Origin.InTransaction origin = new Origin.InTransaction(transaction, ordinal);
    ordinal++;
    Relation relation =
        switch (change) {
          case Change.Insert insert -> insert.relation();
          case Change.Update update -> update.relation();
          case Change.Delete delete -> delete.relation();
          case Change.Truncate truncate -> throw why;
          case Change.Message message -> throw why;
        };
    opened().records().setAside(opened().topics().of(relation), change, origin, why);
  }

  private void truncate(Change.Truncate truncate, Origin origin) {
    if (settings.records().truncates()) {
      for (Relation relation : truncate.relations()) {
        TableTopic table = opened().topics().of(relation);
        int partitions = opened().topics().ensure(table.topic());
        opened().records().truncate(table, partitions, origin);
      }
    }
  }

  private void message(Change.Message message, Origin.InTransaction origin) {
    if (settings.records().messages()) {
      opened().topics().ensure(opened().messages());
      opened().records().message(opened().messages(), message, origin);
    }
  }

  @Override
  public void commit(Position position) {
    opened().feed().commit(position);
    opened().records().committed();
    emptied.clear();
  }

  @Override
  public void close() {
    Optional<Opened> left = opened;
    opened = Optional.empty();
    left.ifPresent(Opened::close);
  }
}
