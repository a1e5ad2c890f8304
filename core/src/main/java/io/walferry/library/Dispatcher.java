package io.walferry.library;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.library.Outstanding.Handed;
import io.walferry.time.Stopwatch;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls callbacks and does what the policy says about those that fail. For the thread that
 * delivers.
 */
final class Dispatcher {
  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(100);
  private static final Duration WARN_AFTER = Duration.ofMinutes(1);

  private final Outstanding outstanding;
  private final ErrorPolicy policy;
  private final Optional<Consumer<Rejection>> rejected;
  private final AtomicLong rejections = new AtomicLong();

  private final Object guard = new Object();

  /** Where callbacks are called now; empty between them. */
  private Optional<Thread> calling = Optional.empty();

  Dispatcher(Outstanding outstanding, ErrorPolicy policy, Optional<Consumer<Rejection>> rejected) {
    this.outstanding = outstanding;
    this.policy = policy;
    this.rejected = rejected;
  }

  /** How many events were rejected. From any thread. */
  long rejections() {
    return rejections.get();
  }

  /** Whether this thread is within a callback. */
  boolean isCalling() {
    synchronized (guard) {
      return calling.equals(Optional.of(Thread.currentThread()));
    }
  }

  /** Interrupts the callback that runs, if one does, and nothing else. From any thread. */
  void interruptCall() {
    synchronized (guard) {
      calling.ifPresent(Thread::interrupt);
    }
  }

  private void calls(Optional<Thread> thread) {
    synchronized (guard) {
      calling = thread;
    }
  }

  /**
   * Hands an event to callbacks, one after the other.
   *
   * @param size about how much memory it takes
   * @param meanwhile what can be done while there is no room for another open event
   */
  void dispatch(Event event, List<Route> routes, long size, Runnable meanwhile) {
    for (Route route : routes) {
      switch (route.call()) {
        case Route.Call.Direct direct -> call(direct, event);
        case Route.Call.Manual manual -> {
          awaitRoom(size, meanwhile);
          call(outstanding.hand(event, manual, size));
        }
      }
    }
  }

  private void awaitRoom(long size, Runnable meanwhile) {
    Stopwatch waiting = Stopwatch.start(outstanding.clock());
    boolean warned = false;
    while (!outstanding.awaitRoom(size, LOOK_AGAIN)) {
      meanwhile.run();
      if (!warned && waiting.hasReached(WARN_AFTER)) {
        warned = true;
        LOG.warn(
            "{} events have waited for their acknowledgement for a minute; nothing more is"
                + " delivered until some are acknowledged",
            outstanding.count());
      }
    }
  }

  private void call(Route.Call.Direct direct, Event event) {
    for (int attempts = 1; ; attempts++) {
      Optional<Exception> cause = attempt(() -> direct.handler().handle(event));
      if (cause.isEmpty()) {
        return;
      }
      if (!isTriedAgain(new CallbackFailure(event, cause.get(), attempts))) {
        return;
      }
    }
  }

  private void call(Handed handed) {
    handed.attempt();
    attempt(() -> handed.call().handler().handle(handed.event(), handed)).ifPresent(handed::failed);
  }

  /** Looks after events that somebody has not been able to deal with. */
  void lookAfterFailed() {
    // Nobody is left to hand anything to, whatever a policy says.
    outstanding
        .broken()
        .ifPresent(
            failure -> {
              throw failed(failure);
            });
    Optional<Handed> failed = outstanding.takeFailed();
    while (failed.isPresent()) {
      Handed handed = failed.get();
      if (isTriedAgain(new CallbackFailure(handed.event(), handed.cause(), handed.attempts()))) {
        call(handed);
      } else {
        handed.reject();
      }
      failed = outstanding.takeFailed();
    }
  }

  private interface Work {
    void run() throws Exception;
  }

  /** Returns why it has failed. */
  private Optional<Exception> attempt(Work work) {
    calls(Optional.of(Thread.currentThread()));
    try {
      work.run();
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WalferryException(ErrorCode.INTERRUPTED, "interrupted in a callback", e);
    } catch (Exception e) {
      return Optional.of(e);
    } catch (OutOfMemoryError e) {
      throw e;
    } catch (Error e) {
      // No work for a policy; and without its message, which may hold a value.
      throw new WalferryException(
          ErrorCode.CALLBACK_FAILED, "a callback has failed with " + e.getClass().getName(), e);
    } finally {
      calls(Optional.empty());
    }
  }

  /** Waits and returns true, or rejects and returns false. */
  private boolean isTriedAgain(CallbackFailure failure) {
    return switch (reaction(failure)) {
      case Reaction.Stop stop -> throw failed(failure);
      case Reaction.Reject reject -> {
        reject(failure);
        yield false;
      }
      case Reaction.Retry(Duration delay) -> {
        LOG.warn("{}; tried again after {} ms", describe(failure), delay.toMillis());
        outstanding.pause(delay);
        yield true;
      }
    };
  }

  private Reaction reaction(CallbackFailure failure) {
    AtomicReference<Reaction> decided = new AtomicReference<>(Reaction.Stop.STOP);
    Optional<Exception> undecided =
        attempt(() -> decided.set(Objects.requireNonNull(policy.react(failure))));
    if (undecided.isPresent()) {
      WalferryException unclear = failed(failure);
      unclear.addSuppressed(undecided.get());
      throw unclear;
    }
    return decided.get();
  }

  private void reject(CallbackFailure failure) {
    if (rejected.isEmpty() || failure.event() instanceof Event.Batch) {
      throw failed(failure);
    }
    Optional<Exception> cause =
        attempt(() -> rejected.get().accept(new Rejection(failure.event(), failure.cause())));
    if (cause.isPresent()) {
      WalferryException lost = failed(failure);
      lost.addSuppressed(cause.get());
      throw lost;
    }
    LOG.warn("{}; rejected, {} so far", describe(failure), rejections.incrementAndGet());
  }

  private static WalferryException failed(CallbackFailure failure) {
    return new WalferryException(ErrorCode.CALLBACK_FAILED, describe(failure), thrown(failure));
  }

  private static Throwable thrown(CallbackFailure failure) {
    return failure.cause() instanceof BrokenSubscriptionException broken
        ? broken.thrown()
        : failure.cause();
  }

  /** Without the exception's own message, which may hold a value. */
  private static String describe(CallbackFailure failure) {
    return "a callback for %s has failed with %s after %d %s, at %s"
        .formatted(
            describe(failure.event()),
            thrown(failure).getClass().getName(),
            failure.attempts(),
            failure.attempts() == 1 ? "call" : "calls",
            failure.event().origin().display());
  }

  private static String describe(Event event) {
    return switch (event) {
      case Event.Begin begin -> "the begin of a transaction";
      case Event.Commit commit -> "the end of a transaction";
      case Event.Insert insert -> "an insert into " + insert.table();
      case Event.Update update -> "an update of " + update.table();
      case Event.Delete delete -> "a delete from " + delete.table();
      case Event.Truncate truncate -> "a truncate of " + truncate.tables();
      case Event.Message message -> "a message";
      case Event.Batch batch -> "a batch";
    };
  }
}
