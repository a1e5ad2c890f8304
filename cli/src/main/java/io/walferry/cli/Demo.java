package io.walferry.cli;

import io.walferry.change.Lsn;
import io.walferry.cli.FeedProgress.Counts;
import io.walferry.cli.config.FeedConfig;
import io.walferry.cli.config.PipelineConfig;
import io.walferry.cli.config.SinkConfig;
import io.walferry.cli.config.SourceConfig;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.pipeline.Pipeline;
import io.walferry.pipeline.Until;
import io.walferry.postgres.ConnectionSettings;
import io.walferry.stream.OutputOptions;
import io.walferry.testkit.compare.ComparisonResult;
import io.walferry.testkit.compare.DatabaseComparison;
import io.walferry.testkit.compare.TableName;
import io.walferry.time.NanoClock;
import io.walferry.time.Stopwatch;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** The steps of {@code walferry demo}, each told as it happens. Used by one thread, once. */
final class Demo {
  private static final PipelineConfig PIPELINE = PipelineConfig.defaults("shop");
  private static final int ORDERS = 40_000;
  private static final Duration TICK = Duration.ofMillis(250);
  private static final Duration CATCH_UP_MAX = Duration.ofMinutes(5);

  private final Terminal terminal;
  private final StopFlag stop;
  private final DemoDirectory directory;
  private final NanoClock clock;
  private final boolean quiet;
  private final FeedProgress progress = FeedProgress.of(PIPELINE);
  private final ProgressLine line = new ProgressLine();

  /**
   * @param quiet tell nothing
   */
  @SuppressWarnings("MissingSummary")
  Demo(Terminal terminal, StopFlag stop, DemoDirectory directory, NanoClock clock, boolean quiet) {
    this.terminal = terminal;
    this.stop = stop;
    this.directory = directory;
    this.clock = clock;
    this.quiet = quiet;
  }

  DemoResult run(int seconds) throws SQLException, InterruptedException, IOException {
    Stopwatch running = Stopwatch.start(clock);
    tell("1. Starting a PostgreSQL server of our own …");
    try (DemoShop shop = DemoShop.open()) {
      stop.check();
      tell("   PostgreSQL " + shop.version() + " runs at " + shop.uri());
      tell("2. Filling a shop: 5 tables, " + Human.count(ORDERS) + " orders …");
      shop.fill(ORDERS);
      stop.check();
      shop.startTraffic();
      tell("   The shop is open: customers order, pay and cancel from now on.");
      FeedConfig config = config(shop);
      feed(shop, config, seconds);
      tell("6. Comparing every row of both sides …");
      ComparisonResult comparison = compare(shop);
      DemoResult result = new DemoResult(progress.counts(), comparison, running.elapsed());
      DemoSummary summary = new DemoSummary(directory, shop, result);
      if (directory.kept()) {
        Files.writeString(directory.configuration(), summary.configuration());
      }
      summary.lines(terminal).forEach(this::tell);
      return result;
    }
  }

  /** The same pipeline as that of {@code walferry run}. */
  private void feed(DemoShop shop, FeedConfig config, int seconds)
      throws SQLException, InterruptedException {
    Pipeline pipeline = FeedWiring.pipeline(config, Until.Stopped.STOPPED, progress, clock);
    tell("3. Walferry creates a publication and a slot, and loads what is there …");
    CompletableFuture<Void> running =
        CompletableFuture.runAsync(
            pipeline::run, work -> Thread.ofPlatform().name("feed").start(work));
    try {
      follow(running, shop, seconds);
      pipeline.stop();
      running.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof WalferryException known
          ? known
          : new WalferryException(ErrorCode.INTERNAL, "the demo's feed failed", e);
    } finally {
      pipeline.stop();
      terminal.endStatus();
    }
  }

  private void follow(CompletableFuture<Void> running, DemoShop shop, int seconds)
      throws SQLException, InterruptedException {
    while (progress.counts().phase() != FeedProgress.Phase.FOLLOWING) {
      watch(running, shop);
    }
    Counts loaded = progress.counts();
    tell("   Loaded " + Human.count(loaded.rowsLoaded()) + " rows while the shop stayed open.");
    tell("4. Following the shop's changes for " + seconds + " s …");
    Stopwatch following = Stopwatch.start(clock);
    while (!following.hasReached(Duration.ofSeconds(seconds))) {
      watch(running, shop);
    }
    shop.stopTraffic();
    tell("5. The shop has closed after " + Human.count(shop.events()) + " events; catching up …");
    catchUp(running, shop);
    Counts counts = progress.counts();
    tell(
        "   Applied %s changes in %s transactions; the SQLite file is at %s."
            .formatted(
                Human.count(counts.changes()),
                Human.count(counts.transactions()),
                counts.durable().map(Lsn::toString).orElse("-")));
  }

  private void catchUp(CompletableFuture<Void> running, DemoShop shop)
      throws SQLException, InterruptedException {
    Lsn end = shop.currentLsn();
    Stopwatch waited = Stopwatch.start(clock);
    while (progress.counts().durable().filter(it -> !it.isBefore(end)).isEmpty()) {
      watch(running, shop);
      shop.mark();
      if (waited.hasReached(CATCH_UP_MAX)) {
        throw new WalferryException(
            ErrorCode.INTERNAL, "the feed has not reached " + end + " in " + CATCH_UP_MAX);
      }
    }
  }

  /** Waits a moment, shows how far the feed is, and fails with it. */
  private void watch(CompletableFuture<Void> running, DemoShop shop) throws InterruptedException {
    stop.pause(TICK);
    if (running.isDone()) {
      running.join();
    }
    if (!quiet) {
      terminal.status(
          "   shop: %s events | %s"
              .formatted(
                  Human.count(shop.events()), line.line(progress.counts(), clock.nanoTime())));
    }
  }

  private ComparisonResult compare(DemoShop shop) throws SQLException {
    try (Connection source = shop.connect();
        Connection copy = DriverManager.getConnection("jdbc:sqlite:" + directory.database())) {
      return DatabaseComparison.between(source, copy)
          .mapping(table -> new TableName("main", table.schema() + "." + table.name()))
          .compare();
    }
  }

  private FeedConfig config(DemoShop shop) {
    return new FeedConfig(
        "shop",
        new SourceConfig(
            ConnectionSettings.parse(shop.uri(), Map.of()),
            "walferry_shop",
            "walferry_shop",
            List.of("shop.*"),
            true,
            SourceConfig.FAILOVER,
            Optional.empty(),
            OutputOptions.DEFAULT),
        List.of(new SinkConfig.Sqlite("shop", directory.database(), SinkConfig.EXISTING)),
        PIPELINE);
  }

  private void tell(String text) {
    if (!quiet) {
      terminal.say(text);
    }
  }
}
