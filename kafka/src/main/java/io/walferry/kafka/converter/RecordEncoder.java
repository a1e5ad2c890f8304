package io.walferry.kafka.converter;

import io.walferry.change.Change;
import io.walferry.change.Value;
import io.walferry.kafka.envelope.EnvelopeSettings;
import io.walferry.kafka.envelope.EventEncoder;
import io.walferry.kafka.envelope.Origin;
import io.walferry.kafka.envelope.RowEvent;
import io.walferry.kafka.envelope.RowImage;
import io.walferry.kafka.envelope.TableShape;
import java.util.Optional;
import java.util.Set;

/**
 * Makes keys and values of records: by converters where there are any, else JSON. Belongs to one
 * thread, but for {@link #close}.
 */
public final class RecordEncoder implements AutoCloseable {
  private static final String MESSAGE = "a logical message";

  private final EventEncoder json;
  private final ConnectRecords records;
  private final Optional<LoadedConverter> keys;
  private final Optional<LoadedConverter> values;

  RecordEncoder(
      EnvelopeSettings settings, Optional<LoadedConverter> keys, Optional<LoadedConverter> values) {
    this.json = new EventEncoder(settings);
    this.records = new ConnectRecords(settings);
    this.keys = keys;
    this.values = values;
  }

  /** The key of a row. */
  public Encoded key(String topic, TableShape table, RowImage image) {
    if (keys.isEmpty()) {
      return Encoded.of(json.key(table, image));
    }
    return keys.get()
        .convert(
            topic,
            "the key of a row of table " + table.table(),
            records.key(topic, table, image),
            () -> records.emptyKey(topic, table));
  }

  /**
   * The value of a record.
   *
   * @param valueBytesMax longer texts and byte strings are cut; see {@link #cut}
   * @throws io.walferry.error.WalferryException {@code DESTINATION_RECORD_REFUSED} if it cannot be,
   *     because of what is in the row
   */
  public Encoded value(String topic, RowEvent event, int valueBytesMax) {
    if (values.isEmpty()) {
      return Encoded.of(json.value(event, valueBytesMax));
    }
    return values
        .get()
        .convert(
            topic,
            "a row of table " + event.table().table(),
            records.value(topic, event, valueBytesMax),
            () -> records.withoutRow(topic, event));
  }

  /** The columns of which the last value has only the beginning. */
  public Set<String> cut() {
    return values.isEmpty() ? json.cut() : records.cut();
  }

  /** The value as JSON, whatever the records are. */
  public byte[] letter(RowEvent event) {
    return json.value(event, Integer.MAX_VALUE);
  }

  /** The value as JSON, whatever the records are. */
  public byte[] letter(Change.Message message, Origin.InTransaction origin) {
    return json.value(message, origin);
  }

  /** The key of a logical message. */
  public Encoded key(String topic, Change.Message message) {
    return keys.isEmpty()
        ? Encoded.of(json.key(message))
        : keys.get()
            .convert(topic, MESSAGE, records.key(message), () -> records.key(empty(message)));
  }

  /**
   * The value of a logical message's record.
   *
   * @throws io.walferry.error.WalferryException {@code DESTINATION_RECORD_REFUSED} if it cannot be,
   *     because of what it says
   */
  public Encoded value(String topic, Change.Message message, Origin.InTransaction origin) {
    return values.isEmpty()
        ? Encoded.of(json.value(message, origin))
        : values
            .get()
            .convert(
                topic,
                MESSAGE,
                records.value(message, origin),
                () -> records.value(empty(message), origin));
  }

  private static Change.Message empty(Change.Message message) {
    Value.Binary nothing = new Value.Binary(new byte[0]);
    return new Change.Message(message.transactional(), "", message.lsn(), nothing);
  }

  @Override
  public void close() {
    keys.ifPresent(LoadedConverter::close);
    values.ifPresent(LoadedConverter::close);
  }
}
