package io.walferry.testkit.process;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** Starts a child of its own, says its pid, and waits to be killed. */
final class ParentMain {
  private ParentMain() {}

  public static void main(String[] arguments) throws InterruptedException {
    ChildJvm child = ChildJvm.running(EchoMain.class).arguments("y").start();
    child.awaitLine(line -> line.equals("argument y"), Duration.ofSeconds(30));
    System.out.println("grandchild " + child.pid());
    new CountDownLatch(1).await();
  }
}
