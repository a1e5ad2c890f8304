package io.walferry.deadletter;

import io.walferry.error.WalferryException;
import io.walferry.sink.RowAttempts;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Applies items in their order, many at once. Where the destination refuses one, its group is taken
 * back and halved until the item is alone; the others are applied as if it had not come. Not for
 * several threads.
 */
final class Bisection<T> {
  private final RowAttempts destination;
  private final Consumer<T> apply;
  private final Refused<T> refused;

  /** Hears of an item that was refused, after it was taken back. */
  interface Refused<T> {
    void refused(T item, WalferryException why);
  }

  Bisection(RowAttempts destination, Consumer<T> apply, Refused<T> refused) {
    this.destination = destination;
    this.apply = apply;
    this.refused = refused;
  }

  void run(List<T> items) {
    if (items.isEmpty()) {
      return;
    }
    Optional<WalferryException> failure = attempt(destination, () -> items.forEach(apply));
    if (failure.isEmpty()) {
      return;
    }
    if (items.size() == 1) {
      refused.refused(items.getFirst(), failure.get());
      return;
    }
    int middle = items.size() / 2;
    run(items.subList(0, middle));
    run(items.subList(middle, items.size()));
  }

  /** Why the destination refuses it, with nothing of it applied; empty if it was applied. */
  static Optional<WalferryException> attempt(RowAttempts destination, Runnable changes) {
    destination.attempt();
    try {
      changes.run();
      destination.accept();
      return Optional.empty();
    } catch (WalferryException e) {
      if (!e.code().isAboutARow()) {
        throw e;
      }
      destination.takeBack();
      return Optional.of(e);
    }
  }
}
