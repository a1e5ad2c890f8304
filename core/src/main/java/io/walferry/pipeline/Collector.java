package io.walferry.pipeline;

import io.walferry.change.Lsn;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.PostgresConnector;
import io.walferry.postgres.PostgresErrors;
import io.walferry.slot.Slot;
import io.walferry.slot.SlotCatalog;
import io.walferry.spool.DurableLog;
import io.walferry.spool.LogExtent;
import io.walferry.spool.LogIdentity;
import io.walferry.stream.ChangeStream;
import io.walferry.stream.LogWriter;
import io.walferry.stream.ReplicationConnection;
import io.walferry.stream.SourceIdentity;
import io.walferry.stream.StreamEvent;
import io.walferry.stream.StreamSettings;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/**
 * Receives a slot's changes into a {@link DurableLog}, on a thread of its own, and confirms what is
 * on disk. Connects anew for as long as that may help; a failure that lasts ends the log, behind
 * what it holds.
 */
final class Collector implements AutoCloseable {
  private static final Duration CLOSE_MAX = Duration.ofSeconds(30);

  private final PipelineSettings settings;
  private final PostgresConnector source;
  private final DurableLog log;
  private final PipelineListener listener;
  private final StopSignal stop;
  private final Thread thread;

  /** What an attempt has found the server to be, which it relies on. */
  private volatile Optional<LogIdentity> pinned;

  private volatile Optional<LogIdentity> connected = Optional.empty();
  private boolean progressed;

  /**
   * Goes on where the log ends.
   *
   * @param pinned the server that an attempt relies on, if one does
   */
  Collector(
      PipelineSettings settings,
      PostgresConnector source,
      DurableLog log,
      Optional<LogIdentity> pinned,
      PipelineListener listener) {
    this.pinned = pinned;
    this.settings = settings;
    this.stop = new StopSignal(settings.clock());
    this.source = source;
    this.log = log;
    this.listener = listener;
    log.goOn();
    this.thread = Thread.ofPlatform().name("walferry-collector").daemon().start(this::run);
  }

  boolean isRunning() {
    return thread.isAlive();
  }

  /**
   * An attempt relies on the server's being this one from now on: the log ends where another one
   * would follow.
   *
   * @return whether the server that is received from is this one, as far as is known
   */
  boolean pin(LogIdentity identity) {
    pinned = Optional.of(identity);
    return connected.isEmpty() || connected.equals(pinned);
  }

  /** Nobody relies on it any more. */
  void unpin() {
    pinned = Optional.empty();
  }

  private void run() {
    Attempts attempts = new Attempts(settings, listener::receivingAgain, stop);
    try {
      while (!stop.isRequested()) {
        progressed = false;
        try {
          collect(attempts.fitting());
        } catch (WalferryException e) {
          if (stop.isRequested() && Attempts.isOfTheStop(e.code())) {
            return;
          }
          if (isElsewhere()) {
            throw e;
          }
          attempts.failed(e, progressed);
        }
      }
    } catch (WalferryException e) {
      log.end(forReaders(e));
    } catch (OutOfMemoryError e) {
      log.end(
          new WalferryException(
              ErrorCode.MEMORY_EXHAUSTED, "no memory to receive into " + log.directory(), e));
    } catch (RuntimeException | Error e) {
      log.end(new WalferryException(ErrorCode.INTERNAL, "the collector has failed: " + e, e));
    }
  }

  /** What has become of the slot another attempt sees, too, and knows whether there is a way on. */
  private static WalferryException forReaders(WalferryException failure) {
    return switch (failure.code()) {
      case SLOT_LOST, SLOT_UNUSABLE ->
          new WalferryException(ErrorCode.CONNECTION_LOST, failure.getMessage(), failure);
      default -> failure;
    };
  }

  /** One connection. */
  private void collect(StreamSettings how) {
    try (Connection sql = source.connect()) {
      sql.setNetworkTimeout(Runnable::run, (int) how.silenceMax().toMillis());
      try (ReplicationConnection replication = ReplicationConnection.open(source)) {
        collect(how, sql, replication);
      }
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "close the connection to " + source.settings().display());
    }
  }

  private void collect(StreamSettings how, Connection sql, ReplicationConnection replication) {
    Lineage lineage =
        stop.during(
            () -> recognised(sql, replication),
            () -> {
              replication.close();
              abort(sql);
            });
    if (stop.isRequested()) {
      // Somebody else may write the log soon.
      return;
    }
    log.cut();
    String slot = settings.feed().slot();
    Lsn from = log.extent().orElseThrow().to();
    try (ChangeStream stream =
        stop.during(
            () -> replication.stream(slot, settings.feed().publication(), from, how),
            replication::close)) {
      listener.receiving();
      LogWriter writer = new LogWriter(log, lineage.identity(slot), stream);
      stop.during(
          () -> receive(stream, writer, lineage),
          () -> {
            stream.interrupt();
            log.stop();
          });
    }
  }

  /** Sees that the server goes on from where the log ends. */
  private Lineage recognised(Connection sql, ReplicationConnection replication) {
    SourceIdentity server = replication.identify();
    String slot = settings.feed().slot();
    LogIdentity identity = new LogIdentity(server.systemId(), server.timeline(), slot);
    connected = Optional.of(identity);
    if (isElsewhere()) {
      // Another attempt takes the new one.
      throw Lineage.promoted();
    }
    LogExtent extent = log.extent().orElseThrow();
    requireOf(identity, extent, log.directory());
    Lineage lineage = Lineage.read(replication, sql, server.timeline());
    lineage.requireShared(extent);
    requireSlot(sql, extent);
    return lineage;
  }

  private static void abort(Connection sql) {
    try {
      sql.abort(Runnable::run);
    } catch (SQLException ignored) {
      // It is closed then; whoever uses it sees that.
    }
  }

  /** Whether an attempt relies on another server than the one that is received from. */
  private boolean isElsewhere() {
    Optional<LogIdentity> expected = pinned;
    return expected.isPresent() && connected.isPresent() && !expected.equals(connected);
  }

  static void requireOf(LogIdentity server, LogExtent extent, Path directory) {
    if (!extent.identity().isOfTheSameSlot(server)) {
      throw new WalferryException(
          ErrorCode.SPOOL_FOREIGN,
          "the spool in %s holds changes of slot %s of the server with system id %s, expected slot %s of system id %s"
              .formatted(
                  directory,
                  extent.identity().slot(),
                  Long.toUnsignedString(extent.identity().systemId()),
                  server.slot(),
                  Long.toUnsignedString(server.systemId())));
    }
  }

  private void requireSlot(Connection sql, LogExtent extent) {
    String name = settings.feed().slot();
    Slot slot =
        new SlotCatalog(sql)
            .find(name)
            .orElseThrow(
                () ->
                    new WalferryException(
                        ErrorCode.SLOT_LOST,
                        "the spool in %s ends at %s, but the slot %s does not exist"
                            .formatted(log.directory(), extent.to(), name)));
    if (!slot.isUsable()) {
      throw new WalferryException(
          ErrorCode.SLOT_UNUSABLE,
          "cannot use the slot %s: the server has given it up: %s"
              .formatted(name, slot.invalidation().orElse("no reason given")));
    }
    Lsn confirmed = slot.wal().confirmedFlushLsn().orElse(Lsn.ZERO);
    if (confirmed.isAfter(extent.to())) {
      throw new WalferryException(
          ErrorCode.SPOOL_DAMAGED,
          "the slot %s was confirmed up to %s, but the spool in %s ends at %s%s"
              .formatted(
                  name,
                  confirmed,
                  log.directory(),
                  extent.to(),
                  log.torn().map(torn -> ": its end could not be read (" + torn + ")").orElse("")));
    }
  }

  /** Until the stop; returns where what is on disk ends. */
  private Lsn receive(ChangeStream stream, LogWriter writer, Lineage lineage) {
    LogFlush flush =
        new LogFlush(log, stream, writer, settings.stream().statusInterval(), settings.clock());
    while (!stop.isRequested()) {
      StreamEvent event = stream.next(Duration.ZERO);
      if (event instanceof StreamEvent.Quiet) {
        flush.toReaders();
        event = stream.next(flush.timeLeft());
      }
      flush.take(event);
      if (flush.isDue()) {
        toDisk(flush, lineage);
      }
    }
    return toDisk(flush, lineage);
  }

  private Lsn toDisk(LogFlush flush, Lineage lineage) {
    lineage.requireSameTimeline();
    Lsn reached = flush.toDisk();
    progressed = true;
    return reached;
  }

  /**
   * Ends it.
   *
   * @throws WalferryException {@code SPOOL_BUSY} if it does not end within its time
   */
  @Override
  public void close() {
    stop.request();
    // What is received is worth the wait, even to a thread that is interrupted.
    if (!settings.clock().join(thread, CLOSE_MAX)) {
      throw new WalferryException(
          ErrorCode.SPOOL_BUSY,
          "what receives into the spool in "
              + log.directory()
              + " has not ended within "
              + CLOSE_MAX.toSeconds()
              + " s");
    }
  }
}
