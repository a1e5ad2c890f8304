package io.walferry.library;

import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.TableId;
import io.walferry.error.WalferryException;
import io.walferry.pipeline.CommittedBatch;
import io.walferry.pipeline.PipelineListener;
import io.walferry.publication.PublishedTable;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns what a pipeline says into status, progress and log lines. The pipeline's thread writes, any
 * may ask.
 */
final class FeedObserver implements PipelineListener {
  private static final Logger LOG = LoggerFactory.getLogger(FeedObserver.class);

  private final String name;
  private final StatusBoard board;
  private long rowsLoaded;
  private long transactions;
  private long changes;
  private long retries;
  private Optional<Position> durable = Optional.empty();
  private Duration lag = Duration.ZERO;
  private Optional<WalferryException> lastError = Optional.empty();
  private boolean follows;

  FeedObserver(String name, StatusBoard board) {
    this.name = name;
    this.board = board;
  }

  synchronized Progress progress(Status status, long rejected, long outstanding) {
    return new Progress(
        status, rowsLoaded, transactions, changes, rejected, outstanding, retries, durable, lag);
  }

  synchronized Optional<WalferryException> lastError() {
    return lastError;
  }

  synchronized void failed(WalferryException cause) {
    lastError = Optional.of(cause);
  }

  @Override
  public void opened(String source, String slot) {
    LOG.info("{}: connected to {}, slot {}", name, source, slot);
  }

  @Override
  public void waiting(String what) {
    LOG.info("{}: waiting: {}", name, what);
  }

  @Override
  public void loadStarted(List<PublishedTable> tables) {
    LOG.info("{}: reads existing rows of {} tables", name, tables.size());
    board.reach(Status.SYNCING);
  }

  @Override
  public synchronized void rowsLoaded(TableId table, long rows, long bytes) {
    rowsLoaded += rows;
  }

  @Override
  public void loadFinished(Position position) {
    LOG.info("{}: existing rows were delivered, as of {}", name, position.endLsn());
  }

  @Override
  public void following(Position from) {
    LOG.info("{}: follows from {}", name, from.endLsn());
    synchronized (this) {
      follows = true;
    }
    board.reach(Status.LISTENING);
  }

  @Override
  public void handedOver(CommittedBatch batch) {
    boolean listens;
    synchronized (this) {
      transactions += batch.transactions();
      changes += batch.changes();
      batch.lastCommitTime().ifPresent(time -> lag = Duration.between(time, Instant.now()));
      listens = follows;
    }
    if (listens) {
      // A table that came while the feed ran has been read.
      board.reach(Status.LISTENING);
    }
  }

  @Override
  public synchronized void committed(CommittedBatch batch) {
    Position position = batch.position();
    if (position.endLsn().isAfter(durable.map(Position::endLsn).orElse(Lsn.ZERO))) {
      durable = Optional.of(position);
    }
  }

  @Override
  public void retrying(WalferryException cause, Duration delay) {
    LOG.warn(
        "{}: {} ({}); next try in {} ms. {}",
        name,
        cause.getMessage(),
        cause.code(),
        delay.toMillis(),
        cause.code().advice());
    synchronized (this) {
      retries++;
      follows = false;
      lastError = Optional.of(cause);
    }
    board.reach(Status.STARTING);
  }
}
