package io.walferry.testkit.kafka;

/** A broker cannot be found, started or stopped; the message carries its log's tail. */
public final class KafkaBrokerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  KafkaBrokerException(String message) {
    super(message);
  }

  KafkaBrokerException(String message, Throwable cause) {
    super(message, cause);
  }
}
