package io.walferry.stream;

import io.walferry.change.Lsn;
import io.walferry.change.Transaction;

/** What {@link ChangeStream#next} has found. */
public sealed interface StreamEvent {
  /** A transaction has begun; read it to its end before the next event is asked for. */
  record Begun(Transaction transaction) implements StreamEvent {}

  /**
   * The server has nothing for us before {@code walEnd}.
   *
   * @param replyRequested whether the server waits for the answer, as it does when it shuts down
   */
  record KeepAlive(Lsn walEnd, boolean replyRequested) implements StreamEvent {}

  /** The time is over, or the stream was interrupted. */
  enum Quiet implements StreamEvent {
    QUIET
  }
}
