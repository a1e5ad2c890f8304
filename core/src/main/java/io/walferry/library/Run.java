package io.walferry.library;

import io.walferry.checkpoint.CheckpointStore;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.library.Route.Call;
import io.walferry.library.WalferrySettings.Limits;
import io.walferry.pipeline.Pipeline;
import io.walferry.sink.Sink;
import io.walferry.stream.OutputOptions.Form;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A feed from one start to its end, in a thread of its own. */
final class Run {
  private static final Logger LOG = LoggerFactory.getLogger(Run.class);

  private final StatusBoard board;
  private final PullQueue pulled;
  private final FeedObserver observer;
  private final Outstanding outstanding;
  private final Dispatcher dispatcher;
  private final Pipeline pipeline;
  private final Thread thread;

  Run(WalferrySettings settings, StatusBoard board, PullQueue pulled) {
    this.board = board;
    this.pulled = pulled;
    this.observer = new FeedObserver(settings.name(), board);
    Limits limits = settings.limits();
    this.outstanding = new Outstanding(limits.events(), limits.bytes(), settings.clock());
    this.dispatcher =
        new Dispatcher(outstanding, settings.errors().policy(), settings.errors().rejected());
    this.pipeline =
        new Pipeline(
            settings.pipeline(),
            settings.source(),
            settings.sink().orElseGet(() -> callbacks(settings)),
            observer);
    this.thread =
        Thread.ofPlatform().name("walferry-" + settings.name()).daemon().unstarted(this::run);
  }

  private Supplier<Sink> callbacks(WalferrySettings settings) {
    CheckpointStore store = settings.checkpoint().orElseGet(NoCheckpointStore::new);
    List<Route> routes = settings.isPulled() ? pulling() : settings.routes();
    CallbackSinkSettings how =
        new CallbackSinkSettings(
            new Routes(routes),
            settings.checkpoint().isPresent(),
            // Unasked, rows are text, for whoever looks at the row below its types.
            settings.pipeline().stream().output().form() == Form.BINARY,
            settings.configuration(),
            settings.acceptsConfiguration(),
            settings.isPulled() ? Duration.ZERO : settings.limits().drain(),
            pulled::clear);
    EventTypes types = new EventTypes(settings.source(), settings.clock());
    return () -> new CallbackSink(how, store, outstanding, dispatcher, types);
  }

  private List<Route> pulling() {
    return Arrays.stream(Route.Kind.values())
        .filter(kind -> kind != Route.Kind.BATCH)
        .map(
            kind ->
                new Route(kind, Optional.empty(), TableFilter.ALL, new Call.Manual(pulled::put)))
        .toList();
  }

  void start() {
    thread.start();
  }

  private void run() {
    Optional<WalferryException> failure = Optional.empty();
    try {
      pipeline.run();
    } catch (WalferryException e) {
      failure = Optional.of(e);
    } catch (RuntimeException | Error e) {
      ErrorCode code =
          e instanceof OutOfMemoryError ? ErrorCode.MEMORY_EXHAUSTED : ErrorCode.INTERNAL;
      failure = Optional.of(new WalferryException(code, "the feed has failed: " + e, e));
    } finally {
      end(failure);
    }
  }

  private void end(Optional<WalferryException> failure) {
    failure.ifPresent(
        cause -> {
          observer.failed(cause);
          LOG.error(
              "{}: {} ({}). {}",
              thread.getName(),
              cause.getMessage(),
              cause.code(),
              cause.code().advice());
        });
    pulled.end(failure);
    board.stopped();
  }

  /** Listeners hear of it last, so that no listener can keep it from the feed. */
  void stop() {
    outstanding.announceStop();
    try {
      pipeline.stop();
    } finally {
      outstanding.stop();
    }
    board.stopping();
  }

  /** Whoever pulls has thrown at this event, and takes nothing more: the feed fails. */
  void broken(Event event, Throwable thrown) {
    outstanding.broken(new CallbackFailure(event, new BrokenSubscriptionException(thrown), 1));
  }

  boolean isCalling() {
    return dispatcher.isCalling() || Thread.currentThread().equals(thread);
  }

  /** Interrupts the callback that runs, on whatever thread, and the wait for acknowledgements. */
  void interrupt() {
    outstanding.endDrain();
    dispatcher.interruptCall();
    thread.interrupt();
  }

  boolean awaitEnd(Duration atMost) throws InterruptedException {
    return thread.join(atMost);
  }

  Optional<WalferryException> lastError() {
    return observer.lastError();
  }

  Progress progress() {
    return observer.progress(board.status(), dispatcher.rejections(), outstanding.count());
  }
}
