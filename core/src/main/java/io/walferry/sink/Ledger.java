package io.walferry.sink;

import io.walferry.change.TableId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The ledger's lines as of now, for a destination that keeps them in another form than as rows of a
 * table. Not for several threads.
 */
public final class Ledger {
  private final Map<Key, LedgerEntry> lines = new LinkedHashMap<>();
  private boolean unsettled;

  private record Key(TableId table, LedgerEntry.Kind kind, String part) {}

  /** Adds lines, or replaces those of the same table, kind and part. */
  public void putAll(Collection<LedgerEntry> entries) {
    entries.forEach(line -> lines.put(new Key(line.table(), line.kind(), line.part()), line));
    unsettled |= entries.stream().anyMatch(line -> line.kind().isUnsettled());
  }

  /**
   * Removes the table's lines of these kinds.
   *
   * @return those that were there
   */
  public List<LedgerEntry> remove(TableId table, Set<LedgerEntry.Kind> kinds) {
    List<LedgerEntry> removed = new ArrayList<>();
    lines
        .values()
        .removeIf(
            line -> line.table().equals(table) && kinds.contains(line.kind()) && removed.add(line));
    unsettled = lines.keySet().stream().anyMatch(key -> key.kind().isUnsettled());
    return removed;
  }

  /** Whether a line says that the destination is not consistent. */
  public boolean hasUnsettled() {
    return unsettled;
  }

  public int size() {
    return lines.size();
  }

  public List<LedgerEntry> lines() {
    return List.copyOf(lines.values());
  }
}
