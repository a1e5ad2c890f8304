package io.walferry.bench.debezium;

import io.debezium.embedded.Connect;
import io.debezium.engine.ChangeEvent;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.format.Json;
import java.io.IOException;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.apache.kafka.connect.source.SourceRecord;

/**
 * Debezium's engine with its defaults and offsets in memory, until as many row events have come as
 * the load has.
 *
 * <p>Arguments: format ({@code connect} or {@code json}), port, database, slot, publication, tables
 * by commas, row events.
 */
public final class DebeziumClient {
  private final long rowsWanted;
  private final AtomicLong rows = new AtomicLong();
  private final CountDownLatch ended = new CountDownLatch(1);

  private DebeziumClient(long rowsWanted) {
    this.rowsWanted = rowsWanted;
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    DebeziumClient client = new DebeziumClient(Long.parseLong(arguments[6]));
    client.drain(arguments[0].equals("json"), properties(arguments));
    // The engine's threads must not hold the process.
    System.exit(0);
  }

  private static Properties properties(String[] arguments) {
    Properties properties = new Properties();
    properties.put("name", "bench");
    properties.put("connector.class", "io.debezium.connector.postgresql.PostgresConnector");
    properties.put("offset.storage", "org.apache.kafka.connect.storage.MemoryOffsetBackingStore");
    properties.put("database.hostname", "127.0.0.1");
    properties.put("database.port", arguments[1]);
    properties.put("database.user", "postgres");
    // The server trusts everybody, but the connector demands one.
    properties.put("database.password", "none");
    properties.put("database.dbname", arguments[2]);
    properties.put("topic.prefix", "bench");
    properties.put("plugin.name", "pgoutput");
    properties.put("slot.name", arguments[3]);
    properties.put("slot.drop.on.stop", "false");
    properties.put("publication.name", arguments[4]);
    properties.put("publication.autocreate.mode", "disabled");
    properties.put("table.include.list", arguments[5]);
    properties.put("snapshot.mode", "no_data");
    properties.put("key.converter.schemas.enable", "false");
    properties.put("value.converter.schemas.enable", "false");
    return properties;
  }

  private void drain(boolean json, Properties properties) throws IOException, InterruptedException {
    // Closed in the reverse order: the executor waits for the engine's end.
    try (ExecutorService executor = Executors.newSingleThreadExecutor();
        DebeziumEngine<?> engine = json ? jsonEngine(properties) : connectEngine(properties)) {
      executor.execute(engine);
      ended.await();
      if (rows.get() < rowsWanted) {
        throw new IllegalStateException("The engine ended after " + rows + " row events");
      }
      reportEnd();
    }
  }

  private DebeziumEngine<?> jsonEngine(Properties properties) {
    return DebeziumEngine.create(Json.class)
        .using(properties)
        .using(this::completed)
        .notifying(
            (List<ChangeEvent<String, String>> events,
                DebeziumEngine.RecordCommitter<ChangeEvent<String, String>> committer) ->
                take(events, committer, DebeziumClient::isRowEvent))
        .build();
  }

  private DebeziumEngine<?> connectEngine(Properties properties) {
    return DebeziumEngine.create(Connect.class)
        .using(properties)
        .using(this::completed)
        .notifying(
            (List<ChangeEvent<SourceRecord, SourceRecord>> events,
                DebeziumEngine.RecordCommitter<ChangeEvent<SourceRecord, SourceRecord>>
                    committer) -> take(events, committer, DebeziumClient::isRowRecord))
        .build();
  }

  private void completed(boolean success, String message, Throwable error) {
    System.err.println("completed: " + message + " " + error);
    ended.countDown();
  }

  private <E> void take(
      List<ChangeEvent<E, E>> events,
      DebeziumEngine.RecordCommitter<ChangeEvent<E, E>> committer,
      Predicate<ChangeEvent<E, E>> isRow)
      throws InterruptedException {
    long found = 0;
    for (ChangeEvent<E, E> event : events) {
      if (isRow.test(event)) {
        found++;
      }
      committer.markProcessed(event);
    }
    committer.markBatchFinished();
    if (rows.addAndGet(found) >= rowsWanted) {
      ended.countDown();
    }
  }

  /** Heartbeats and transaction marks have no {@code op}. */
  private static boolean isRowEvent(ChangeEvent<String, String> event) {
    return event.value() != null && event.value().contains("\"op\":");
  }

  private static boolean isRowRecord(ChangeEvent<SourceRecord, SourceRecord> event) {
    SourceRecord record = event.value();
    return record.valueSchema() != null && record.valueSchema().field("op") != null;
  }

  /** As every client of the benchmark does: says it, then waits until standard input is closed. */
  private void reportEnd() throws IOException {
    System.out.println("end rows=" + rows);
    while (System.in.read() >= 0) {
      // Nothing is ever sent.
    }
  }
}
