package io.walferry.bench.drain;

/** A client did not reach the end of the load; the benchmark goes on with the others. */
final class DrainFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DrainFailedException(String message) {
    super(message);
  }
}
