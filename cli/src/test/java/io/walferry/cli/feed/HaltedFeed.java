package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.cli.feed.HaltingSink.Step;
import io.walferry.pipeline.Pipeline;
import io.walferry.pipeline.PipelineListener;
import io.walferry.pipeline.Replacement;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.process.ChildJvm;
import io.walferry.testkit.wait.Await;
import java.time.Duration;
import java.util.List;

/** A feed of everything in schema public, in a process that ends at one step of its start. */
final class HaltedFeed {
  private static final Duration PATIENCE = Await.patience(Duration.ofSeconds(60));

  private HaltedFeed() {}

  /**
   * Takes the source's URI, the feed's name, the destination's, a step and how often, and what to
   * do with tables that were replaced.
   */
  public static void main(String[] arguments) {
    Step step = Step.valueOf(arguments[3]);
    int count = Integer.parseInt(arguments[4]);
    new Pipeline(
            FeedSetup.settings(
                arguments[1], List.of("public.*"), Replacement.valueOf(arguments[5])),
            FeedSetup.connector(arguments[0]),
            () -> new HaltingSink(Destination.named(arguments[2]), step, count),
            PipelineListener.SILENT)
        .run();
  }

  /** Runs it to its end. */
  static void run(Database source, Destination destination, Step step, int count) {
    run(source, destination, step, count, Replacement.FAIL);
  }

  /** Runs it to its end with other settings. */
  static void run(
      Database source, Destination destination, Step step, int count, Replacement replaced) {
    try (ChildJvm feed =
        ChildJvm.running(HaltedFeed.class)
            .arguments(
                source.uri(),
                source.name(),
                destination.name(),
                step.name(),
                Integer.toString(count),
                replaced.name())
            .jvmOptions("-Xmx128m", "--enable-native-access=ALL-UNNAMED")
            .start()) {
      assertEquals(HaltingSink.STATUS, feed.awaitExit(PATIENCE), feed.lines()::toString);
    }
  }
}
