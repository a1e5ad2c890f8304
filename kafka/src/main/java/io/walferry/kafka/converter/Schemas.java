package io.walferry.kafka.converter;

import io.walferry.kafka.envelope.ColumnKind;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;

/** The parts of records' schemas that all tables share, as Debezium names them. */
final class Schemas {
  private static final String CONNECTOR = "io.debezium.connector.postgresql.";
  private static final int ENVELOPE_VERSION = 2;

  /** Where a record comes from. */
  static final Schema SOURCE =
      SchemaBuilder.struct()
          .name(CONNECTOR + "Source")
          .version(1)
          .field("version", Schema.STRING_SCHEMA)
          .field("connector", Schema.STRING_SCHEMA)
          .field("name", Schema.STRING_SCHEMA)
          .field("db", Schema.STRING_SCHEMA)
          .field("schema", Schema.STRING_SCHEMA)
          .field("table", Schema.STRING_SCHEMA)
          .field("ts_ms", Schema.INT64_SCHEMA)
          .field("ts_us", Schema.OPTIONAL_INT64_SCHEMA)
          .field("ts_ns", Schema.OPTIONAL_INT64_SCHEMA)
          .field("snapshot", snapshot())
          .field("txId", Schema.OPTIONAL_INT64_SCHEMA)
          .field("lsn", Schema.OPTIONAL_INT64_SCHEMA)
          .field("sequence", Schema.OPTIONAL_STRING_SCHEMA)
          .field("xmin", Schema.OPTIONAL_INT64_SCHEMA)
          .build();

  /** Always absent; it is there for those who know Debezium's. */
  private static final Schema TRANSACTION =
      SchemaBuilder.struct()
          .name("event.block")
          .version(1)
          .field("id", Schema.STRING_SCHEMA)
          .field("total_order", Schema.INT64_SCHEMA)
          .field("data_collection_order", Schema.INT64_SCHEMA)
          .optional()
          .build();

  static final Schema MESSAGE_KEY =
      SchemaBuilder.struct()
          .name(CONNECTOR + "MessageKey")
          .version(1)
          .field("prefix", Schema.STRING_SCHEMA)
          .build();

  static final Schema MESSAGE =
      SchemaBuilder.struct()
          .name(CONNECTOR + "Message")
          .version(1)
          .field("prefix", Schema.STRING_SCHEMA)
          .field("content", Schema.BYTES_SCHEMA)
          .build();

  /** A logical message in the Debezium envelope. */
  static final Schema MESSAGE_VALUE =
      times(SchemaBuilder.struct().name(CONNECTOR + "MessageValue").version(1))
          .field("op", Schema.STRING_SCHEMA)
          .field("source", SOURCE)
          .field("message", MESSAGE)
          .build();

  /** A logical message with what stands beside the columns of rows. */
  static final Schema FLAT_MESSAGE =
      flatOrigin(SchemaBuilder.struct().name("io.walferry.FlattenedMessage").version(1))
          .field("message", MESSAGE)
          .build();

  private Schemas() {}

  /** The Debezium envelope of a table's rows. */
  static Schema envelope(String name, Schema row) {
    SchemaBuilder envelope =
        SchemaBuilder.struct()
            .name(name)
            .version(ENVELOPE_VERSION)
            .field("before", row)
            .field("after", row)
            .field("source", SOURCE)
            .field("transaction", TRANSACTION)
            .field("op", Schema.STRING_SCHEMA);
    return times(envelope).build();
  }

  /** Adds what stands beside the columns of a flattened row. */
  static SchemaBuilder flat(SchemaBuilder row) {
    row.field("__deleted", Schema.STRING_SCHEMA)
        .field("__schema", Schema.STRING_SCHEMA)
        .field("__table", Schema.STRING_SCHEMA);
    return flatOrigin(row);
  }

  private static SchemaBuilder flatOrigin(SchemaBuilder value) {
    return value
        .field("__op", Schema.STRING_SCHEMA)
        .field("__lsn", Schema.OPTIONAL_INT64_SCHEMA)
        .field("__ordinal", Schema.OPTIONAL_INT64_SCHEMA)
        .field("__txId", Schema.OPTIONAL_INT64_SCHEMA)
        .field("__source_ts_ms", Schema.INT64_SCHEMA);
  }

  private static SchemaBuilder times(SchemaBuilder value) {
    return value
        .field("ts_ms", Schema.OPTIONAL_INT64_SCHEMA)
        .field("ts_us", Schema.OPTIONAL_INT64_SCHEMA)
        .field("ts_ns", Schema.OPTIONAL_INT64_SCHEMA);
  }

  private static Schema snapshot() {
    return SchemaBuilder.string()
        .name("io.debezium.data.Enum")
        .version(1)
        .parameter(
            "allowed",
            "true,first,first_in_data_collection,last_in_data_collection,last,false,incremental")
        .defaultValue("false")
        .optional()
        .build();
  }

  /** A column's. */
  static Schema column(ColumnKind kind, boolean optional) {
    SchemaBuilder schema = of(kind);
    return (optional ? schema.optional() : schema.required()).build();
  }

  private static SchemaBuilder of(ColumnKind kind) {
    return switch (kind) {
      case BOOLEAN -> SchemaBuilder.bool();
      case INT16 -> SchemaBuilder.int16();
      case INT32 -> SchemaBuilder.int32();
      case INT64 -> SchemaBuilder.int64();
      case FLOAT32 -> SchemaBuilder.float32();
      case FLOAT64 -> SchemaBuilder.float64();
      case BYTES -> SchemaBuilder.bytes();
      case NUMERIC, TEXT -> SchemaBuilder.string();
      case DATE -> named(SchemaBuilder.int32(), "io.debezium.time.Date");
      case TIME -> named(SchemaBuilder.int64(), "io.debezium.time.MicroTime");
      case TIMESTAMP -> named(SchemaBuilder.int64(), "io.debezium.time.MicroTimestamp");
      case TIMESTAMPTZ -> named(SchemaBuilder.string(), "io.debezium.time.ZonedTimestamp");
      case UUID -> named(SchemaBuilder.string(), "io.debezium.data.Uuid");
      case JSON -> named(SchemaBuilder.string(), "io.debezium.data.Json");
    };
  }

  private static SchemaBuilder named(SchemaBuilder schema, String name) {
    return schema.name(name).version(1);
  }
}
