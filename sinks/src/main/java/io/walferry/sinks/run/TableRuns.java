package io.walferry.sinks.run;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Changes of one relation that were not sent yet. Changes of different keys may change places, so
 * they are sorted into one run for each shape; everything else keeps its order, if need be by
 * sending what is here first.
 *
 * <p>Deletes are sent first and inserts last, since a key may be deleted and come again in another
 * spelling ({@code 1.0} and {@code 1.00}).
 */
final class TableRuns {
  private final TableChanges changes;
  private final List<Run> runs = new ArrayList<>(3);

  /** Of all keys in the runs; a number that two keys share only costs a round trip. */
  private final Set<Long> keyHashes = new HashSet<>();

  /** Of those in the last group of a run that stands alone: a statement takes each key once. */
  private final Set<Long> groupHashes = new HashSet<>();

  /** Whether the runs hold changes that must not change places with anything. */
  private boolean ordered;

  TableRuns(TableChanges changes) {
    this.changes = changes;
  }

  TableChanges changes() {
    return changes;
  }

  void add(PendingChange change) {
    if (changes.commutes(change)) {
      addUnordered(change);
    } else {
      addOrdered(change);
    }
  }

  private void addUnordered(PendingChange change) {
    if (ordered) {
      flush();
    }
    long key = changes.keyHash(change.after());
    if (runs.size() == 1 && runs.getFirst().shape().equals(change.shape())) {
      if (groupHashes.contains(key)) {
        runs.getFirst().separate(change.header());
        groupHashes.clear();
      }
    } else if (keyHashes.contains(key)) {
      flush();
    }
    keyHashes.add(key);
    groupHashes.add(key);
    run(change.shape()).add(change.header(), change.before(), change.after());
  }

  private void addOrdered(PendingChange change) {
    if (!ordered || !runs.getFirst().shape().equals(change.shape())) {
      flush();
      ordered = true;
    }
    Run run = run(change.shape());
    if (!(change.shape() instanceof ChangeShape.Insert)) {
      run.separate(change.header());
    }
    run.add(change.header(), change.before(), change.after());
  }

  private Run run(ChangeShape shape) {
    Optional<Run> found = runs.stream().filter(run -> run.shape().equals(shape)).findFirst();
    return found.orElseGet(
        () -> {
          Run run = new Run(shape);
          runs.add(run);
          return run;
        });
  }

  void flush() {
    runs.sort(Comparator.comparingInt(run -> rank(run.shape())));
    runs.forEach(changes::send);
    runs.clear();
    keyHashes.clear();
    groupHashes.clear();
    ordered = false;
  }

  private static int rank(ChangeShape shape) {
    return switch (shape) {
      case ChangeShape.Delete delete -> 0;
      case ChangeShape.Update update -> 1;
      case ChangeShape.Insert insert -> 2;
    };
  }
}
