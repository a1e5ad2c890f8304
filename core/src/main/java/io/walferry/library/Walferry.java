package io.walferry.library;

import io.walferry.checkpoint.CheckpointStore;
import io.walferry.checkpoint.PglogreplPosition;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.pipeline.FeedSettings;
import io.walferry.postgres.PostgresErrors;
import io.walferry.preflight.Preflight;
import io.walferry.preflight.ReadinessQuestion;
import io.walferry.preflight.ReadinessReport;
import io.walferry.publication.TablePattern;
import io.walferry.stream.SlotKind;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Flow;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A feed inside a program: existing rows first, then every change, whole transaction by whole
 * transaction in the order of their commits; nothing that was rolled back, and nothing twice unless
 * something fails.
 *
 * <h2>At least once</h2>
 *
 * <p>An event counts as delivered when it is acknowledged: when its callback has returned, or when
 * somebody has said so by its {@link Acknowledgement}. The checkpoint moves behind the last
 * transaction before which nothing is open, and only what it has is confirmed to the server. So
 * after a crash, a lost connection, or a stop in the middle of a transaction, whatever came after
 * the last checkpoint comes again, in the same order: the transactions with the same {@link
 * Origin#lsn} and {@link Origin#xid}. A clean stop saves everything that is acknowledged.
 *
 * <p>Rows of a snapshot may come again, too, if reading them was cut short; then changes that the
 * second read has seen already are delivered after it as well. Whoever writes rows by their keys
 * (insert or replace; delete if there) ends up with exactly the source's rows.
 *
 * <p>A {@link io.walferry.sink.Sink} that writes rows and position in one transaction gets
 * everything exactly once.
 *
 * <h2>Threads</h2>
 *
 * <p>The feed has threads of its own, whose names begin with {@code walferry-}. Methods may be
 * called from any thread, callbacks and listeners included; a call of {@link #stop} from a callback
 * does not wait.
 */
public final class Walferry implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Walferry.class);
  private static final Duration CLOSE_MAX = Duration.ofSeconds(30);
  private static final Duration AFTER_INTERRUPT = Duration.ofSeconds(5);

  private final WalferrySettings settings;
  private final StatusBoard board = new StatusBoard();
  private final PullQueue pulled;
  private final Object guard = new Object();
  private Optional<Run> run = Optional.empty();
  private List<Delivery> lastPolled = List.of();

  Walferry(WalferrySettings settings, List<StatusListener> listeners) {
    this.settings = settings;
    this.pulled = new PullQueue(settings.clock());
    listeners.forEach(board::listen);
  }

  public static WalferryBuilder builder() {
    return new WalferryBuilder();
  }

  /**
   * Starts the feed and returns; a feed that has stopped may be started again. What goes wrong from
   * here on is in {@link #lastError}.
   *
   * @throws IllegalStateException if it is not stopped
   */
  public void start() {
    synchronized (guard) {
      if (!board.start()) {
        throw new IllegalStateException("The feed " + settings.name() + " was started already");
      }
      pulled.begin();
      lastPolled = List.of();
      Run next = new Run(settings, board, pulled);
      run = Optional.of(next);
      next.start();
    }
  }

  /** Asks the feed to stop and returns. */
  public void requestStop() {
    current().ifPresent(Run::stop);
  }

  /**
   * Stops the feed and waits: until callbacks have returned, what is acknowledged is saved, and
   * every thread and connection is gone. Within a callback it does not wait.
   *
   * @param atMost after which callbacks are interrupted, and acknowledgements not waited for
   * @return whether it has stopped; one whose callback takes no notice of an interrupt stops when
   *     that returns
   */
  public boolean stop(Duration atMost) {
    Optional<Run> stopping = current();
    if (stopping.isEmpty()) {
      return true;
    }
    stopping.get().stop();
    if (stopping.get().isCalling()) {
      return false;
    }
    try {
      if (stopping.get().awaitEnd(atMost)) {
        return true;
      }
      LOG.warn("{}: a callback is interrupted, since it has not returned", settings.name());
      stopping.get().interrupt();
      return stopping.get().awaitEnd(AFTER_INTERRUPT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Stops and waits for at most half a minute. */
  @Override
  public void close() {
    boolean stopped = stop(CLOSE_MAX);
    if (!stopped && current().filter(Run::isCalling).isEmpty()) {
      LOG.warn("{}: did not stop within {}", settings.name(), CLOSE_MAX);
    }
  }

  private Optional<Run> current() {
    synchronized (guard) {
      return run;
    }
  }

  /** Waits; true if the feed has stopped or was never started. */
  public boolean awaitStopped(Duration atMost) throws InterruptedException {
    Optional<Run> ending = current();
    return ending.isEmpty() || ending.get().awaitEnd(atMost);
  }

  public Status status() {
    return board.status();
  }

  /** Hears of changes from now on. */
  public void onStatus(StatusListener listener) {
    board.listen(listener);
  }

  /**
   * Why the feed has stopped, or has begun its last attempt anew; empty if nothing has failed since
   * it was started.
   */
  public Optional<WalferryException> lastError() {
    return current().flatMap(Run::lastError);
  }

  public Progress progress() {
    return current()
        .map(Run::progress)
        .orElseGet(() -> new FeedObserver(settings.name(), board).progress(board.status(), 0, 0));
  }

  /** Tells whether the server is ready for this feed; changes nothing. */
  public ReadinessReport check() {
    FeedSettings feed = settings.pipeline().feed();
    ReadinessQuestion question =
        new ReadinessQuestion(
            Optional.of(feed.publication()),
            Optional.of(feed.slot()),
            feed.slotKind() == SlotKind.FAILOVER,
            feed.tables().stream().map(TablePattern::parse).toList());
    try (Connection connection = settings.source().connect()) {
      return new Preflight(connection).check(question);
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "close the connection of a check");
    }
  }

  /**
   * Takes the next events, in their order, and acknowledges those that the call before has
   * returned. A transaction may come in several pieces. One thread pulls.
   *
   * @param limit how many at most
   * @param atMost how long to wait for the first one
   * @return none if the time is over or the feed has stopped
   * @throws WalferryException why the feed has failed
   * @throws IllegalStateException if the feed has callbacks or a sink
   */
  public List<Event> poll(int limit, Duration atMost) throws InterruptedException {
    requirePulled();
    if (limit <= 0) {
      throw new IllegalArgumentException("At least one event must be asked for");
    }
    acknowledge();
    List<Delivery> taken = pulled.take(limit, atMost);
    synchronized (guard) {
      lastPolled = taken;
    }
    if (taken.isEmpty() && pulled.failure().isPresent()) {
      WalferryException cause = pulled.failure().get();
      throw new WalferryException(cause.code(), cause.getMessage(), cause);
    }
    return taken.stream().map(Delivery::event).toList();
  }

  /** Acknowledges what the last {@link #poll} has returned, as before a stop. */
  public void acknowledge() {
    List<Delivery> done;
    synchronized (guard) {
      done = lastPolled;
      lastPolled = List.of();
    }
    done.forEach(Delivery::acknowledge);
  }

  /**
   * The same events for one subscriber, who acknowledges each delivery when it has dealt with it;
   * when it has asked for no more, none is read for it beyond what may be outstanding. It completes
   * when the feed stops, and fails as the feed does. Cancelling stops the feed; throwing from
   * {@code onNext} counts as cancelling and ends it with {@code CALLBACK_FAILED}.
   *
   * @throws IllegalStateException if the feed has callbacks or a sink
   */
  public Flow.Publisher<Delivery> publisher() {
    requirePulled();
    return new EventPublisher(
        settings.name(),
        pulled,
        settings.clock(),
        this::requestStop,
        (event, thrown) -> current().ifPresent(run -> run.broken(event, thrown)));
  }

  private void requirePulled() {
    if (!settings.isPulled()) {
      throw new IllegalStateException(
          "The feed " + settings.name() + " has callbacks or a sink, so nothing can be pulled");
    }
  }

  /**
   * Takes a feed over from the Go library pglogrepl, at the position of its file or, since that is
   * written now and then only, where it has confirmed more, there. Its process must have ended;
   * slot and publication stay what they are, and no existing row is read. Before the first start.
   *
   * @param file {@code checksum/LSN}
   * @param of what pglogrepl was configured with; the checksum must be of that
   */
  public void importPosition(Path file, PglogreplPosition.Configuration of) {
    CheckpointStore store =
        settings
            .checkpoint()
            .orElseThrow(
                () ->
                    new WalferryException(
                        ErrorCode.CONFIGURATION_INVALID, "an import needs a checkpoint store"));
    new PglogreplImport(settings, store).run(file, of);
  }
}
