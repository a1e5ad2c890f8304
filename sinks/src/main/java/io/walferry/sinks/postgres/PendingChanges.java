package io.walferry.sinks.postgres;

import io.walferry.change.TableId;
import io.walferry.sinks.postgres.TableWriter.Work;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Changes of the open destination transaction that were not sent yet, bounded in bytes. With
 * triggers and foreign keys at rest the order between tables means nothing, for the transaction
 * becomes visible as a whole; otherwise it is kept.
 */
final class PendingChanges {
  private final DestinationDatabase database;
  private final long bytesMax;
  private final Map<TableId, TableRuns> tables = new LinkedHashMap<>();
  private long byteCount;

  PendingChanges(DestinationDatabase database, long bytesMax) {
    this.database = database;
    this.bytesMax = bytesMax;
  }

  void add(TableWriter writer, Work work) {
    TableId table = writer.relation().table();
    if (!database.replicaRole() && !tables.containsKey(table)) {
      flush();
    }
    TableRuns runs = tables.computeIfAbsent(table, id -> new TableRuns(writer));
    if (!runs.writer().equals(writer)) {
      runs.flush();
      runs = new TableRuns(writer);
      tables.put(table, runs);
    }
    runs.add(work);
    byteCount += work.byteSize();
    if (byteCount >= bytesMax) {
      flush();
    }
  }

  void flush() {
    tables.values().forEach(TableRuns::flush);
    tables.clear();
    byteCount = 0;
  }
}
