package io.walferry.library;

import io.walferry.change.TableId;
import io.walferry.sink.LedgerEntry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The lines of a ledger. Not for several threads. */
final class Ledger {
  private final Map<Key, LedgerEntry> lines = new LinkedHashMap<>();

  private record Key(TableId table, LedgerEntry.Kind kind, String part) {}

  /** Something that happens to a ledger. */
  sealed interface Step {
    record Put(List<LedgerEntry> entries) implements Step {
      public Put {
        entries = List.copyOf(entries);
      }
    }

    record Forget(TableId table, Set<LedgerEntry.Kind> kinds) implements Step {
      public Forget {
        kinds = Set.copyOf(kinds);
      }
    }
  }

  Ledger(List<LedgerEntry> entries) {
    put(entries);
  }

  void apply(Step step) {
    switch (step) {
      case Step.Put(var entries) -> put(entries);
      case Step.Forget(var table, var kinds) ->
          lines.keySet().removeIf(key -> key.table().equals(table) && kinds.contains(key.kind()));
    }
  }

  private void put(List<LedgerEntry> entries) {
    entries.forEach(entry -> lines.put(new Key(entry.table(), entry.kind(), entry.part()), entry));
  }

  List<LedgerEntry> entries() {
    return new ArrayList<>(lines.values());
  }
}
