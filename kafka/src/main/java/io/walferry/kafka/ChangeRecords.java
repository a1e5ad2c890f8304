package io.walferry.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.walferry.change.Change;
import io.walferry.change.OldRow;
import io.walferry.change.Row;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.kafka.DeadLetterRecords.Subject;
import io.walferry.kafka.RecordSettings.TooLarge;
import io.walferry.kafka.converter.ConversionSettings.Unconvertible;
import io.walferry.kafka.converter.Encoded;
import io.walferry.kafka.converter.RecordEncoder;
import io.walferry.kafka.envelope.Envelope;
import io.walferry.kafka.envelope.Op;
import io.walferry.kafka.envelope.Origin;
import io.walferry.kafka.envelope.RowEvent;
import io.walferry.kafka.envelope.RowImage;
import io.walferry.kafka.envelope.TableShape;
import io.walferry.publication.Utf8;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/** Makes records of what happens to rows, and sends them. Belongs to one thread. */
final class ChangeRecords implements AutoCloseable {
  private static final String TRUNCATED = "walferry.truncated";
  private static final String NEW_KEY = "__debezium.newkey";
  private static final String OLD_KEY = "__debezium.oldkey";
  private static final String CONTENT_TYPE = "content-type";
  private static final byte[] CLOUD_EVENT = "application/cloudevents+json".getBytes(UTF_8);

  /** What surrounds the key, the value and the headers of a record, and then some. */
  private static final int OVERHEAD_BYTES = 512;

  /** A shorter text is not worth cutting. */
  private static final int CUT_BYTES_MIN = 16;

  private final RecordSettings settings;
  private final Unconvertible unconvertible;
  private final RecordEncoder encoder;
  private final TransactionalProducer producer;
  private final Optional<DeadLetterRecords> letters;
  private final List<Header> headers;

  /** How large the key, the value and the headers of its own of a record may be together. */
  private final int bytesMax;

  /**
   * Records of one producer.
   *
   * @param encoder is closed with this
   * @param letters for what cannot be a record, if it is to go there
   */
  ChangeRecords(
      KafkaSinkSettings sink,
      RecordEncoder encoder,
      TransactionalProducer producer,
      Optional<DeadLetterRecords> letters) {
    this.settings = sink.records();
    this.unconvertible = sink.conversion().unconvertible();
    this.letters = letters;
    this.encoder = encoder;
    this.producer = producer;
    this.headers =
        settings.headers().entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .<Header>map(it -> new RecordHeader(it.getKey(), it.getValue().getBytes(UTF_8)))
            .toList();
    int headerBytes = headers.stream().mapToInt(header -> Draft.bytes(header)).sum();
    this.bytesMax = settings.bytesMax() - OVERHEAD_BYTES - headerBytes;
  }

  void read(TableTopic table, Row row, Origin origin) {
    created(table, Op.READ, RowImage.of(row), origin, this::prepared);
  }

  /** Puts a row that is read among the dead letters. */
  void setAside(TableTopic table, Row row, Origin origin, WalferryException why) {
    created(table, Op.READ, RowImage.of(row), origin, letters(why));
  }

  void append(TableTopic table, Change.Insert insert, Origin origin) {
    insert(table, insert, origin, this::prepared);
  }

  void append(TableTopic table, Change.Update update, Origin origin) {
    update(table, update, origin, this::prepared);
  }

  void append(TableTopic table, Change.Delete delete, Origin origin) {
    delete(table, delete, origin, this::prepared);
  }

  /** Puts the records of a change of a row among the dead letters, but for tombstones. */
  void setAside(TableTopic table, Change change, Origin origin, WalferryException why) {
    switch (change) {
      case Change.Insert insert -> insert(table, insert, origin, letters(why));
      case Change.Update update -> update(table, update, origin, letters(why));
      case Change.Delete delete -> delete(table, delete, origin, letters(why));
      case Change.Truncate truncate -> throw why;
      case Change.Message message -> throw why;
    }
  }

  private Making letters(WalferryException why) {
    if (letters.isEmpty()) {
      throw why;
    }
    return (table, event, key, other) -> letter(table, event, key, other, why);
  }

  private void insert(TableTopic table, Change.Insert insert, Origin origin, Making making) {
    created(table, Op.CREATE, RowImage.of(insert.after()), origin, making);
  }

  private void created(TableTopic table, Op op, RowImage after, Origin origin, Making making) {
    RowEvent event = event(op, table, Optional.empty(), Optional.of(after), origin);
    send(making.draft(table, event, key(table, after), OtherKey.NONE));
  }

  /** A row that has another key than before is deleted and made again. */
  private void update(TableTopic table, Change.Update update, Origin origin, Making making) {
    Optional<RowImage> before = image(update.before());
    RowImage after = after(update);
    // A large key that was left alone is in the old row only.
    RowImage keyed = before.map(image -> after.over(image.row())).orElse(after);
    if (before.isPresent() && table.shape().moves(before.get(), after)) {
      Optional<Encoded> oldKey = key(table, before.get());
      Optional<Encoded> newKey = key(table, keyed);
      RowEvent gone = event(Op.DELETE, table, before, Optional.empty(), origin);
      send(making.draft(table, gone, oldKey, new OtherKey(NEW_KEY, newKey)));
      tombstone(table, oldKey);
      RowEvent made = event(Op.CREATE, table, Optional.empty(), Optional.of(after), origin);
      send(making.draft(table, made, newKey, new OtherKey(OLD_KEY, oldKey)));
    } else {
      RowEvent event = event(Op.UPDATE, table, before, Optional.of(after), origin);
      send(making.draft(table, event, key(table, keyed), OtherKey.NONE));
    }
  }

  private void delete(TableTopic table, Change.Delete delete, Origin origin, Making making) {
    Optional<RowImage> before = image(delete.before());
    RowEvent event = event(Op.DELETE, table, before, Optional.empty(), origin);
    Optional<Encoded> key = before.flatMap(image -> key(table, image));
    send(making.draft(table, event, key, OtherKey.NONE));
    tombstone(table, key);
  }

  /** Goes to every partition, since each has an order of its own. */
  void truncate(TableTopic table, int partitions, Origin origin) {
    RowEvent event = event(Op.TRUNCATE, table, Optional.empty(), Optional.empty(), origin);
    for (int partition = 0; partition < partitions; partition++) {
      send(prepared(table, event, Optional.empty(), OtherKey.NONE).to(partition));
    }
  }

  void message(String topic, Change.Message message, Origin.InTransaction origin) {
    Optional<Encoded> key = Optional.of(encoder.key(topic, message));
    Draft whole = new Draft(topic, key, Optional.of(encoder.value(topic, message, origin)));
    if (fits(whole.bytes())) {
      send(whole);
      return;
    }
    String what = "A logical message with prefix '" + message.prefix() + "'";
    requireLetters(tooLarge(what, whole.bytes()));
    Subject subject = new Subject(Optional.empty(), Op.MESSAGE, origin);
    Refused refused = new Refused(subject, tooLarge(what, whole.bytes()));
    send(letter(topic, key, encoder.letter(message, origin)).refused(refused));
  }

  /** What was sent is durable. */
  void committed() {
    letters.ifPresent(DeadLetterRecords::committed);
  }

  @Override
  public void close() {
    encoder.close();
  }

  private static RowEvent event(
      Op op, TableTopic table, Optional<RowImage> before, Optional<RowImage> after, Origin origin) {
    return new RowEvent(op, table.shape(), before, after, origin);
  }

  private static Optional<RowImage> image(OldRow before) {
    return switch (before) {
      case OldRow.Absent absent -> Optional.empty();
      case OldRow.Key(Row row) -> Optional.of(RowImage.key(row));
      case OldRow.Full(Row row) -> Optional.of(RowImage.of(row));
    };
  }

  /** What the stream leaves out, the old row has, if it came whole. */
  private static RowImage after(Change.Update update) {
    RowImage after = RowImage.of(update.after());
    return update.before() instanceof OldRow.Full(Row row) ? after.over(row) : after;
  }

  private Optional<Encoded> key(TableTopic table, RowImage image) {
    TableShape shape = table.shape();
    return shape.isKeyed()
        ? Optional.of(encoder.key(table.topic(), shape, image))
        : Optional.empty();
  }

  /** Lets compaction forget the row. */
  private void tombstone(TableTopic table, Optional<Encoded> key) {
    if (settings.tombstones() && key.isPresent()) {
      send(new Draft(table.topic(), key, Optional.empty()));
    }
  }

  /** A record that is no larger than allowed, or goes to the dead letters. */
  private Draft prepared(TableTopic table, RowEvent event, Optional<Encoded> key, OtherKey other) {
    Encoded value;
    try {
      value = encoder.value(table.topic(), event, Integer.MAX_VALUE);
    } catch (WalferryException e) {
      if (e.code() != ErrorCode.DESTINATION_RECORD_REFUSED
          || unconvertible != Unconvertible.DEAD_LETTER) {
        throw e;
      }
      return letter(table, event, key, other, e);
    }
    Draft whole = new Draft(table.topic(), key, Optional.of(value)).with(other);
    if (fits(whole.bytes())) {
      return whole;
    }
    if (settings.tooLarge() == TooLarge.TRUNCATE) {
      return cut(table, event, key, other, value.bytes().length);
    }
    WalferryException why = tooLarge("A record of table " + table.shape().table(), whole.bytes());
    requireLetters(why);
    return letter(table, event, key, other, why);
  }

  private Draft letter(
      TableTopic table,
      RowEvent event,
      Optional<Encoded> key,
      OtherKey other,
      WalferryException why) {
    Subject subject = new Subject(Optional.of(table.shape().table()), event.op(), event.origin());
    return letter(table.topic(), key, encoder.letter(event))
        .with(other)
        .refused(new Refused(subject, why));
  }

  /** Makes a letter of JSON, whatever the records are, so that it can be cut, and is UTF-8. */
  private static Draft letter(String topic, Optional<Encoded> key, byte[] json) {
    return new Draft(topic, key, Optional.of(Encoded.of(Utf8.replaced(json))));
  }

  private Draft cut(
      TableTopic table, RowEvent event, Optional<Encoded> key, OtherKey other, int valueBytes) {
    Draft draft = new Draft(table.topic(), key, Optional.empty()).with(other);
    boolean fits = false;
    for (int most = valueBytes / 2; most >= CUT_BYTES_MIN && !fits; most /= 2) {
      Encoded value = encoder.value(table.topic(), event, most);
      byte[] columns = String.join(",", encoder.cut()).getBytes(UTF_8);
      draft =
          new Draft(table.topic(), key, Optional.of(value))
              .with(other)
              .header(TRUNCATED, Optional.of(columns));
      fits = fits(draft.bytes());
    }
    if (!fits) {
      String what = "A record of table " + table.shape().table() + ", cut as far as it can be,";
      throw tooLarge(what, draft.bytes());
    }
    return draft;
  }

  private void requireLetters(WalferryException why) {
    if (settings.tooLarge() != TooLarge.DEAD_LETTER) {
      throw why;
    }
  }

  private boolean fits(int bytes) {
    return bytes <= bytesMax;
  }

  private WalferryException tooLarge(String what, int bytes) {
    return new WalferryException(
        ErrorCode.DESTINATION_RECORD_TOO_LARGE,
        "%s would have %d bytes; 'recordBytes' allows %d, of which %d are for what surrounds it"
            .formatted(what, bytes, settings.bytesMax(), settings.bytesMax() - bytesMax));
  }

  private void send(Draft draft) {
    if (draft.refused.isPresent()) {
      bury(draft, draft.refused.get());
    } else {
      producer.send(draft.record(settings.envelope(), headers));
    }
  }

  /** The topic of letters takes what topics take that nobody has told otherwise. */
  private void bury(Draft draft, Refused refused) {
    int surrounding = settings.bytesMax() - bytesMax;
    int partBytesMax = Math.min(settings.bytesMax(), RecordSettings.BYTES_MAX) - surrounding;
    letters
        .orElseThrow()
        .bury(
            draft.record(settings.envelope(), headers),
            refused.subject,
            refused.why,
            partBytesMax,
            producer);
  }

  /** Makes a record of what has happened to a row, or a letter. */
  private interface Making {
    Draft draft(TableTopic table, RowEvent event, Optional<Encoded> key, OtherKey other);
  }

  /** Why a record goes to the dead letters. */
  private record Refused(Subject subject, WalferryException why) {}

  /** The key that a moved row has in its other record, and the header that tells it. */
  private record OtherKey(String header, Optional<Encoded> key) {
    private static final OtherKey NONE = new OtherKey(OLD_KEY, Optional.empty());
  }

  /** A record in the making. */
  private static final class Draft {
    private final ProducerRecord<byte[], byte[]> record;
    private final Optional<Refused> refused;

    Draft(String topic, Optional<Encoded> key, Optional<Encoded> value) {
      this(new ProducerRecord<>(topic, orNull(key), orNull(value)), Optional.empty());
      key.ifPresent(it -> it.headers().forEach(record.headers()::add));
      value.ifPresent(it -> it.headers().forEach(record.headers()::add));
    }

    private Draft(ProducerRecord<byte[], byte[]> record, Optional<Refused> refused) {
      this.record = record;
      this.refused = refused;
    }

    Draft refused(Refused why) {
      return new Draft(record, Optional.of(why));
    }

    /** Key, value and the headers that it has so far. */
    int bytes() {
      int bytes = length(record.key()) + length(record.value());
      for (Header header : record.headers()) {
        bytes += bytes(header);
      }
      return bytes;
    }

    static int bytes(Header header) {
      return header.key().length() * 3 + length(header.value()) + 10;
    }

    private static int length(byte @Nullable [] bytes) {
      return bytes == null ? 0 : bytes.length;
    }

    private static byte @Nullable [] orNull(Optional<Encoded> part) {
      return part.map(Encoded::bytes).orElse(null);
    }

    Draft with(OtherKey other) {
      return header(other.header, other.key.map(Encoded::bytes));
    }

    Draft header(String name, Optional<byte[]> value) {
      value.ifPresent(bytes -> record.headers().add(name, bytes));
      return this;
    }

    Draft to(int partition) {
      return new Draft(
          new ProducerRecord<>(
              record.topic(), partition, record.key(), record.value(), record.headers()),
          refused);
    }

    ProducerRecord<byte[], byte[]> record(Envelope envelope, List<Header> more) {
      more.forEach(record.headers()::add);
      if (envelope == Envelope.CLOUD_EVENTS && record.value() != null) {
        record.headers().add(CONTENT_TYPE, CLOUD_EVENT);
      }
      return record;
    }
  }
}
