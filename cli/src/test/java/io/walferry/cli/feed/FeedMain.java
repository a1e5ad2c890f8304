package io.walferry.cli.feed;

import io.walferry.change.Position;
import io.walferry.change.TableId;
import io.walferry.error.WalferryException;
import io.walferry.pipeline.CommittedBatch;
import io.walferry.pipeline.FeedSettings;
import io.walferry.pipeline.LoadMode;
import io.walferry.pipeline.Pipeline;
import io.walferry.pipeline.PipelineListener;
import io.walferry.pipeline.PipelineSettings;
import io.walferry.spool.Compression;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.process.ChildJvm;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A feed to be killed: says on standard output how far it is, a line for each step. */
final class FeedMain {
  /** More than a workload writes while its destination is away; then everything is confirmed. */
  private static final long SPOOL_BYTES = 256 << 20;

  private static final String[] JVM_OPTIONS = {"-Xmx128m", "--enable-native-access=ALL-UNNAMED"};

  private FeedMain() {}

  /**
   * How it differs from the usual one.
   *
   * @param spool of a durable spool, if it has one
   */
  record Form(LoadMode load, Compression compression, Optional<Path> spool) {
    static final Form USUAL = new Form(LoadMode.SNAPSHOT, Compression.NONE, Optional.empty());

    static Form durable(Path spool) {
      return USUAL.with(spool);
    }

    Form with(Path other) {
      return new Form(load, compression, Optional.of(other));
    }

    Form with(Compression other) {
      return new Form(load, other, spool);
    }

    Form with(LoadMode other) {
      return new Form(other, compression, spool);
    }

    PipelineSettings settings(String name) {
      PipelineSettings usual = FeedSetup.settings(name, WorkloadFeedTest.TABLES);
      PipelineSettings loading =
          usual.with(new FeedSettings(name, name, name, WorkloadFeedTest.TABLES, true, load));
      PipelineSettings whole =
          spool
              .map(directory -> FeedSetup.durable(loading, directory, SPOOL_BYTES))
              .orElse(loading);
      return whole.with(whole.stream().with(whole.stream().spool().with(compression)));
    }

    private List<String> words() {
      return Stream.concat(
              Stream.of(load.name(), compression.name()), spool.map(Path::toString).stream())
          .toList();
    }

    private static Form of(List<String> words) {
      return new Form(
          LoadMode.valueOf(words.get(0)),
          Compression.valueOf(words.get(1)),
          words.stream().skip(2).findFirst().map(Path::of));
    }
  }

  /** Takes the source's URI, the feed's name, the destination's, and the words of a form if any. */
  public static void main(String[] arguments) {
    List<String> words = List.of(arguments).subList(3, arguments.length);
    Form form = words.isEmpty() ? Form.USUAL : Form.of(words);
    try {
      new Pipeline(
              form.settings(arguments[1]),
              FeedSetup.connector(arguments[0]),
              () -> Destination.named(arguments[2]),
              new Said())
          .run();
    } catch (WalferryException e) {
      e.printStackTrace(System.out);
      System.out.println("failed " + e.code() + " " + e.getMessage());
      System.exit(1);
    }
  }

  /** Runs it in a process of its own. */
  static ChildJvm start(Database source, Destination destination) {
    return start(source.uri(), source.name(), destination);
  }

  static ChildJvm start(Database source, Destination destination, Form form) {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of(source.uri(), source.name(), destination.name()));
    arguments.addAll(form.words());
    return ChildJvm.running(FeedMain.class)
        .arguments(arguments.toArray(String[]::new))
        .jvmOptions(JVM_OPTIONS)
        .start();
  }

  /** With a source that is reached by another way. */
  static ChildJvm start(String uri, String name, Destination destination) {
    return start(uri, name, destination.name());
  }

  /**
   * The same.
   *
   * @param destination the name of a destination
   * @param more options of the JVM
   */
  static ChildJvm start(String uri, String name, String destination, String... more) {
    return ChildJvm.running(FeedMain.class)
        .arguments(uri, name, destination)
        .jvmOptions(JVM_OPTIONS)
        .jvmOptions(more)
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
