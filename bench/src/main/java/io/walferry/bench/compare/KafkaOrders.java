package io.walferry.bench.compare;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.walferry.change.Change;
import io.walferry.change.Column;
import io.walferry.change.Lsn;
import io.walferry.change.Relation;
import io.walferry.change.ReplicaIdentity;
import io.walferry.change.Row;
import io.walferry.change.TableId;
import io.walferry.change.TransactionHeader;
import io.walferry.change.Xid;
import io.walferry.publication.FormerValue;
import io.walferry.publication.PublishedColumn;
import io.walferry.publication.PublishedTable;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** Inserts into a table of orders, and the table as the catalog and the stream know it. */
final class KafkaOrders {
  private static final int INT8 = 20;
  private static final int INT4 = 23;
  private static final int TEXT = 25;
  private static final int TIMESTAMP = 1114;
  private static final int NUMERIC = 1700;
  private static final int BOOLEAN = 16;

  private static final TableId TABLE = new TableId("public", "orders");
  private static final List<Column> COLUMNS =
      List.of(
          new Column("id", INT8, -1, true),
          new Column("customer", INT4, -1, false),
          new Column("amount", NUMERIC, -1, false),
          new Column("status", TEXT, -1, false),
          new Column("title", TEXT, -1, false),
          new Column("note", TEXT, -1, false),
          new Column("created", TIMESTAMP, -1, false),
          new Column("active", BOOLEAN, -1, false));

  static final Relation RELATION = new Relation(1, TABLE, ReplicaIdentity.DEFAULT, COLUMNS);
  static final TransactionHeader TRANSACTION =
      new TransactionHeader(
          new Xid(746), new Lsn(24_023_128), Instant.parse("2026-01-02T03:04:05.678901Z"));

  private KafkaOrders() {}

  static PublishedTable table() {
    List<PublishedColumn> columns =
        COLUMNS.stream()
            .map(
                column ->
                    new PublishedColumn(
                        column.name(), column.typeOid(), "text", -1, false, FormerValue.Null.NULL))
            .toList();
    List<String> key = List.of("id");
    return new PublishedTable(
        1, TABLE, ReplicaIdentity.DEFAULT, columns, key, key, Optional.empty(), 0, 0, Set.of());
  }

  static List<Change.Insert> inserts(int count) {
    return IntStream.range(0, count)
        .mapToObj(number -> new Change.Insert(RELATION, row(1_000_000L + number)))
        .toList();
  }

  private static Row row(long id) {
    List<String> values = new ArrayList<>();
    values.add(Long.toString(id));
    values.add(Long.toString(id % 5_000));
    values.add(id % 1_000 + ".25");
    values.add("shipped");
    values.add("An order of some things, number " + id);
    values.add("n\u00f6te ".repeat((int) (id % 20)));
    values.add("2026-01-02 03:04:05.678901");
    values.add("t");
    ByteArrayOutputStream buffer = new ByteArrayOutputStream();
    values.forEach(value -> buffer.writeBytes(value.getBytes(UTF_8)));
    Row.Builder row = new Row.Builder(buffer.toByteArray(), values.size());
    int start = 0;
    for (String value : values) {
      int length = value.getBytes(UTF_8).length;
      row.text(start, length);
      start += length;
    }
    return row.build();
  }
}
