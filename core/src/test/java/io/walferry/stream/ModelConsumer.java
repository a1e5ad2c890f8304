package io.walferry.stream;

import io.walferry.change.Lsn;
import io.walferry.change.Transaction;
import io.walferry.error.WalferryException;
import io.walferry.postgres.PostgresConnector;
import io.walferry.spool.DurableLog;
import io.walferry.spool.LogIdentity;
import io.walferry.testkit.postgres.Database;
import io.walferry.time.NanoClock;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/** Goes on from what was durable, as a feed does, and asks for streaming anew each time. */
final class ModelConsumer {
  private static final long PAUSE_NANOS = 10_000_000;

  private final Database database;
  private final PostgresConnector connector;
  private final StreamSettings asked;
  private final Optional<Path> log;
  private final Random random;
  private final List<List<String>> delivered = new ArrayList<>();
  private StreamSettings settings;
  private Optional<Writing> meanwhile = Optional.empty();
  private Lsn end = Lsn.ZERO;
  private Lsn durable = Lsn.ZERO;

  /** What others do while a stream is open. */
  interface Writing {
    void write() throws SQLException;
  }

  ModelConsumer(
      Database database,
      MessageCounter counter,
      StreamSettings settings,
      Optional<Path> log,
      Random random) {
    this.database = database;
    this.connector = counter.connector(database);
    this.asked = settings;
    this.settings = settings;
    this.log = log;
    this.random = random;
  }

  /**
   * Everything that has come since the last call.
   *
   * @param writing what is done once all that was written before has come, and the stream is still
   *     open; it comes, too
   */
  List<List<String>> deliver(Writing writing) throws SQLException {
    settings = asked;
    meanwhile = Optional.of(writing);
    end = StreamModelTest.walEnd(database);
    while (!isDone()) {
      try {
        if (log.isPresent()) {
          deliverFromLog(log.get());
        } else {
          deliverStraight();
        }
      } catch (WalferryException e) {
        System.out.println(e.getMessage());
        switch (e.code()) {
          case STREAMING_UNSUITABLE -> settings = settings.withoutStreaming();
          case SLOT_ACTIVE -> LockSupport.parkNanos(PAUSE_NANOS);
          default -> throw e;
        }
      }
    }
    List<List<String>> taken = List.copyOf(delivered);
    delivered.clear();
    return taken;
  }

  private boolean isDone() {
    return !durable.isBefore(end) && meanwhile.isEmpty();
  }

  /** Whether there is more to come, after others have done what they do now. */
  private boolean goesOn() throws SQLException {
    if (!durable.isBefore(end) && meanwhile.isPresent()) {
      Writing writing = meanwhile.get();
      meanwhile = Optional.empty();
      writing.write();
      end = StreamModelTest.walEnd(database);
    }
    return durable.isBefore(end);
  }

  private void deliverStraight() throws SQLException {
    try (ReplicationConnection replication = ReplicationConnection.open(connector);
        ChangeStream stream = replication.stream(database.name(), "model", durable, settings)) {
      while (goesOn()) {
        if (!take(stream.next(Duration.ofSeconds(30)))) {
          throw new AssertionError("Nothing came up to " + end + ", only to " + durable);
        }
        stream.confirm(durable);
      }
    }
  }

  /** What is confirmed is in the log only; whoever reads it is behind, and is replaced. */
  private void deliverFromLog(Path directory) throws SQLException {
    try (ReplicationConnection replication = ReplicationConnection.open(connector);
        DurableLog opened = DurableLog.open(directory, 8 << 20, settings.spool().compression())) {
      SourceIdentity server = replication.identify();
      LogIdentity identity = new LogIdentity(server.systemId(), server.timeline(), database.name());
      if (opened.extent().isEmpty()) {
        opened.begin(identity, Lsn.ZERO);
      }
      opened.cut();
      Lsn from = opened.extent().orElseThrow().to();
      try (ChangeStream stream = replication.stream(database.name(), "model", from, settings);
          ChangeStream logged =
              LoggedStream.open(opened, durable, settings.spool(), NanoClock.system())) {
        LogWriter writer = new LogWriter(opened, identity, stream);
        while (goesOn()) {
          receive(stream, writer, opened);
          if (random.nextInt(20) == 0 || !writer.end().isBefore(end)) {
            // One thread does both here: what it has begun to write it must not wait for.
            writer.flush();
            readSome(logged);
          }
        }
      }
    }
  }

  private void receive(ChangeStream stream, LogWriter writer, DurableLog opened) {
    switch (stream.next(Duration.ofMillis(20))) {
      case StreamEvent.Begun begun -> writer.take(begun);
      case StreamEvent.KeepAlive keepAlive -> writer.take(keepAlive);
      case StreamEvent.Quiet quiet -> writer.flush();
    }
    if (random.nextInt(5) == 0) {
      writer.flush();
      stream.confirm(opened.sync());
    }
  }

  private void readSome(ChangeStream logged) {
    while (random.nextInt(50) > 0 && take(logged.next(Duration.ofMillis(50)))) {
      if (random.nextInt(10) == 0) {
        logged.confirm(durable);
      }
    }
  }

  /** Whether anything came. */
  private boolean take(StreamEvent event) {
    switch (event) {
      case StreamEvent.Begun begun -> take(begun.transaction());
      case StreamEvent.KeepAlive keepAlive -> durable = Lsn.max(durable, keepAlive.walEnd());
      case StreamEvent.Quiet quiet -> {
        return false;
      }
    }
    return true;
  }

  private void take(Transaction transaction) {
    List<String> changes = StreamModelTest.described(transaction);
    if (!changes.isEmpty()) {
      delivered.add(changes);
    }
    durable = Lsn.max(durable, transaction.endLsn());
  }
}
