package io.walferry.cli;

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
      throw new StoppedException();
    }
  }

  void check() throws InterruptedException {
    pause(Duration.ZERO);
  }

  /** Ends what is under way because somebody asked for it. */
  static final class StoppedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }
}
