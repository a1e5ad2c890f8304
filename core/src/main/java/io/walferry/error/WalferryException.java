package io.walferry.error;

/**
 * Every failure that Walferry reports. The message says what was tried, where (slot, LSN, table),
 * what was expected and what came instead; never a row's values, never a credential.
 */
public final class WalferryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final String message;

  public WalferryException(ErrorCode code, String message) {
    super(message);
    this.code = code;
    this.message = message;
  }

  public WalferryException(ErrorCode code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
    this.message = message;
  }

  @Override
  public String getMessage() {
    return message;
  }

  public ErrorCode code() {
    return code;
  }
}
