package io.walferry.pipeline;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sink.Claim;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.Sink;
import io.walferry.sink.SinkState;
import java.util.ArrayList;
import java.util.List;

/** The destinations of one attempt; closing closes every one of them. */
final class OpenSinks implements AutoCloseable {
  private final List<OpenSink> sinks = new ArrayList<>();

  /** A destination of one attempt, with what this process holds there. */
  record OpenSink(Sink sink, Claim claim) {
    SinkState open(FeedIdentity feed) {
      return sink.open(feed, claim);
    }

    boolean savesPosition() {
      return sink.capabilities().savesPosition();
    }
  }

  OpenSinks(List<Target> targets) {
    targets.forEach(target -> sinks.add(new OpenSink(target.sinks().get(), target.claim())));
    if (sinks.size() > 1 && !sinks.stream().allMatch(OpenSink::savesPosition)) {
      throw new WalferryException(
          ErrorCode.CONFIGURATION_INVALID,
          "a destination that saves no position cannot share a slot with others: after a restart"
              + " it would need changes that they have confirmed");
    }
  }

  List<OpenSink> sinks() {
    return sinks;
  }

  @Override
  public void close() {
    List<WalferryException> failures = new ArrayList<>();
    for (OpenSink open : sinks) {
      try {
        open.sink().close();
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
