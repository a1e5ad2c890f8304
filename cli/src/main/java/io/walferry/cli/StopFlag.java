package io.walferry.cli;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Whether somebody wants the command to end. */
final class StopFlag {
  private final CountDownLatch raised = new CountDownLatch(1);

  void raise() {
    raised.countDown();
  }

  /** Waits, and fails as soon as the flag is raised. */
  void pause(Duration time) throws InterruptedException {
    if (raised.await(time.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new WalferryException(
          ErrorCode.INTERRUPTED, "stopped; nothing that was started is left");
    }
  }

  void check() throws InterruptedException {
    pause(Duration.ZERO);
  }
}
