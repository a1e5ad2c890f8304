package io.walferry.apply;

import io.walferry.change.Change;
import io.walferry.change.TransactionHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Changes of whole source transactions that wait, with what they touch. Filled by one thread. */
final class Batch {
  /** About what a change takes beside its bytes. */
  private static final long CHANGE_BYTES = 128;

  private final List<Step> steps = new ArrayList<>();
  private final Footprint footprint = new Footprint();
  private long byteCount;

  private record Step(TransactionHeader transaction, Change change) {}

  boolean isEmpty() {
    return steps.isEmpty();
  }

  long byteCount() {
    return byteCount;
  }

  /** Where {@link #add} wants noted what a change touches. */
  Footprint footprint() {
    return footprint;
  }

  void add(TransactionHeader transaction, Change change) {
    steps.add(new Step(transaction, change.detached()));
    byteCount += change.byteSize() + CHANGE_BYTES;
  }

  boolean meets(Batch other) {
    return footprint.meets(other.footprint);
  }

  void replay(Consumer<TransactionHeader> begin, Consumer<Change> append) {
    Optional<TransactionHeader> begun = Optional.empty();
    for (Step step : steps) {
      if (!begun.equals(Optional.of(step.transaction))) {
        begun = Optional.of(step.transaction);
        begin.accept(step.transaction);
      }
      append.accept(step.change);
    }
  }
}
