package io.walferry.testkit.server;

/** A server of ours cannot be found, started or stopped; the message carries its log's tail. */
public final class ServerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ServerException(String message) {
    super(message);
  }

  public ServerException(String message, Throwable cause) {
    super(message, cause);
  }
}
