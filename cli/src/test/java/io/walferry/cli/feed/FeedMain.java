package io.walferry.cli.feed;

import io.walferry.change.Position;
import io.walferry.change.TableId;
import io.walferry.error.WalferryException;
import io.walferry.pipeline.CommittedBatch;
import io.walferry.pipeline.Pipeline;
import io.walferry.pipeline.PipelineListener;
import io.walferry.pipeline.PipelineSettings;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.process.ChildJvm;
import java.nio.file.Path;
import java.time.Duration;

/** A feed to be killed: says on standard output how far it is, a line for each step. */
final class FeedMain {
  private static final String[] JVM_OPTIONS = {"-Xmx128m", "--enable-native-access=ALL-UNNAMED"};

  private FeedMain() {}

  /** Takes the source's URI, the feed's name, the destination's, and that of a spool if any. */
  public static void main(String[] arguments) {
    PipelineSettings settings = FeedSetup.settings(arguments[1], WorkloadFeedTest.TABLES);
    try {
      new Pipeline(
              arguments.length > 3 ? FeedSetup.durable(settings, Path.of(arguments[3])) : settings,
              FeedSetup.connector(arguments[0]),
              () -> Destination.named(arguments[2]),
              new Said())
          .run();
    } catch (WalferryException e) {
      System.out.println("failed " + e.code() + " " + e.getMessage());
      System.exit(1);
    }
  }

  /** Runs it in a process of its own. */
  static ChildJvm start(Database source, Destination destination) {
    return start(source.uri(), source.name(), destination);
  }

  /** With a durable spool. */
  static ChildJvm start(Database source, Destination destination, Path spool) {
    return ChildJvm.running(FeedMain.class)
        .arguments(source.uri(), source.name(), destination.name(), spool.toString())
        .jvmOptions(JVM_OPTIONS)
        .start();
  }

  /** With a source that is reached by another way. */
  static ChildJvm start(String uri, String name, Destination destination) {
    return ChildJvm.running(FeedMain.class)
        .arguments(uri, name, destination.name())
        .jvmOptions(JVM_OPTIONS)
        .start();
  }

  /** Prints what it hears. */
  static final class Said implements PipelineListener {
    @Override
    public void rowsLoaded(TableId table, long rows, long bytes) {
      System.out.println("loaded " + rows);
    }

    @Override
    public void following(Position from) {
      System.out.println("following " + from.endLsn());
    }

    @Override
    public void applying(long changes) {
      System.out.println("applying " + changes);
    }

    @Override
    public void committed(CommittedBatch batch) {
      System.out.println("committed " + batch.position().endLsn());
    }

    @Override
    public void retrying(WalferryException cause, Duration delay) {
      System.out.println("retrying " + cause.getMessage());
    }

    @Override
    public void receivingAgain(WalferryException cause, Duration delay) {
      System.out.println("receiving again " + cause.getMessage());
    }
  }
}
