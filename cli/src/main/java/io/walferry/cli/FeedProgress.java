package io.walferry.cli;

import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.TableId;
import io.walferry.cli.config.PipelineConfig;
import io.walferry.deadletter.RowPolicy;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.pipeline.CommittedBatch;
import io.walferry.pipeline.PipelineListener;
import io.walferry.publication.PublishedTable;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts what a pipeline does and logs its milestones. The pipeline's thread writes, others take
 * snapshots.
 */
final class FeedProgress implements PipelineListener {
  private static final Logger LOG = LoggerFactory.getLogger(FeedProgress.class);

  private final InstantSource clock;
  private final Duration newsPeriod;
  private Phase phase = Phase.CONNECTING;
  private long rowsExpected;
  private long rowsLoaded;
  private long bytes;
  private long transactions;
  private long changes;
  private long uncommitted;
  private long retries;
  private RefusedCounts refused = RefusedCounts.NONE;
  private Optional<Lsn> durable = Optional.empty();
  private Optional<Instant> lastCommit = Optional.empty();

  /** Every destination has whatever had committed at the source by then; as long as it runs. */
  private Instant inStepAt;

  /** Whether the source had no more by then. */
  private boolean caughtUp;

  private boolean receiving = true;
  private Optional<ErrorCode> failing = Optional.empty();

  /**
   * Begins with nothing.
   *
   * @param newsPeriod within which a source that has no more says so again
   */
  FeedProgress(InstantSource clock, Duration newsPeriod) {
    this.clock = clock;
    this.newsPeriod = newsPeriod;
    this.inStepAt = clock.instant();
  }

  /** Makes the progress of a pipeline with these settings; it reads the machine's clock. */
  static FeedProgress of(PipelineConfig settings) {
    // Who is only a little late with it does not fall behind.
    return new FeedProgress(InstantSource.system(), settings.statusInterval().multipliedBy(2));
  }

  /** What the pipeline is at. */
  enum Phase {
    CONNECTING,
    LOADING,
    FOLLOWING,
    RETRYING
  }

  /**
   * The counts at one moment.
   *
   * @param rowsExpected the planner's estimate; 0 if there is none
   * @param bytes loaded in phase LOADING, delivered in phase FOLLOWING
   * @param receiving false while the source does not send into the durable spool
   * @param uncommitted changes that a destination has taken and that are not durable yet
   * @param durable up to where the destination has everything
   * @param lastCommit of the newest source transaction that the destination has
   * @param lag how long ago the source was where the destination is, or how long that is unknown;
   *     zero if the source has no more
   * @param retries how often it has begun again, or to receive again
   * @param refused changes that a destination did not take
   */
  record Counts(
      Phase phase,
      boolean receiving,
      long rowsExpected,
      long rowsLoaded,
      long bytes,
      long transactions,
      long changes,
      long uncommitted,
      Optional<Lsn> durable,
      Optional<Instant> lastCommit,
      Duration lag,
      long retries,
      RefusedCounts refused) {}

  synchronized Counts counts() {
    return new Counts(
        phase,
        receiving,
        rowsExpected,
        rowsLoaded,
        bytes,
        transactions,
        changes,
        uncommitted,
        durable,
        lastCommit,
        lag(),
        retries,
        refused);
  }

  /** Whatever holds the feed up, even a call that does not return, time goes on. */
  private Duration lag() {
    Duration age = Duration.between(inStepAt, clock.instant());
    boolean small = age.isNegative() || (caughtUp && age.compareTo(newsPeriod) <= 0);
    return small ? Duration.ZERO : age;
  }

  /** Hears what became of changes that a destination did not take; from any thread. */
  synchronized void refused(TableId table, RowPolicy became, long count) {
    refused = refused.plus(became, count);
  }

  @Override
  public void opened(String source, String slot) {
    LOG.info("connected to {}, slot {}", source, slot);
  }

  @Override
  public void waiting(String what) {
    LOG.info("waiting: {}", what);
  }

  @Override
  public synchronized void loadStarted(List<PublishedTable> tables) {
    if (phase != Phase.LOADING) {
      bytes = 0;
    }
    phase = Phase.LOADING;
    // Several destinations are loaded one after the other, and tables may come later.
    long expected = tables.stream().mapToLong(PublishedTable::estimatedRows).sum();
    rowsExpected = expected > 0 ? rowsLoaded + expected : 0;
    LOG.info("first load, tables: {}", tables.size());
  }

  @Override
  public synchronized void rowsLoaded(TableId table, long rows, long rowBytes) {
    rowsLoaded += rows;
    bytes += rowBytes;
  }

  @Override
  public synchronized void loadFinished(Position position) {
    durable = Optional.of(position.endLsn());
    LOG.info(
        "first load finished: {} rows, {}, as of {}",
        Human.count(rowsLoaded),
        Human.bytes(bytes),
        position.endLsn());
  }

  @Override
  public synchronized void following(Position from) {
    phase = Phase.FOLLOWING;
    failing = Optional.empty();
    bytes = 0;
    durable = Optional.of(from.endLsn());
    LOG.info("following from {}", from.endLsn());
  }

  @Override
  public synchronized void applying(long taken) {
    uncommitted = taken;
  }

  @Override
  public synchronized void committed(CommittedBatch batch) {
    // A table that came while the feed ran has been loaded.
    phase = Phase.FOLLOWING;
    transactions += batch.transactions();
    changes += batch.changes();
    uncommitted = 0;
    bytes += batch.bytes();
    durable = Optional.of(batch.position().endLsn());
    batch.lastCommitTime().ifPresent(this::lastCommitted);
  }

  private void lastCommitted(Instant time) {
    lastCommit = Optional.of(time);
    reached(time);
  }

  @Override
  public synchronized void reached(Instant time) {
    inStepAt = time;
    caughtUp = false;
  }

  @Override
  public synchronized void caughtUp() {
    // What is in the spool says nothing of a source that is away.
    if (receiving) {
      inStepAt = clock.instant();
      caughtUp = true;
    }
  }

  @Override
  public synchronized void retrying(WalferryException cause, Duration delay) {
    phase = Phase.RETRYING;
    retries++;
    uncommitted = 0;
    caughtUp = false;
    warn(cause, delay);
  }

  @Override
  public synchronized void receivingAgain(WalferryException cause, Duration delay) {
    receiving = false;
    retries++;
    caughtUp = false;
    warn(cause, delay);
  }

  @Override
  public synchronized void receiving() {
    if (!receiving) {
      receiving = true;
      failing = Optional.empty();
      LOG.info("the source sends again");
    }
  }

  /** Nobody brings the destination any further. */
  synchronized void ended() {
    caughtUp = false;
  }

  private void warn(WalferryException cause, Duration delay) {
    // The advice once, not with each of many tries.
    String advice = failing.equals(Optional.of(cause.code())) ? "" : ". " + cause.code().advice();
    failing = Optional.of(cause.code());
    LOG.warn(
        "{} ({}); next try in {}{}",
        cause.getMessage(),
        cause.code(),
        Human.duration(delay),
        advice);
    LOG.debug("the cause", cause);
  }
}
