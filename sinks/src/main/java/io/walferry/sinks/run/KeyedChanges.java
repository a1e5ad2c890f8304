package io.walferry.sinks.run;

import io.walferry.change.Row;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Changes that may change places with those of other keys. For each key there is as little as has
 * the same effect: a removal, a row that comes or changes, or a removal and then a row that comes.
 * Whether a row is there, or none, is still asked wherever the single changes would have asked it
 * first.
 */
final class KeyedChanges {
  private final TableChanges changes;

  /** By a number that two keys hardly ever share, in the order in which the keys came. */
  private final Map<Long, PendingChange> removals = new LinkedHashMap<>();

  /** The same for rows. */
  private final Map<Long, PendingChange> rows = new LinkedHashMap<>();

  /** A row of those that are here, if there are any; all keys have come in the form of its key. */
  private Optional<Row> form = Optional.empty();

  private long byteCount;

  KeyedChanges(TableChanges changes) {
    this.changes = changes;
  }

  boolean isEmpty() {
    return removals.isEmpty() && rows.isEmpty();
  }

  long byteCount() {
    return byteCount;
  }

  /**
   * Takes the next change.
   *
   * @return whether it could; otherwise nothing has changed, and what is here has to go first
   */
  boolean take(PendingChange next) {
    if (form.filter(row -> !changes.haveSameForm(row, next.after())).isPresent()) {
      return false;
    }
    Long key = changes.keyHash(next.after());
    Optional<PendingChange> removal = Optional.ofNullable(removals.get(key));
    Optional<PendingChange> row = Optional.ofNullable(rows.get(key));
    if (isOfAnother(removal, next) || isOfAnother(row, next)) {
      return false;
    }
    return switch (next.shape()) {
      case ChangeShape.Insert insert -> takeInsert(key, row, next);
      case ChangeShape.Update update -> takeUpdate(key, removal, row, next);
      case ChangeShape.Delete delete -> takeDelete(key, removal, row, next);
    };
  }

  private boolean isOfAnother(Optional<PendingChange> there, PendingChange next) {
    return there.filter(change -> !changes.haveSameKey(change.after(), next.after())).isPresent();
  }

  private boolean takeInsert(Long key, Optional<PendingChange> row, PendingChange next) {
    if (row.isPresent()) {
      return false;
    }
    put(rows, key, next);
    return true;
  }

  private boolean takeUpdate(
      Long key, Optional<PendingChange> removal, Optional<PendingChange> row, PendingChange next) {
    if (removal.isPresent() && row.isEmpty()) {
      return false;
    }
    put(rows, key, row.map(before -> before.then(next)).orElse(next));
    return true;
  }

  /** A row that came and goes leaves nothing, but whether it could come must have been asked. */
  private boolean takeDelete(
      Long key, Optional<PendingChange> removal, Optional<PendingChange> row, PendingChange next) {
    boolean came = row.filter(PendingChange::isInsert).isPresent();
    if (came != removal.isPresent()) {
      return false;
    }
    row.ifPresent(
        change -> {
          rows.remove(key);
          byteCount -= change.byteSize();
        });
    if (removal.isEmpty()) {
      put(removals, key, next);
    }
    return true;
  }

  private void put(Map<Long, PendingChange> into, Long key, PendingChange change) {
    if (form.isEmpty()) {
      form = Optional.of(change.after());
    }
    Optional<PendingChange> former = Optional.ofNullable(into.put(key, change));
    byteCount += change.byteSize() - former.map(PendingChange::byteSize).orElse(0L);
  }

  /**
   * Gives everything away: removals first and rows that come last, since a key may be removed and
   * come again, also in another spelling ({@code 1.0} and {@code 1.00}).
   */
  List<Run> takeRuns() {
    Map<ChangeShape, Run> runs = new LinkedHashMap<>();
    removals.values().forEach(change -> add(runs, change));
    rows.values().stream().filter(change -> !change.isInsert()).forEach(it -> add(runs, it));
    rows.values().stream().filter(PendingChange::isInsert).forEach(change -> add(runs, change));
    removals.clear();
    rows.clear();
    form = Optional.empty();
    byteCount = 0;
    return new ArrayList<>(runs.values());
  }

  private static void add(Map<ChangeShape, Run> runs, PendingChange change) {
    runs.computeIfAbsent(change.shape(), Run::new).add(change);
  }
}
