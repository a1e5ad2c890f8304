package io.walferry.sink;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.util.function.BooleanSupplier;

/** Lets one of several threads at a time go on. The lock guards the flag only. */
public final class Turns {
  private boolean taken;

  /**
   * Waits for the turn.
   *
   * @param givenUp looked at anew after each {@link #wake}
   * @throws WalferryException {@code INTERRUPTED} if the thread is interrupted or has given up
   */
  synchronized void take(BooleanSupplier givenUp) {
    try {
      while (taken && !givenUp.getAsBoolean()) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WalferryException(
          ErrorCode.INTERRUPTED, "interrupted while another chunk was being written", e);
    }
    if (givenUp.getAsBoolean()) {
      throw givenUp();
    }
    taken = true;
  }

  static WalferryException givenUp() {
    return new WalferryException(
        ErrorCode.INTERRUPTED, "the writer was closed before its chunk was written");
  }

  synchronized void giveBack() {
    taken = false;
    notifyAll();
  }

  synchronized void wake() {
    notifyAll();
  }
}
