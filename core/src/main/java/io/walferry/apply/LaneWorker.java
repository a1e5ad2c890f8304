package io.walferry.apply;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sink.Lane;
import io.walferry.sink.LanedSink;
import io.walferry.time.NanoClock;
import io.walferry.time.Stopwatch;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that applies batches in a lane, and commits them when it is their turn. Whoever gives
 * out the batches may look at the lane while there are none.
 */
final class LaneWorker implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(LaneWorker.class);
  private final LanedSink sink;
  private final Turns turns;
  private final Duration patienceLeast;
  private final NanoClock clock;
  private final Thread thread;
  private volatile Optional<Lane> lane = Optional.empty();
  private volatile boolean aborted;

  /**
   * The worker of a lane, not started.
   *
   * @param patienceLeast for how long one that is applied waits for its turn at the least
   */
  LaneWorker(LanedSink sink, Turns turns, Duration patienceLeast, NanoClock clock, int number) {
    this.sink = sink;
    this.turns = turns;
    this.patienceLeast = patienceLeast;
    this.clock = clock;
    this.thread = Thread.ofPlatform().name("walferry-apply-" + number).daemon().unstarted(this);
  }

  void start() {
    thread.start();
  }

  @Override
  public void run() {
    try {
      Optional<Turn> turn = turns.take();
      while (turn.isPresent()) {
        work(turn.get());
        turn = turns.take();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      turns.fail(e);
    } catch (Error e) {
      ErrorCode code =
          e instanceof OutOfMemoryError ? ErrorCode.MEMORY_EXHAUSTED : ErrorCode.INTERNAL;
      turns.fail(new WalferryException(code, "a lane has failed: " + e, e));
    } finally {
      closeLane();
    }
  }

  private void work(Turn turn) throws InterruptedException {
    if (isApplied(turn)) {
      lane.orElseThrow().commit(turn.end());
      turns.over(turn);
    } else {
      turns.giveBack(turn);
    }
  }

  /** Whether it is at the destination, and it is its turn. */
  private boolean isApplied(Turn turn) throws InterruptedException {
    if (!turns.awaitDependency(turn)) {
      return false;
    }
    try {
      Stopwatch applying = Stopwatch.start(clock);
      Lane open = lane();
      turn.batch().replay(open::begin, open::append);
      open.apply();
      boolean mayCommit = turns.awaitTurn(turn, patience(applying.elapsed()));
      if (!mayCommit) {
        open.drop();
      }
      return mayCommit;
    } catch (WalferryException e) {
      LOG.debug("A batch is applied once more, by itself", e);
      closeLane();
      return false;
    }
  }

  /**
   * Who is before it may wait for a row that this one holds, which neither of them knows. What was
   * applied in some time can be applied again in a similar one, so little is lost by giving way.
   */
  private Duration patience(Duration spent) {
    Duration enough = spent.multipliedBy(3);
    return enough.compareTo(patienceLeast) > 0 ? enough : patienceLeast;
  }

  private Lane lane() {
    Lane open = lane.orElseGet(sink::lane);
    lane = Optional.of(open);
    if (aborted) {
      open.abort();
    }
    return open;
  }

  /** The next batch gets a new one. */
  void closeLane() {
    Optional<Lane> open = lane;
    lane = Optional.empty();
    try {
      open.ifPresent(Lane::close);
    } catch (WalferryException e) {
      LOG.debug("A lane was not closed in order", e);
    }
  }

  /** Cuts what is under way; whether a commit is among it is not known. */
  void abort() {
    aborted = true;
    lane.ifPresent(Lane::abort);
  }

  /** Waits until the thread has ended; true if the caller was interrupted meanwhile. */
  boolean join() {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    return interrupted;
  }
}
