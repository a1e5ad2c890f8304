package io.walferry.library;

import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * Says what became of one event, from any thread; the first word counts. In whatever order events
 * are acknowledged, the checkpoint moves over those that have no open one before them.
 *
 * <p>A word that comes after the feed has stopped, or has begun another attempt, has no effect: the
 * event comes again.
 */
public interface Acknowledgement {
  /** The event is dealt with. */
  void done();

  /** It could not be dealt with; the {@link ErrorPolicy} decides, and may deliver it again. */
  void failed(Exception cause);

  /** The same, as soon as the stage is complete. */
  default void when(CompletionStage<?> work) {
    var unused =
        work.whenComplete(
            (result, cause) -> {
              if (cause == null) {
                done();
              } else if (thrown(cause) instanceof Exception exception) {
                failed(exception);
              } else {
                failed(new IllegalStateException("Asynchronous work has failed", cause));
              }
            });
  }

  /** What the work itself has thrown: a future wraps that of a stage before it. */
  private static Throwable thrown(Throwable cause) {
    Throwable within = cause.getCause();
    return cause instanceof CompletionException && within != null ? within : cause;
  }
}
