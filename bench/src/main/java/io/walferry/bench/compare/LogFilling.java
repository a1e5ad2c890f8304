package io.walferry.bench.compare;

import io.walferry.change.Lsn;
import io.walferry.change.Transaction;
import io.walferry.postgres.PostgresConnector;
import io.walferry.spool.Compression;
import io.walferry.spool.DurableLog;
import io.walferry.spool.LogIdentity;
import io.walferry.spool.SpoolSettings;
import io.walferry.stream.ChangeStream;
import io.walferry.stream.LogWriter;
import io.walferry.stream.LoggedStream;
import io.walferry.stream.ReplicationConnection;
import io.walferry.stream.SourceIdentity;
import io.walferry.stream.StreamEvent;
import io.walferry.stream.StreamSettings;
import io.walferry.time.NanoClock;
import java.nio.file.Path;
import java.time.Duration;

/** Receives what a slot has into a durable log, as a pipeline with a durable spool does. */
final class LogFilling {
  private static final Duration WAIT = Duration.ofSeconds(30);

  /** What is received. */
  record From(PostgresConnector connector, String slot, String publication) {}

  private LogFilling() {}

  /**
   * Until the first transaction whose commit starts at {@code end} or behind.
   *
   * @return how many changes commit at {@code begin} or behind, and before the end
   */
  static long fill(From from, Path directory, Lsn begin, Lsn end) {
    try (DurableLog log = DurableLog.openEmpty(directory, Long.MAX_VALUE, Compression.NONE)) {
      receive(from, log, end);
      return count(log, begin, end);
    }
  }

  private static void receive(From from, DurableLog log, Lsn end) {
    try (ReplicationConnection replication = ReplicationConnection.open(from.connector())) {
      SourceIdentity server = replication.identify();
      LogIdentity identity = new LogIdentity(server.systemId(), server.timeline(), from.slot());
      log.begin(identity, Lsn.ZERO);
      StreamSettings settings = StreamSettings.DEFAULT.withoutStreaming();
      try (ChangeStream stream =
          replication.stream(from.slot(), from.publication(), Lsn.ZERO, settings)) {
        LogWriter writer = new LogWriter(log, identity, stream);
        while (writer.end().isBefore(end) || writer.end().equals(end)) {
          if (stream.next(WAIT) instanceof StreamEvent.Begun begun) {
            writer.take(begun);
          }
        }
        writer.flush();
        log.sync();
      }
    }
  }

  private static long count(DurableLog log, Lsn begin, Lsn end) {
    SpoolSettings spool = SpoolSettings.in(log.directory().resolveSibling("spool"));
    long changes = 0;
    try (LoggedStream stream = LoggedStream.open(log, Lsn.ZERO, spool, NanoClock.system())) {
      while (stream.next(WAIT) instanceof StreamEvent.Begun begun) {
        Transaction transaction = begun.transaction();
        boolean counts = !transaction.header().commitLsn().isBefore(begin);
        if (!transaction.header().commitLsn().isBefore(end)) {
          return changes;
        }
        while (transaction.advance()) {
          changes += counts ? 1 : 0;
        }
      }
    }
    throw new IllegalStateException("The log ends before " + end);
  }
}
