package io.walferry.cli.feed;

import io.walferry.pipeline.Pipeline;
import io.walferry.sink.Sink;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * A feed of several destinations to be killed while the last of them is behind: before that one
 * commits for the given time, when the others just have, it says so and waits for ever.
 */
final class SeveralFeedMain {
  static final String HELD = "held";

  private SeveralFeedMain() {}

  /**
   * Takes the source's URI, the feed's name, before which commit to wait, counted from 0, and the
   * names of the destinations.
   */
  public static void main(String[] arguments) {
    List<String> names = Arrays.asList(arguments).subList(3, arguments.length);
    AtomicInteger left = new AtomicInteger(Integer.parseInt(arguments[2]));
    List<Supplier<Sink>> sinks = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      sinks.add(
          i == names.size() - 1
              ? () -> held(Destination.named(name), left)
              : () -> Destination.named(name));
    }
    new Pipeline(
            FeedSetup.settings(arguments[1], WorkloadFeedTest.TABLES),
            FeedSetup.connector(arguments[0]),
            sinks,
            new FeedMain.Said())
        .run();
  }

  private static Sink held(Sink sink, AtomicInteger left) {
    return (Sink)
        Proxy.newProxyInstance(
            Sink.class.getClassLoader(),
            new Class<?>[] {Sink.class},
            (proxy, method, parameters) -> {
              if (method.getName().equals("commit") && left.getAndDecrement() == 0) {
                System.out.println(HELD);
                new CountDownLatch(1).await();
              }
              try {
                return method.invoke(sink, parameters);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
