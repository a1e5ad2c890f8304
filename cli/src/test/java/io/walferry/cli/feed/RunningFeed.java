package io.walferry.cli.feed;

import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.TableId;
import io.walferry.error.WalferryException;
import io.walferry.pipeline.CommittedBatch;
import io.walferry.pipeline.Pipeline;
import io.walferry.pipeline.PipelineListener;
import io.walferry.pipeline.PipelineSettings;
import io.walferry.postgres.PostgresConnector;
import io.walferry.sink.Sink;
import io.walferry.testkit.wait.Await;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** A pipeline in a thread of its own, and what its listener has heard. */
final class RunningFeed implements AutoCloseable {
  private static final Duration PATIENCE = Await.patience(Duration.ofSeconds(60));

  private final Pipeline pipeline;
  private final Thread thread;
  private final Heard heard = new Heard();
  private Optional<Throwable> failure = Optional.empty();
  private boolean ended;
  private boolean awaitedFailure;

  private RunningFeed(
      PipelineSettings settings, PostgresConnector source, List<Supplier<Sink>> sinks) {
    this.pipeline = new Pipeline(settings, source, sinks, heard);
    this.thread = Thread.ofPlatform().name("feed").unstarted(this::run);
  }

  static RunningFeed start(
      PipelineSettings settings, PostgresConnector source, Supplier<Sink> sinks) {
    return start(settings, source, List.of(sinks));
  }

  /** Into several destinations; what is said of one holds for all of them. */
  static RunningFeed start(
      PipelineSettings settings, PostgresConnector source, List<Supplier<Sink>> sinks) {
    RunningFeed feed = new RunningFeed(settings, source, sinks);
    feed.thread.start();
    return feed;
  }

  private void run() {
    Optional<Throwable> cause = Optional.empty();
    try {
      pipeline.run();
    } catch (RuntimeException | Error e) {
      cause = Optional.of(e);
    }
    synchronized (heard) {
      failure = cause;
      ended = true;
      heard.notifyAll();
    }
  }

  /** Returns once everything up to {@code lsn} is durable at the destination. */
  void awaitDurable(Lsn lsn) {
    await(() -> !heard.durable.isBefore(lsn), "everything up to " + lsn + " is durable");
  }

  void awaitFollowing() {
    await(() -> heard.following > 0, "the feed follows");
  }

  void awaitFollowingOrRetry() {
    await(() -> heard.following > 0 || !heard.retries.isEmpty(), "the feed follows or has to wait");
  }

  void awaitRowsLoaded(long rows) {
    await(() -> heard.rowsLoaded >= rows, rows + " rows are loaded");
  }

  void awaitRetries(int count) {
    await(() -> heard.retries.size() >= count, count + " retries");
  }

  WalferryException awaitFailure() {
    await(() -> ended, "the feed ends", false);
    synchronized (heard) {
      awaitedFailure = true;
      return (WalferryException)
          failure.orElseThrow(() -> new AssertionError("the feed ended without a failure"));
    }
  }

  List<WalferryException> retries() {
    synchronized (heard) {
      return List.copyOf(heard.retries);
    }
  }

  /** What the reader of a durable spool's stream has stumbled over. */
  List<WalferryException> receivedAgain() {
    synchronized (heard) {
      return List.copyOf(heard.receivedAgain);
    }
  }

  /** Returns once the source sends into the durable spool, or does not any more. */
  void awaitReceiving(boolean whether) {
    await(() -> heard.receiving == whether, "it receives: " + whether);
  }

  /** Returns once the destination has so many changes, and the source no more. */
  void awaitCaughtUp(long changes) {
    await(() -> heard.caughtUp && heard.changes == changes, "the source has no more");
  }

  /** Those that every destination has. */
  long transactions() {
    synchronized (heard) {
      return heard.transactions;
    }
  }

  /** Those that every destination has. */
  long changes() {
    synchronized (heard) {
      return heard.changes;
    }
  }

  long rowsLoaded() {
    synchronized (heard) {
      return heard.rowsLoaded;
    }
  }

  private void await(BooleanSupplier reached, String what) {
    await(reached, what, true);
  }

  private void await(BooleanSupplier reached, String what, boolean failFast) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    synchronized (heard) {
      while (!reached.getAsBoolean()) {
        if (failFast && ended) {
          throw new AssertionError(
              "The feed ended before " + what, failure.orElse(new AssertionError("no failure")));
        }
        long left = (deadline - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          throw new AssertionError("Waited in vain until " + what + "; " + heard.describe());
        }
        try {
          heard.wait(left);
        } catch (InterruptedException e) {
          throw new AssertionError("Interrupted", e);
        }
      }
    }
  }

  /** Stops and waits; throws what the pipeline threw, unless that was awaited. */
  @Override
  public void close() {
    pipeline.stop();
    await(() -> ended, "the feed stops", false);
    synchronized (heard) {
      if (failure.isPresent() && !awaitedFailure) {
        throw new AssertionError("The feed failed", failure.get());
      }
    }
  }

  private static final class Heard implements PipelineListener {
    private Lsn durable = Lsn.ZERO;
    private int following;
    private long rowsLoaded;
    private long transactions;
    private long changes;
    private boolean receiving;
    private boolean caughtUp;
    private final List<WalferryException> retries = new ArrayList<>();
    private final List<WalferryException> receivedAgain = new ArrayList<>();

    @Override
    public synchronized void following(Position from) {
      following++;
      durable = Lsn.max(durable, from.endLsn());
      notifyAll();
    }

    @Override
    public synchronized void rowsLoaded(TableId table, long rows, long bytes) {
      rowsLoaded += rows;
      notifyAll();
    }

    @Override
    public synchronized void committed(CommittedBatch batch) {
      durable = Lsn.max(durable, batch.position().endLsn());
      transactions += batch.transactions();
      changes += batch.changes();
      notifyAll();
    }

    @Override
    public synchronized void reached(Instant time) {
      caughtUp = false;
    }

    @Override
    public synchronized void caughtUp() {
      caughtUp = true;
      notifyAll();
    }

    @Override
    public synchronized void retrying(WalferryException cause, Duration delay) {
      retries.add(cause);
      notifyAll();
    }

    @Override
    public synchronized void receivingAgain(WalferryException cause, Duration delay) {
      receivedAgain.add(cause);
      receiving = false;
      notifyAll();
    }

    @Override
    public synchronized void receiving() {
      receiving = true;
      notifyAll();
    }

    String describe() {
      return "durable " + durable + ", loaded " + rowsLoaded + ", retries " + retries;
    }
  }
}
