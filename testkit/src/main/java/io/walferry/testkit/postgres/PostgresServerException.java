package io.walferry.testkit.postgres;

/** An embedded server cannot be found, started or stopped; the message carries its log's tail. */
public final class PostgresServerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  PostgresServerException(String message) {
    super(message);
  }

  PostgresServerException(String message, Throwable cause) {
    super(message, cause);
  }
}
