package io.walferry.pipeline;

import io.walferry.change.Lsn;
import io.walferry.change.Transaction;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.PostgresConnector;
import io.walferry.slot.SlotCatalog;
import io.walferry.spool.DurableLog;
import io.walferry.spool.LogExtent;
import io.walferry.spool.LogIdentity;
import io.walferry.spool.SpoolSettings;
import io.walferry.stream.ChangeStream;
import io.walferry.stream.LoggedStream;
import io.walferry.stream.StreamEvent;
import io.walferry.stream.StreamSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Over a {@link DurableLog}: the server's word for what it may forget follows what is on disk here,
 * and a {@link Collector} goes on while destinations are away.
 */
final class DurableReception implements Reception {
  private static final Logger LOG = LoggerFactory.getLogger(DurableReception.class);

  private final PipelineSettings settings;
  private final PostgresConnector source;
  private final PipelineListener listener;
  private final SpoolSettings spool;
  private final Path directory;
  private Optional<DurableLog> log = Optional.empty();
  private Optional<Collector> collector = Optional.empty();

  DurableReception(PipelineSettings settings, PostgresConnector source, PipelineListener listener) {
    this.settings = settings;
    this.source = source;
    this.listener = listener;
    this.spool = settings.stream().spool();
    // A slot's name is one of a file, too.
    this.directory = spool.directory().resolve(settings.feed().slot());
  }

  /** What the log has goes on being received at once. */
  @Override
  public void open() {
    if (log.isEmpty()) {
      log = Optional.of(opened());
    }
    boolean ours = log().extent().filter(extent -> !isOfPredecessor(extent)).isPresent();
    if (!isReceiving() && ours) {
      start(Optional.empty());
    }
    collector.ifPresent(Collector::unpin);
  }

  private DurableLog opened() {
    try {
      return DurableLog.open(directory, spool.diskBytesMax(), spool.compression());
    } catch (WalferryException e) {
      if (!mayGiveUp(e)) {
        throw e;
      }
      return emptied(e);
    }
  }

  private boolean mayGiveUp(WalferryException failure) {
    return failure.code() == ErrorCode.SPOOL_DAMAGED
        && settings.feed().onSlotLost() == SlotLoss.RESNAPSHOT;
  }

  private DurableLog emptied(WalferryException failure) {
    LOG.warn("{}; what it held is given up", failure.getMessage());
    return DurableLog.openEmpty(directory, spool.diskBytesMax(), spool.compression());
  }

  /** The start-up finds out what that means for the destinations. */
  @Override
  public boolean recoversFrom(WalferryException failure) {
    boolean held = log.flatMap(DurableLog::extent).isPresent();
    if (!held || !mayGiveUp(failure)) {
      return false;
    }
    close();
    log = Optional.of(emptied(failure));
    return true;
  }

  private DurableLog log() {
    return log.orElseThrow(() -> new IllegalStateException("The spool was not opened"));
  }

  private void start(Optional<LogIdentity> pinned) {
    collector = Optional.of(new Collector(settings, source, log(), pinned, listener));
  }

  @Override
  public boolean bridges(Lsn from, Lsn confirmed) {
    return !confirmed.isAfter(from) || isCovered(from, confirmed);
  }

  private static boolean covers(LogExtent extent, Lsn from, Lsn confirmed) {
    return !extent.from().isAfter(from) && !confirmed.isAfter(extent.to());
  }

  @Override
  public void requireDelivered(Lsn reached, Predecessor server) {
    Optional<LogExtent> left =
        log().extent().filter(extent -> extent.identity().systemId() == server.systemId());
    if (left.isEmpty() || log().torn().isPresent() || waitsBehind(reached, left.get())) {
      throw new WalferryException(
          ErrorCode.SPOOL_FOREIGN,
          "the destination stands at %s of the server with system id %s, which this one was made of, and %s: expected all that the spool had of that server to be at the destination, and to be seen here"
              .formatted(reached, Long.toUnsignedString(server.systemId()), holding()));
    }
  }

  /** Whether a transaction of the log ends later; keep-alives may. */
  private boolean waitsBehind(Lsn reached, LogExtent extent) {
    try (ChangeStream stream = LoggedStream.open(log(), extent.from(), spool, settings.clock())) {
      while (true) {
        switch (stream.next(Duration.ZERO)) {
          case StreamEvent.Begun begun -> {
            if (isBehind(begun.transaction(), reached)) {
              return true;
            }
          }
          case StreamEvent.KeepAlive keepAlive -> {}
          case StreamEvent.Quiet quiet -> {
            return false;
          }
        }
      }
    }
  }

  private static boolean isBehind(Transaction transaction, Lsn reached) {
    boolean more = transaction.advance();
    while (more) {
      more = transaction.advance();
    }
    return transaction.endLsn().isAfter(reached);
  }

  /** Whether it may be of the server that this one was made of. */
  private boolean isOfPredecessor(LogExtent extent) {
    return settings
        .feed()
        .upgradedFrom()
        .filter(server -> server.systemId() == extent.identity().systemId())
        .isPresent();
  }

  @Override
  public ErrorCode lossCode() {
    return ErrorCode.SPOOL_DAMAGED;
  }

  @Override
  public String holding() {
    return "the spool in "
        + directory
        + log()
            .extent()
            .map(extent -> " holds what ends after " + extent.from() + " up to " + extent.to())
            .orElse(" is empty")
        + log().torn().map(torn -> "; its end could not be read (" + torn + ")").orElse("");
  }

  @Override
  public boolean isReceiving() {
    return collector.filter(Collector::isRunning).isPresent();
  }

  @Override
  public void leaveSlot() {
    collector.ifPresent(Collector::close);
    collector = Optional.empty();
  }

  @Override
  public void receive(Lineage lineage, FeedEnds ends, Lsn from) {
    LogIdentity identity = lineage.identity(settings.feed().slot());
    // Before the log is looked at, which may only grow meanwhile.
    Lsn confirmed = confirmed(ends, settings.feed().slot());
    if (isReceiving() && collector.orElseThrow().pin(identity) && isCovered(from, confirmed)) {
      return;
    }
    leaveSlot();
    requireOurs(identity);
    if (!isCovered(from, confirmed)) {
      requireNothingLost(from, confirmed);
      log().begin(identity, from);
    }
    start(Optional.of(identity));
  }

  private boolean isCovered(Lsn from, Lsn confirmed) {
    return log().extent().filter(extent -> covers(extent, from, confirmed)).isPresent();
  }

  private void requireOurs(LogIdentity identity) {
    log()
        .extent()
        .filter(extent -> !isOfPredecessor(extent))
        .ifPresent(extent -> Collector.requireOf(identity, extent, log().directory()));
  }

  private static Lsn confirmed(FeedEnds ends, String slot) {
    return new SlotCatalog(ends.sql())
        .find(slot)
        .flatMap(found -> found.wal().confirmedFlushLsn())
        .orElse(Lsn.ZERO);
  }

  private void requireNothingLost(Lsn from, Lsn confirmed) {
    if (confirmed.isAfter(from)) {
      throw new WalferryException(
          ErrorCode.SPOOL_DAMAGED,
          "the destination stands at %s and the slot %s was confirmed up to %s, but %s"
              .formatted(from, settings.feed().slot(), confirmed, holding()));
    }
  }

  @Override
  public ChangeStream follow(Lineage lineage, FeedEnds ends, Lsn from, StreamSettings how) {
    receive(lineage, ends, from);
    return LoggedStream.open(log(), from, how.spool(), how.clock());
  }

  @Override
  public void close() {
    leaveSlot();
    log.ifPresent(DurableLog::close);
    log = Optional.empty();
  }
}
