package io.walferry.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.walferry.SharedServers;
import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.OldRow;
import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.change.Transaction;
import io.walferry.spool.Compression;
import io.walferry.spool.SpoolSettings;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.workload.Seeds;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * Whatever the protocol, and however transactions are interleaved, streamed, rolled back in part,
 * prepared and resent: what is delivered is what committed, whole, once and in order. Every other
 * phase has messages and TRUNCATEs, which can have the stream begin again without streaming; each
 * phase asks for streaming anew.
 */
final class StreamModelTest {
  /** Protocol, whether prepared transactions come as such, whether every change is streamed. */
  static final List<Arguments> CASES =
      List.of(
          arguments(14, 1, false, false),
          arguments(14, 2, false, false),
          arguments(15, 3, false, false),
          arguments(15, 3, true, false),
          arguments(16, 4, false, false),
          arguments(16, 4, true, false),
          arguments(17, 4, false, true),
          arguments(17, 4, true, false),
          arguments(18, 1, false, false),
          arguments(18, 2, false, false),
          arguments(18, 3, true, true),
          arguments(18, 4, false, false),
          arguments(18, 4, true, false));

  private static final int PHASES = 4;
  private static final int STEPS = 350;

  /** While a stream is open. */
  private static final int STEPS_MEANWHILE = 60;

  private static final int SEEDS = 10;

  @TempDir Path directory;

  @ParameterizedTest
  @FieldSource("CASES")
  void whatCommittedIsDeliveredOnce(int major, int protocol, boolean twoPhase, boolean immediate)
      throws Exception {
    run(major, protocol, twoPhase, immediate, Seeds.next());
  }

  @Tag("full")
  @ParameterizedTest
  @FieldSource("CASES")
  void whatCommittedIsDeliveredOnceForManySeeds(
      int major, int protocol, boolean twoPhase, boolean immediate) throws Exception {
    for (long seed = 1; seed <= SEEDS; seed++) {
      run(major, protocol, twoPhase, immediate, seed);
    }
  }

  private void run(int major, int protocol, boolean twoPhase, boolean immediate, long seed)
      throws Exception {
    Random random = new Random(seed);
    try (Database database = database(major, twoPhase, immediate);
        MessageCounter counter = MessageCounter.before(database.server());
        InterleavedSessions sessions =
            new InterleavedSessions(database, random, protocol >= 2, !twoPhase)) {
      boolean logged = random.nextBoolean();
      ModelConsumer consumer =
          new ModelConsumer(
              database,
              counter,
              settings(protocol, random),
              logged ? Optional.of(directory.resolve("log-" + seed)) : Optional.empty(),
              random);
      String expected = expected(protocol, twoPhase, immediate);
      for (int phase = 0; phase < PHASES; phase++) {
        boolean last = phase == PHASES - 1;
        long streamed = counter.count('S');
        sessions.unstreamable(phase % 2 == 1);
        sessions.run(STEPS);
        sessions.leaveLarge();
        List<List<String>> delivered =
            consumer.deliver(
                () -> {
                  sessions.endLarge();
                  sessions.run(STEPS_MEANWHILE);
                  if (last) {
                    sessions.finish();
                  }
                });
        String where = "seed " + seed + ", phase " + phase;
        assertSame(sessions.takeCommitted(), delivered, where);
        assertEquals(protocol >= 2, counter.count('S') > streamed, where + ": streamed");
      }
      // A single phase may lack one by chance.
      expected
          .chars()
          .forEach(
              type ->
                  assertTrue(
                      counter.count((char) type) > 0, "seed " + seed + ": no " + (char) type));
    }
  }

  private static Database database(int major, boolean twoPhase, boolean immediate)
      throws SQLException {
    Database database = SharedServers.database(major);
    ModelSession.createShared(database);
    database.execute("CREATE PUBLICATION model FOR ALL TABLES");
    // Streams whatever is larger than that; a session of ours takes it, too.
    database.execute(
        "ALTER DATABASE %s SET logical_decoding_work_mem = '64kB'".formatted(database.name()));
    if (immediate) {
      database.execute(
          "ALTER DATABASE %s SET debug_logical_replication_streaming = 'immediate'"
              .formatted(database.name()));
    }
    database.execute(
        "SELECT pg_create_logical_replication_slot('%s', 'pgoutput', false, %s)"
            .formatted(database.name(), twoPhase));
    return database;
  }

  private StreamSettings settings(int protocol, Random random) {
    return StreamSettings.DEFAULT
        .with(
            new OutputOptions(
                OptionalInt.of(protocol), true, OutputOptions.Origin.ANY, OutputOptions.Form.TEXT))
        .with(
            new SpoolSettings(directory, random.nextInt(3) * 50_000L, 1L << 30)
                .with(random.nextBoolean() ? Compression.ZSTD : Compression.NONE));
  }

  /**
   * The types of messages that come in any case, in the first phase already: a block of what is in
   * progress, its commit and its abort; a streamed transaction that is prepared, one that comes
   * whole when it is, the commit and the rollback of such.
   */
  private static String expected(int protocol, boolean twoPhase, boolean immediate) {
    String whole = immediate ? "" : "bP";
    return (protocol >= 2 ? "ScA" : "BC") + (twoPhase ? "pKr" + whole : "");
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

  static List<String> described(Transaction transaction) {
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
