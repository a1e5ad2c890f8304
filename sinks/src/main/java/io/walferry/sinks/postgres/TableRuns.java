package io.walferry.sinks.postgres;

import io.walferry.sinks.postgres.TableWriter.Work;
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
  private final TableWriter writer;
  private final List<Run> runs = new ArrayList<>(3);

  /** Of all keys in the runs; a number that two keys share only costs a round trip. */
  private final Set<Long> keyHashes = new HashSet<>();

  /** Of those in the last group of a run that stands alone: a statement takes each key once. */
  private final Set<Long> groupHashes = new HashSet<>();

  /** Whether the runs hold changes that must not change places with anything. */
  private boolean ordered;

  TableRuns(TableWriter writer) {
    this.writer = writer;
  }

  TableWriter writer() {
    return writer;
  }

  void add(Work work) {
    if (writer.commutes(work)) {
      addUnordered(work);
    } else {
      addOrdered(work);
    }
  }

  private void addUnordered(Work work) {
    if (ordered) {
      flush();
    }
    long key = writer.keyHash(work.after());
    if (runs.size() == 1 && runs.getFirst().shape().equals(work.shape())) {
      if (groupHashes.contains(key)) {
        runs.getFirst().separate(work.header());
        groupHashes.clear();
      }
    } else if (keyHashes.contains(key)) {
      flush();
    }
    keyHashes.add(key);
    groupHashes.add(key);
    run(work.shape()).add(work.header(), work.before(), work.after());
  }

  private void addOrdered(Work work) {
    if (!ordered || !runs.getFirst().shape().equals(work.shape())) {
      flush();
      ordered = true;
    }
    Run run = run(work.shape());
    if (!(work.shape() instanceof ChangeShape.Insert)) {
      run.separate(work.header());
    }
    run.add(work.header(), work.before(), work.after());
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
    runs.forEach(writer.sender()::send);
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
