package io.walferry.kafka.envelope;

import io.walferry.change.Change;
import io.walferry.json.JsonWriter;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;

/**
 * Makes keys and values of records. Not for several threads.
 *
 * <p>A large value that an update left alone is taken from the old row if that came whole; else the
 * settings' placeholder stands for it.
 */
public final class EventEncoder {
  private final EnvelopeSettings settings;
  private final ValueWriter values;
  private final JsonWriter json;
  private final SourceBlock source;

  /** Records will look like this. */
  public EventEncoder(EnvelopeSettings settings) {
    this.settings = settings;
    this.values = new ValueWriter(settings.unavailable());
    this.json = values.json();
    this.source = new SourceBlock(settings, json);
  }

  /** The key of a row: an object of the key's columns. */
  public byte[] key(TableShape table, RowImage image) {
    values.start(Integer.MAX_VALUE);
    String before = "{";
    for (int column : table.key()) {
      json.raw(before).raw(table.name(column)).raw(":");
      values.column(table, image, column);
      before = ",";
    }
    json.raw("}");
    return values.take();
  }

  /** The key of a logical message: its prefix. */
  public byte[] key(Change.Message message) {
    values.start(Integer.MAX_VALUE);
    json.raw("{\"prefix\":").string(message.prefix()).raw("}");
    return values.take();
  }

  /**
   * The value of a record.
   *
   * @param valueBytesMax longer texts and byte strings are cut; see {@link #cut}
   */
  public byte[] value(RowEvent event, int valueBytesMax) {
    values.start(valueBytesMax);
    switch (settings.envelope()) {
      case DEBEZIUM -> debezium(event);
      case FLATTENED -> flattened(event);
      case CLOUD_EVENTS -> cloudEvent(event);
    }
    return values.take();
  }

  /** The columns of which the last value has only the beginning. */
  public Set<String> cut() {
    return values.cut();
  }

  /** The value of a logical message's record. */
  public byte[] value(Change.Message message, Origin.InTransaction origin) {
    values.start(Integer.MAX_VALUE);
    switch (settings.envelope()) {
      case DEBEZIUM -> {
        json.raw("{\"op\":\"m\"");
        source.now();
        json.raw(",\"source\":");
        source.write(Optional.empty(), origin);
        json.raw(",\"message\":");
        content(message);
        json.raw("}");
      }
      case FLATTENED -> {
        json.raw("{\"__op\":\"m\"");
        source.flattened(Optional.empty(), origin);
        json.raw(",\"message\":");
        content(message);
        json.raw("}");
      }
      case CLOUD_EVENTS -> {
        source.cloudEvent(Op.MESSAGE, Optional.empty(), origin);
        json.raw(",\"data\":");
        content(message);
        json.raw("}");
      }
    }
    return values.take();
  }

  private void content(Change.Message message) {
    json.raw("{\"prefix\":").string(message.prefix());
    json.raw(",\"content\":\"").raw(Base64.getEncoder().encode(message.content().bytes()));
    json.raw("\"}");
  }

  private void debezium(RowEvent event) {
    json.raw("{\"before\":");
    image(event.table(), event.before());
    json.raw(",\"after\":");
    image(event.table(), event.after());
    json.raw(",\"source\":");
    source.write(Optional.of(event.table().table()), event.origin());
    json.raw(",\"transaction\":null,\"op\":\"").raw(event.op().letter()).raw("\"");
    source.now();
    json.raw("}");
  }

  /** A row that is gone is what is known of it. */
  private void flattened(RowEvent event) {
    json.raw("{");
    event
        .after()
        .or(event::before)
        .filter(image -> columns(event.table(), image))
        .ifPresent(written -> json.raw(","));
    json.raw("\"__op\":\"").raw(event.op().letter());
    json.raw("\",\"__deleted\":\"").raw(String.valueOf(event.op() == Op.DELETE)).raw("\"");
    source.flattened(Optional.of(event.table().table()), event.origin());
    json.raw("}");
  }

  private void cloudEvent(RowEvent event) {
    source.cloudEvent(event.op(), Optional.of(event.table().table()), event.origin());
    json.raw(",\"data\":{\"before\":");
    image(event.table(), event.before());
    json.raw(",\"after\":");
    image(event.table(), event.after());
    json.raw("}}");
  }

  private void image(TableShape table, Optional<RowImage> image) {
    if (image.isEmpty()) {
      json.raw("null");
      return;
    }
    json.raw("{");
    columns(table, image.get());
    json.raw("}");
  }

  /** Returns whether there is any. */
  private boolean columns(TableShape table, RowImage image) {
    String before = "";
    for (int column = 0; column < table.columns().size(); column++) {
      if (table.tells(image, column)) {
        json.raw(before).raw(table.name(column)).raw(":");
        values.column(table, image, column);
        before = ",";
      }
    }
    return !before.isEmpty();
  }
}
