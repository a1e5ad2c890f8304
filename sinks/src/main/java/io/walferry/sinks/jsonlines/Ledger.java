package io.walferry.sinks.jsonlines;

import io.walferry.change.TableId;
import io.walferry.sink.LedgerEntry;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The ledger's lines as of now. Not for several threads. */
final class Ledger {
  private final Map<Key, LedgerEntry> lines = new LinkedHashMap<>();
  private boolean unsettled;

  private record Key(TableId table, LedgerEntry.Kind kind, String part) {}

  void putAll(Collection<LedgerEntry> entries) {
    entries.forEach(line -> lines.put(new Key(line.table(), line.kind(), line.part()), line));
    unsettled |= entries.stream().anyMatch(line -> line.kind().isUnsettled());
  }

  void remove(TableId table, Set<LedgerEntry.Kind> kinds) {
    lines.keySet().removeIf(key -> key.table().equals(table) && kinds.contains(key.kind()));
    unsettled = lines.keySet().stream().anyMatch(key -> key.kind().isUnsettled());
  }

  boolean hasUnsettled() {
    return unsettled;
  }

  List<LedgerEntry> lines() {
    return List.copyOf(lines.values());
  }
}
