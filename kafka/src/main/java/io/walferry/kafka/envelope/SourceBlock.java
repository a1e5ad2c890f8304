package io.walferry.kafka.envelope;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.walferry.change.TableId;
import io.walferry.change.TransactionHeader;
import io.walferry.json.JsonText;
import io.walferry.json.JsonWriter;
import java.time.Instant;
import java.util.Optional;

/**
 * Says where records come from. Members have Debezium's names; {@code lsn} is that of the commit,
 * by which transactions are ordered, and {@code sequence} is that and the place of the change in
 * its transaction.
 */
final class SourceBlock {
  private static final long MILLIS_PER_SECOND = 1_000;
  private static final long MICROS_PER_SECOND = 1_000_000;
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private final EnvelopeSettings settings;
  private final JsonWriter json;
  private final byte[] opening;
  private final byte[] cloudSource;

  SourceBlock(EnvelopeSettings settings, JsonWriter json) {
    this.settings = settings;
    this.json = json;
    this.opening =
        bytes(
            "{\"version\":"
                + JsonText.quoted(EnvelopeSettings.version())
                + ",\"connector\":\"postgresql\",\"name\":"
                + JsonText.quoted(settings.pipeline())
                + ",\"db\":"
                + JsonText.quoted(settings.database()));
    this.cloudSource = bytes(JsonText.quoted("/walferry/postgresql/" + settings.pipeline()));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  /** The member {@code source} of the Debezium envelope. */
  void write(Optional<TableId> table, Origin origin) {
    json.raw(opening);
    table.ifPresent(it -> names(it, ",\"schema\":", ",\"table\":"));
    switch (origin) {
      case Origin.InTransaction(TransactionHeader header, long ordinal) -> {
        times(header.commitTime());
        long lsn = header.commitLsn().value();
        json.raw(",\"snapshot\":\"false\",\"txId\":").raw(xid(header));
        json.raw(",\"lsn\":").raw(Long.toUnsignedString(lsn));
        json.raw(",\"sequence\":\"[\\\"").raw(Long.toUnsignedString(lsn));
        json.raw("\\\",\\\"").raw(Long.toString(ordinal)).raw("\\\"]\",\"xmin\":null}");
      }
      case Origin.InLoad load -> {
        times(Instant.now());
        json.raw(",\"snapshot\":\"true\",\"txId\":null,\"lsn\":null,\"sequence\":null");
        json.raw(",\"xmin\":null}");
      }
    }
  }

  /** Members {@code ts_ms}, {@code ts_us} and {@code ts_ns} of now, with a comma before each. */
  void now() {
    times(Instant.now());
  }

  /** What stands beside the columns of a flattened row, with a comma before each member. */
  void flattened(Optional<TableId> table, Origin origin) {
    table.ifPresent(it -> names(it, ",\"__schema\":", ",\"__table\":"));
    switch (origin) {
      case Origin.InTransaction(TransactionHeader header, long ordinal) -> {
        json.raw(",\"__lsn\":").raw(Long.toUnsignedString(header.commitLsn().value()));
        json.raw(",\"__ordinal\":").raw(Long.toString(ordinal));
        json.raw(",\"__txId\":").raw(xid(header));
        json.raw(",\"__source_ts_ms\":").raw(Long.toString(header.commitTime().toEpochMilli()));
      }
      case Origin.InLoad load ->
          json.raw(",\"__lsn\":null,\"__ordinal\":null,\"__txId\":null,\"__source_ts_ms\":")
              .raw(Long.toString(Instant.now().toEpochMilli()));
    }
  }

  /** Everything of a CloudEvent but its data and its end. */
  void cloudEvent(Op op, Optional<TableId> table, Origin origin) {
    json.raw("{\"specversion\":\"1.0\",\"source\":").raw(cloudSource);
    json.raw(",\"type\":\"io.debezium.connector.postgresql.DataChangeEvent\"");
    json.raw(",\"datacontenttype\":\"application/json\",\"iodebeziumop\":\"").raw(op.letter());
    json.raw("\",\"iodebeziumname\":").raw(bytes(JsonText.quoted(settings.pipeline())));
    json.raw(",\"iodebeziumdb\":").raw(bytes(JsonText.quoted(settings.database())));
    table.ifPresent(it -> names(it, ",\"iodebeziumschema\":", ",\"iodebeziumtable\":"));
    switch (origin) {
      case Origin.InTransaction(TransactionHeader header, long ordinal) -> {
        String lsn = Long.toUnsignedString(header.commitLsn().value());
        json.raw(",\"iodebeziumsnapshot\":\"false\",\"iodebeziumtxId\":\"").raw(xid(header));
        json.raw("\",\"iodebeziumlsn\":\"").raw(lsn);
        json.raw("\",\"time\":\"").raw(header.commitTime().toString());
        json.raw("\",\"id\":\"").raw(lsn).raw("-").raw(Long.toString(ordinal));
        json.raw("-").raw(op.letter()).raw("\"");
      }
      case Origin.InLoad(String load, long ordinal) -> {
        json.raw(",\"iodebeziumsnapshot\":\"true\",\"time\":\"").raw(Instant.now().toString());
        json.raw("\",\"id\":\"").raw(load).raw("-").raw(Long.toString(ordinal));
        json.raw("-").raw(op.letter()).raw("\"");
      }
    }
  }

  private void names(TableId table, String schemaMember, String tableMember) {
    json.raw(schemaMember).string(table.schema());
    json.raw(tableMember).string(table.name());
  }

  private void times(Instant at) {
    json.raw(",\"ts_ms\":").raw(since1970(at, MILLIS_PER_SECOND));
    json.raw(",\"ts_us\":").raw(since1970(at, MICROS_PER_SECOND));
    json.raw(",\"ts_ns\":").raw(since1970(at, NANOS_PER_SECOND));
  }

  private static String since1970(Instant at, long perSecond) {
    long rest = at.getNano() / (NANOS_PER_SECOND / perSecond);
    return Long.toString(at.getEpochSecond() * perSecond + rest);
  }

  private static String xid(TransactionHeader header) {
    return header.isTransaction() ? header.xid().toString() : "null";
  }
}
