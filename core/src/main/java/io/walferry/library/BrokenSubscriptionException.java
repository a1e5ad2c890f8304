package io.walferry.library;

/** A subscriber has thrown what it must not throw, and takes nothing more. */
final class BrokenSubscriptionException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Throwable thrown;

  BrokenSubscriptionException(Throwable thrown) {
    super(thrown);
    this.thrown = thrown;
  }

  Throwable thrown() {
    return thrown;
  }
}
