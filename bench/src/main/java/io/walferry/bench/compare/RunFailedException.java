package io.walferry.bench.compare;

/** A client did not reach the end of the load; the benchmark goes on with the others. */
final class RunFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RunFailedException(String message) {
    super(message);
  }
}
