package io.walferry.pipeline;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sink.Sink;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The destinations of one attempt; closing closes every one of them. */
final class OpenSinks implements AutoCloseable {
  private final List<Sink> sinks = new ArrayList<>();

  OpenSinks(List<Supplier<Sink>> suppliers) {
    suppliers.forEach(supplier -> sinks.add(supplier.get()));
    if (sinks.size() > 1 && sinks.stream().anyMatch(sink -> !sink.capabilities().savesPosition())) {
      throw new WalferryException(
          ErrorCode.CONFIGURATION_INVALID,
          "a destination that saves no position cannot share a slot with others: after a restart"
              + " it would need changes that they have confirmed");
    }
  }

  List<Sink> sinks() {
    return sinks;
  }

  @Override
  public void close() {
    List<WalferryException> failures = new ArrayList<>();
    for (Sink sink : sinks) {
      try {
        sink.close();
      } catch (WalferryException e) {
        failures.add(e);
      }
    }
    if (!failures.isEmpty()) {
      WalferryException first = failures.removeFirst();
      failures.forEach(first::addSuppressed);
      throw first;
    }
  }
}
