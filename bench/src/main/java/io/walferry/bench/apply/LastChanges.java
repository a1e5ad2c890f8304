package io.walferry.bench.apply;

import io.walferry.change.Change;
import io.walferry.change.OldRow;
import io.walferry.change.Row;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a batch leaves of each key, the first column: a row, or none. It takes for granted that keys
 * stay and that nothing was left out.
 */
final class LastChanges {
  private final Map<Long, Optional<Row>> rows = new LinkedHashMap<>();
  private boolean inserts = true;

  void take(Change change) {
    switch (change) {
      case Change.Insert insert -> put(insert.after());
      case Change.Update update -> {
        inserts = false;
        put(update.after());
      }
      case Change.Delete(var relation, OldRow.Key(var key)) -> {
        inserts = false;
        rows.put(key.integer(0), Optional.empty());
      }
      default -> throw new IllegalArgumentException("No load of the benchmark has this");
    }
  }

  private void put(Row row) {
    rows.put(row.integer(0), Optional.of(row));
  }

  /** Whether there were only new rows. */
  boolean isInserts() {
    return inserts;
  }

  List<Row> present() {
    return rows.values().stream().flatMap(Optional::stream).toList();
  }

  List<Long> gone() {
    return rows.entrySet().stream()
        .filter(entry -> entry.getValue().isEmpty())
        .map(Map.Entry::getKey)
        .toList();
  }

  void clear() {
    rows.clear();
    inserts = true;
  }
}
