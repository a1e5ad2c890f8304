package io.walferry.sinks.run;

import io.walferry.change.OldRow;
import io.walferry.change.Row;
import io.walferry.change.TableId;
import io.walferry.change.TransactionHeader;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Changes of the open destination transaction that were not sent yet, bounded in bytes. With
 * triggers and foreign keys at rest the order between tables means nothing, for the transaction
 * becomes visible as a whole; otherwise it is kept. Not for several threads.
 */
public final class PendingChanges {
  private final BooleanSupplier triggersRest;
  private final long bytesMax;
  private final Map<TableId, TableRuns> tables = new LinkedHashMap<>();
  private long byteCount;

  /**
   * None yet.
   *
   * @param triggersRest whether nothing at the destination sees the order between tables
   * @param bytesMax of rows that wait; with more, everything is sent
   */
  public PendingChanges(BooleanSupplier triggersRest, long bytesMax) {
    this.triggersRest = triggersRest;
    this.bytesMax = bytesMax;
  }

  public void insert(TableChanges table, TransactionHeader header, Row after) {
    add(table, table.insert(header, after));
  }

  public void update(TableChanges table, TransactionHeader header, OldRow before, Row after) {
    add(table, table.update(header, before, after));
  }

  public void delete(TableChanges table, TransactionHeader header, OldRow before) {
    add(table, table.delete(header, before));
  }

  private void add(TableChanges table, PendingChange change) {
    TableId name = table.relation().table();
    if (!triggersRest.getAsBoolean() && !tables.containsKey(name)) {
      flush();
    }
    TableRuns runs = tables.computeIfAbsent(name, id -> new TableRuns(table));
    if (!runs.changes().equals(table)) {
      byteCount -= runs.byteCount();
      runs.flush();
      runs = new TableRuns(table);
      tables.put(name, runs);
    }
    byteCount -= runs.byteCount();
    runs.add(change);
    byteCount += runs.byteCount();
    if (byteCount >= bytesMax) {
      flush();
    }
  }

  /** Sends everything. */
  public void flush() {
    tables.values().forEach(TableRuns::flush);
    tables.clear();
    byteCount = 0;
  }

  /** Forgets everything, also what an attempt to send has failed for. */
  public void drop() {
    tables.clear();
    byteCount = 0;
  }
}
