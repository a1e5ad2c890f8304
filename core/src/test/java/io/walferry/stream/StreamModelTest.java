package io.walferry.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.SharedServers;
import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.OldRow;
import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.change.Transaction;
import io.walferry.error.WalferryException;
import io.walferry.spool.Compression;
import io.walferry.spool.DurableLog;
import io.walferry.spool.LogIdentity;
import io.walferry.spool.SpoolSettings;
import io.walferry.testkit.postgres.Database;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whatever the protocol, and however transactions are interleaved, streamed, rolled back in part,
 * prepared and resent: what is delivered is what committed, whole, once and in order.
 */
final class StreamModelTest {
  private static final String SEED_PROPERTY = "walferry.test.seed";
  private static final int PHASES = 4;
  private static final int STEPS = 400;

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"14, 1", "14, 2", "15, 3", "16, 4", "17, 4", "18, 1", "18, 2", "18, 3", "18, 4"})
  void whatCommittedIsDeliveredOnce(int major, int protocol) throws Exception {
    long seed = Long.getLong(SEED_PROPERTY, System.nanoTime() & 0xFFFFFF);
    System.out.println("seed " + seed + "; replay with -D" + SEED_PROPERTY + "=" + seed);
    Random random = new Random(seed);
    boolean twoPhase = protocol >= 3 && random.nextInt(3) > 0;
    try (Database database = SharedServers.database(major)) {
      ModelSession.createShared(database);
      database.execute("CREATE PUBLICATION model FOR ALL TABLES");
      // Streams whatever is larger than that; a session of ours takes it, too.
      database.execute(
          "ALTER DATABASE %s SET logical_decoding_work_mem = '64kB'".formatted(database.name()));
      if (major >= 17 && random.nextBoolean()) {
        database.execute(
            "ALTER DATABASE %s SET debug_logical_replication_streaming = 'immediate'"
                .formatted(database.name()));
      }
      database.execute(
          "SELECT pg_create_logical_replication_slot('%s', 'pgoutput', false, %s)"
              .formatted(database.name(), twoPhase));
      StreamSettings settings =
          StreamSettings.DEFAULT
              .with(
                  new OutputOptions(
                      OptionalInt.of(protocol),
                      true,
                      OutputOptions.Origin.ANY,
                      OutputOptions.Form.TEXT))
              .with(
                  new SpoolSettings(directory, random.nextInt(3) * 50_000L, 1L << 30)
                      .with(random.nextBoolean() ? Compression.ZSTD : Compression.NONE));
      boolean logged = random.nextBoolean();
      Consumer consumer =
          new Consumer(
              database,
              settings,
              logged ? Optional.of(directory.resolve("log")) : Optional.empty(),
              random);
      try (InterleavedSessions sessions =
          new InterleavedSessions(
              database, random, 6, protocol >= 2, random.nextBoolean(), !twoPhase)) {
        for (int phase = 0; phase < PHASES; phase++) {
          sessions.run(STEPS);
          if (phase == PHASES - 1) {
            sessions.finish();
          }
          assertSame(
              sessions.takeCommitted(), consumer.deliver(), "seed " + seed + ", phase " + phase);
        }
      }
    }
  }

  /** Goes on from what was durable, as a feed does. */
  private static final class Consumer {
    private final Database database;
    private final List<List<String>> delivered = new ArrayList<>();
    private final Optional<Path> log;
    private final Random random;
    private StreamSettings settings;
    private Lsn durable = Lsn.ZERO;

    Consumer(Database database, StreamSettings settings, Optional<Path> log, Random random) {
      this.database = database;
      this.settings = settings;
      this.log = log;
      this.random = random;
    }

    /** Everything that has come since the last call. */
    List<List<String>> deliver() throws SQLException {
      Lsn end = walEnd(database);
      while (durable.isBefore(end)) {
        try {
          if (log.isPresent()) {
            deliverFromLog(log.get(), end);
          } else {
            deliverTo(end);
          }
        } catch (WalferryException e) {
          System.out.println(e.getMessage());
          switch (e.code()) {
            case STREAMING_UNSUITABLE -> settings = settings.withoutStreaming();
            case SLOT_ACTIVE -> Thread.onSpinWait();
            default -> throw e;
          }
        }
      }
      List<List<String>> taken = List.copyOf(delivered);
      delivered.clear();
      return taken;
    }

    private void deliverTo(Lsn end) {
      try (ReplicationConnection replication =
              ReplicationConnection.open(ChangeStreamTest.connector(database));
          ChangeStream stream = replication.stream(database.name(), "model", durable, settings)) {
        while (durable.isBefore(end)) {
          if (!take(stream.next(Duration.ofSeconds(30)))) {
            throw new AssertionError("Nothing came up to " + end + ", only to " + durable);
          }
          stream.confirm(durable);
        }
      }
    }

    /** What is confirmed is in the log only; whoever reads it is behind, and is replaced. */
    private void deliverFromLog(Path directory, Lsn end) {
      try (ReplicationConnection replication =
              ReplicationConnection.open(ChangeStreamTest.connector(database));
          DurableLog opened = DurableLog.open(directory, 8 << 20, settings.spool().compression())) {
        SourceIdentity server = replication.identify();
        LogIdentity identity =
            new LogIdentity(server.systemId(), server.timeline(), database.name());
        if (opened.extent().isEmpty()) {
          opened.begin(identity, Lsn.ZERO);
        }
        opened.cut();
        Lsn from = opened.extent().orElseThrow().to();
        try (ChangeStream stream = replication.stream(database.name(), "model", from, settings);
            ChangeStream logged = LoggedStream.open(opened, durable, settings.spool())) {
          LogWriter writer = new LogWriter(opened, identity, stream);
          while (durable.isBefore(end)) {
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
      List<String> changes = described(transaction);
      if (!changes.isEmpty()) {
        delivered.add(changes);
      }
      durable = Lsn.max(durable, transaction.endLsn());
    }
  }

  /** Names the first difference; everything together would fill pages. */
  private static void assertSame(
      List<List<String>> expected, List<List<String>> delivered, String where) {
    for (int i = 0; i < Math.min(expected.size(), delivered.size()); i++) {
      List<String> left = expected.get(i);
      List<String> right = delivered.get(i);
      for (int j = 0; j < Math.min(left.size(), right.size()); j++) {
        assertEquals(left.get(j), right.get(j), where + ", transaction " + i + ", change " + j);
      }
      assertEquals(left.size(), right.size(), where + ", changes of transaction " + i);
    }
    assertEquals(expected.size(), delivered.size(), where);
  }

  static Lsn walEnd(Database database) throws SQLException {
    return Lsn.parse(database.walEnd());
  }

  private static List<String> described(Transaction transaction) {
    List<String> described = new ArrayList<>();
    while (transaction.advance()) {
      described.add(
          switch (transaction.change()) {
            case Change.Insert insert -> row("+", insert.relation(), insert.after());
            case Change.Update update -> row("~", update.relation(), update.after());
            case Change.Delete delete ->
                "-" + named(delete.relation()) + ((OldRow.Key) delete.before()).row().text(0);
            case Change.Truncate truncate -> "0" + named(truncate.relations().getFirst());
            case Change.Message message -> {
              assertEquals(message.transactional(), transaction.header().isTransaction());
              yield new String(message.content().bytes(), StandardCharsets.UTF_8)
                  + (message.transactional() ? "" : " outside");
            }
          });
    }
    return messagesLast(described);
  }

  /**
   * The server takes the end of a message's record for its place, which is the start of the next
   * one's: of a message in a savepoint and the change that follows it any may come first.
   */
  static List<String> messagesLast(List<String> changes) {
    return changes.stream()
        .sorted(Comparator.comparing(change -> change.startsWith(ModelSession.MESSAGE)))
        .toList();
  }

  private static String row(String kind, Relation relation, Row row) {
    String value = row.isUnchanged(2) ? "same" : Integer.toString(row.length(2));
    return kind + named(relation) + row.text(0) + "," + row.text(1) + "," + value;
  }

  private static String named(Relation relation) {
    return relation.table().name()
        + relation.columns().stream()
            .map(column -> column.name())
            .collect(Collectors.joining(", ", "[", "]"));
  }
}
