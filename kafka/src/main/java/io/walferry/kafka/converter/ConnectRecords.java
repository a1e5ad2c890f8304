package io.walferry.kafka.converter;

import io.walferry.change.Change;
import io.walferry.change.TransactionHeader;
import io.walferry.kafka.envelope.Envelope;
import io.walferry.kafka.envelope.EnvelopeSettings;
import io.walferry.kafka.envelope.Op;
import io.walferry.kafka.envelope.Origin;
import io.walferry.kafka.envelope.RowEvent;
import io.walferry.kafka.envelope.RowImage;
import io.walferry.kafka.envelope.TableShape;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.Struct;
import org.jspecify.annotations.Nullable;

/**
 * Keys and values of records as Kafka Connect has them, with schemas. A table's schemas stay the
 * same objects as long as its shape does. Not for several threads.
 */
final class ConnectRecords {
  /** A bound for feeds that announce relations anew again and again. */
  private static final int SHAPES_MAX = 256;

  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private final EnvelopeSettings settings;
  private final RowStructs rows;
  private final IdentityHashMap<TableShape, TableSchemas> schemas = new IdentityHashMap<>();

  ConnectRecords(EnvelopeSettings settings) {
    this.settings = settings;
    this.rows = new RowStructs(settings.unavailable());
  }

  /** The columns of which the last value has only the beginning. */
  Set<String> cut() {
    return rows.cut();
  }

  SchemaAndValue key(String topic, TableShape table, RowImage image) {
    rows.start(Integer.MAX_VALUE);
    Struct key = new Struct(of(topic, table).key());
    table.key().forEach(column -> rows.put(key, table, image, column));
    return whole(key);
  }

  /** With the schema of a table's keys, and nothing of a row. */
  SchemaAndValue emptyKey(String topic, TableShape table) {
    Struct key = new Struct(of(topic, table).key());
    for (Field field : key.schema().fields()) {
      if (!field.schema().isOptional()) {
        key.put(field, emptyValue(field.schema()));
      }
    }
    return whole(key);
  }

  private static Object emptyValue(Schema schema) {
    return switch (schema.type()) {
      case BOOLEAN -> false;
      case INT16 -> (short) 0;
      case INT32 -> 0;
      case INT64 -> 0L;
      case FLOAT32 -> 0f;
      case FLOAT64 -> 0d;
      case BYTES -> ByteBuffer.allocate(0);
      case STRING -> "";
      case INT8, ARRAY, MAP, STRUCT ->
          throw new IllegalStateException("No column is " + schema.type());
    };
  }

  SchemaAndValue key(Change.Message message) {
    return whole(new Struct(Schemas.MESSAGE_KEY).put("prefix", message.prefix()));
  }

  /** The value of a record; longer texts and byte strings than that are cut. */
  SchemaAndValue value(String topic, RowEvent event, int valueBytesMax) {
    rows.start(valueBytesMax);
    return settings.envelope() == Envelope.FLATTENED
        ? flattened(topic, event)
        : enveloped(topic, event);
  }

  /** The same without the row's values. */
  SchemaAndValue withoutRow(String topic, RowEvent event) {
    RowEvent rowless =
        new RowEvent(event.op(), event.table(), Optional.empty(), Optional.empty(), event.origin());
    return value(topic, rowless, Integer.MAX_VALUE);
  }

  private SchemaAndValue enveloped(String topic, RowEvent event) {
    TableSchemas table = of(topic, event.table());
    Struct value =
        new Struct(table.value())
            .put("before", image(table.row(), event, event.before()))
            .put("after", image(table.row(), event, event.after()))
            .put(
                "source",
                source(event.origin())
                    .put("schema", event.table().table().schema())
                    .put("table", event.table().table().name()))
            .put("op", event.op().letter());
    return whole(times(value, Instant.now()));
  }

  private @Nullable Struct image(Schema row, RowEvent event, Optional<RowImage> image) {
    if (image.isEmpty()) {
      return null;
    }
    Struct struct = new Struct(row);
    columns(struct, event.table(), image.get());
    return struct;
  }

  private void columns(Struct struct, TableShape table, RowImage image) {
    for (int column = 0; column < table.columns().size(); column++) {
      if (table.tells(image, column)) {
        rows.put(struct, table, image, column);
      }
    }
  }

  private SchemaAndValue flattened(String topic, RowEvent event) {
    Struct value = new Struct(of(topic, event.table()).value());
    event.after().or(event::before).ifPresent(image -> columns(value, event.table(), image));
    value
        .put("__deleted", String.valueOf(event.op() == Op.DELETE))
        .put("__schema", event.table().table().schema())
        .put("__table", event.table().table().name());
    return whole(flatOrigin(value, event.op(), event.origin()));
  }

  /** The value of a logical message's record. */
  SchemaAndValue value(Change.Message message, Origin.InTransaction origin) {
    Struct content =
        new Struct(Schemas.MESSAGE)
            .put("prefix", message.prefix())
            .put("content", ByteBuffer.wrap(message.content().bytes()));
    if (settings.envelope() == Envelope.FLATTENED) {
      Struct value = new Struct(Schemas.FLAT_MESSAGE).put("message", content);
      return whole(flatOrigin(value, Op.MESSAGE, origin));
    }
    Struct value =
        new Struct(Schemas.MESSAGE_VALUE)
            .put("op", Op.MESSAGE.letter())
            .put("source", source(origin).put("schema", "").put("table", ""))
            .put("message", content);
    return whole(times(value, Instant.now()));
  }

  private Struct source(Origin origin) {
    Struct source =
        new Struct(Schemas.SOURCE)
            .put("version", EnvelopeSettings.version())
            .put("connector", "postgresql")
            .put("name", settings.pipeline())
            .put("db", settings.database());
    return switch (origin) {
      case Origin.InTransaction(TransactionHeader header, long ordinal) ->
          times(source, header.commitTime())
              .put("snapshot", "false")
              .put("txId", xid(header))
              .put("lsn", header.commitLsn().value())
              .put(
                  "sequence",
                  "[\"%s\",\"%d\"]"
                      .formatted(Long.toUnsignedString(header.commitLsn().value()), ordinal));
      case Origin.InLoad load -> times(source, Instant.now()).put("snapshot", "true");
    };
  }

  private static Struct flatOrigin(Struct value, Op op, Origin origin) {
    value.put("__op", op.letter());
    return switch (origin) {
      case Origin.InTransaction(TransactionHeader header, long ordinal) ->
          value
              .put("__lsn", header.commitLsn().value())
              .put("__ordinal", ordinal)
              .put("__txId", xid(header))
              .put("__source_ts_ms", header.commitTime().toEpochMilli());
      case Origin.InLoad load -> value.put("__source_ts_ms", Instant.now().toEpochMilli());
    };
  }

  private static @Nullable Long xid(TransactionHeader header) {
    return header.isTransaction() ? Integer.toUnsignedLong(header.xid().value()) : null;
  }

  private static Struct times(Struct value, Instant at) {
    return value
        .put("ts_ms", at.toEpochMilli())
        .put("ts_us", ChronoUnit.MICROS.between(Instant.EPOCH, at))
        .put("ts_ns", at.getEpochSecond() * NANOS_PER_SECOND + at.getNano());
  }

  private TableSchemas of(String topic, TableShape table) {
    if (schemas.size() >= SHAPES_MAX && !schemas.containsKey(table)) {
      schemas.clear();
    }
    return schemas.computeIfAbsent(
        table, shape -> TableSchemas.of(topic, shape, settings.envelope()));
  }

  private static SchemaAndValue whole(Struct struct) {
    return new SchemaAndValue(struct.schema(), struct);
  }
}
