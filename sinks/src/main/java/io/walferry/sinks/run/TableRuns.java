package io.walferry.sinks.run;

import java.util.ArrayList;
import java.util.List;

/**
 * Changes of one relation that were not sent yet. Those that may change places with others are
 * {@linkplain KeyedChanges sorted}; everything else keeps its order, if need be by sending what is
 * here first.
 */
final class TableRuns {
  private final TableChanges changes;

  /** Empty while there is something ordered. */
  private final KeyedChanges keyed;

  /** At most one run, of changes that must not change places with anything. */
  private final List<Run> ordered = new ArrayList<>(1);

  private long orderedBytes;

  TableRuns(TableChanges changes) {
    this.changes = changes;
    this.keyed = new KeyedChanges(changes);
  }

  TableChanges changes() {
    return changes;
  }

  long byteCount() {
    return keyed.byteCount() + orderedBytes;
  }

  void add(PendingChange change) {
    if (!changes.commutes(change)) {
      addOrdered(change);
      return;
    }
    flushOrdered();
    if (!keyed.take(change)) {
      flush();
      if (!keyed.take(change)) {
        throw new IllegalStateException("A change does not go where there is none");
      }
    }
  }

  private void addOrdered(PendingChange change) {
    flushKeyed();
    if (ordered.isEmpty() || !ordered.getFirst().shape().equals(change.shape())) {
      flushOrdered();
      ordered.add(new Run(change.shape()));
    }
    Run run = ordered.getFirst();
    if (!(change.shape() instanceof ChangeShape.Insert)) {
      run.separate();
    }
    run.add(change);
    orderedBytes += change.byteSize();
  }

  void flush() {
    flushKeyed();
    flushOrdered();
  }

  private void flushKeyed() {
    if (!keyed.isEmpty()) {
      keyed.takeRuns().forEach(changes::send);
    }
  }

  private void flushOrdered() {
    ordered.forEach(changes::send);
    ordered.clear();
    orderedBytes = 0;
  }
}
