package io.walferry.cli;

import io.walferry.cli.config.FeedConfig;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.pipeline.Until;
import io.walferry.server.PipelineState;
import io.walferry.time.NanoClock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The pipelines of one process, each on a thread of its own: none waits for another. */
final class FeedRuns {
  private static final Logger LOG = LoggerFactory.getLogger(FeedRuns.class);

  private final List<FeedRun> runs;
  private final AtomicInteger running;
  private final long bufferBytes;

  FeedRuns(List<FeedConfig> feeds, Until until, NanoClock clock) {
    boolean labelled = feeds.size() > 1;
    this.runs = feeds.stream().map(feed -> new FeedRun(feed, until, labelled, clock)).toList();
    this.bufferBytes = feeds.stream().mapToLong(feed -> feed.pipeline().bufferBytes()).sum();
    this.running = new AtomicInteger(runs.size());
  }

  List<FeedRun> all() {
    return runs;
  }

  /** What each of them is at. */
  List<PipelineState> states() {
    return runs.stream().map(FeedRun::state).toList();
  }

  /**
   * Returns when all have ended, however they did.
   *
   * @throws WalferryException {@code INTERRUPTED}; then all have been asked to end
   */
  void run() {
    long heapBytes = Runtime.getRuntime().maxMemory();
    if (runs.size() > 1 && bufferBytes > heapBytes / 2) {
      LOG.warn(
          "the pipelines may buffer {} together, of a heap of {}: lower pipeline.bufferBytes, or"
              + " give more heap (WALFERRY_JAVA_OPTS=-Xmx2g)",
          Human.bytes(bufferBytes),
          Human.bytes(heapBytes));
    }
    CompletableFuture<?>[] ends =
        runs.stream()
            .map(run -> CompletableFuture.runAsync(() -> run(run), work -> startThread(run, work)))
            .toArray(CompletableFuture<?>[]::new);
    try {
      CompletableFuture.allOf(ends).get();
    } catch (InterruptedException e) {
      stop();
      Thread.currentThread().interrupt();
      throw new WalferryException(ErrorCode.INTERRUPTED, "interrupted while pipelines run", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a pipeline's failure was not kept", e);
    }
  }

  private void run(FeedRun run) {
    run.run();
    if (running.decrementAndGet() > 0) {
      // The end of the process, where the failure is told again, may be far away.
      run.failure().ifPresent(cause -> Logging.during(run.label(), () -> logFailure(cause)));
    }
  }

  private static void logFailure(Throwable cause) {
    Failure failure = Failure.of(cause);
    LOG.error("failed for good: {} ({}). {}", failure.message(), failure.code(), failure.advice());
  }

  /** Asks all to end. One whose server does not answer takes its time, but not that of others. */
  void stop() {
    runs.forEach(run -> startThread(run, run::stop));
  }

  private static void startThread(FeedRun run, Runnable work) {
    Thread.ofPlatform().name("pipeline " + run.name()).start(work);
  }
}
