package io.walferry.sinks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import org.junit.jupiter.api.function.Executable;

/** Expects a failure of ours. */
public final class Refusal {
  private Refusal() {}

  /** The message of the failure that the action must end with. */
  public static String refused(ErrorCode code, Executable action) {
    WalferryException failure = assertThrows(WalferryException.class, action);
    assertEquals(code, failure.code(), () -> String.valueOf(failure.getMessage()));
    return String.valueOf(failure.getMessage());
  }
}
