package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Lsn;
import io.walferry.cli.feed.Destination.Kind;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.pipeline.PipelineSettings;
import io.walferry.pipeline.Predecessor;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import io.walferry.testkit.postgres.PostgresServers;
import io.walferry.testkit.postgres.StopMode;
import io.walferry.testkit.workload.Seeds;
import io.walferry.testkit.workload.Workload;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A server as {@code pg_upgrade} leaves it: the same tables with the same oids, another system id,
 * and the slot at a later place of the log. There is no {@code pg_upgrade} for these servers, so
 * one and the same server is given another system id.
 */
@Postgres
final class UpgradedSourceTest {
  @TempDir Path directory;
  private final Workload workload = Workload.create(Seeds.next());

  @ParameterizedTest
  @CsvSource({"SQLITE, 14, false", "POSTGRES, 17, false", "SQLITE, 18, true"})
  void theFeedGoesOnAtTheServerThatWasMadeOfIt(
      Kind kind, int major, boolean durable, PostgresServers servers) throws Exception {
    try (PostgresServer server = start(major);
        Database source = server.createDatabase("upgraded");
        Destination destination = kind.create(directory, servers.server(), workload)) {
      try (Connection connection = source.connect()) {
        workload.createSchema(connection);
      }
      workload.run(source::connect, 20, 4);
      PipelineSettings settings = settings(source, durable);
      FeedSetup.catchUp(settings, source, List.of(destination::sink));
      workload.run(source::connect, 20, 4);
      FeedSetup.catchUp(settings, source, List.of(destination::sink));
      String old = systemId(source);
      Lsn begins = upgrade(server, source);
      String positions = "SELECT system_id FROM " + destination.positionTable();
      workload.run(source::connect, 20, 4);

      WalferryException refusal = refused(settings, source, destination);
      assertEquals(ErrorCode.SOURCE_CHANGED, refusal.code(), refusal.toString());
      assertTrue(
          refusal.getMessage().contains(": expected system id " + old + ", got "),
          refusal::toString);
      assertEquals(old, destination.answer(positions));

      PipelineSettings upgraded = upgradedFrom(settings, old, begins);
      FeedSetup.catchUp(upgraded, source, List.of(destination::sink));
      assertEquals(systemId(source), destination.answer(positions));
      workload.run(source::connect, 20, 4);
      FeedSetup.catchUp(settings, source, List.of(destination::sink));
      assertEquals(
          List.of(),
          destination.compare(source, workload).tableDifferences(),
          "seed " + workload.seed());
    }
  }

  /** What waits in a spool for a destination is of the old server, and would be left out. */
  @Test
  void aSpoolThatIsAheadOfTheDestinationIsRefused() throws Exception {
    caughtUp(
        18,
        true,
        feed -> {
          Path copy = copyOfTheDestination();
          feed.source().execute("INSERT INTO t VALUES (2, 'b')");
          feed.catchUp(feed.settings());
          WalferryException refusal = refused(feed.upgrade(), feed.source(), copy);
          assertEquals(ErrorCode.SPOOL_FOREIGN, refusal.code(), refusal.toString());
        });
  }

  /** A failure of the first commit must not leave the position behind what the spool confirms. */
  @Test
  void whatIsConfirmedBeforeTheFirstCommitIsNotSkipped() throws Exception {
    caughtUp(
        18,
        true,
        feed -> {
          PipelineSettings upgraded = feed.upgrade();
          feed.source().execute("INSERT INTO t VALUES (2, 'b')");
          Destination destination = feed.destination();
          destination.execute(
              "CREATE TRIGGER no BEFORE INSERT ON t BEGIN SELECT RAISE(FAIL, 'no'); END");
          try (RunningFeed running =
              RunningFeed.start(
                  upgraded, FeedSetup.connector(feed.source().uri()), destination::sink)) {
            running.awaitFailure();
          }
          destination.execute("DROP TRIGGER no");
          feed.catchUp(upgraded);
          assertEquals("1a,2b", feed.rows());
        });
  }

  /** {@code pg_upgrade} makes publications anew, whose entries have other oids then. */
  @Test
  void noTableIsLoadedAgain() throws Exception {
    caughtUp(
        17,
        false,
        feed -> {
          feed.destination().execute("UPDATE t SET v = 'ours'");
          feed.source()
              .execute(
                  "DROP PUBLICATION %1$s; CREATE PUBLICATION %1$s FOR TABLE t"
                      .formatted(feed.source().name()));
          PipelineSettings upgraded = feed.upgrade();
          feed.source().execute("INSERT INTO t VALUES (2, 'b')");
          feed.catchUp(upgraded);
          feed.source().execute("INSERT INTO t VALUES (3, 'c')");
          feed.catchUp(feed.settings());
          assertEquals("1ours,2b,3c", feed.rows());
        });
  }

  /** The setting is of the upgrade, and no leave to take any old position for the slot's. */
  @Test
  void aDestinationThatIsPutBackIsRefused() throws Exception {
    caughtUp(
        17,
        false,
        feed -> {
          Path copy = copyOfTheDestination();
          PipelineSettings upgraded = feed.upgrade();
          feed.source().execute("INSERT INTO t VALUES (2, 'b')");
          feed.catchUp(upgraded);
          assertEquals("1a,2b", feed.rows());
          WalferryException refusal = refused(upgraded, feed.source(), copy);
          assertEquals(ErrorCode.SLOT_AHEAD, refusal.code(), refusal.toString());
        });
  }

  /** A feed of one table into SQLite. */
  private record Feed(
      PostgresServer server, Database source, Destination destination, PipelineSettings settings) {
    void catchUp(PipelineSettings how) {
      FeedSetup.catchUp(how, source, List.of(destination::sink));
    }

    /** Returns the settings with which it goes on. */
    PipelineSettings upgrade() throws Exception {
      String old = systemId(source);
      return upgradedFrom(settings, old, UpgradedSourceTest.upgrade(server, source));
    }

    String rows() throws Exception {
      return destination.answer(
          "SELECT group_concat(id || v, ',') FROM (SELECT id, v FROM t ORDER BY id)");
    }
  }

  private interface Scene {
    void play(Feed feed) throws Exception;
  }

  private void caughtUp(int major, boolean durable, Scene scene) throws Exception {
    try (PostgresServer server = start(major);
        Database source = server.createDatabase("upgraded");
        Destination destination = Kind.SQLITE.create(directory, server)) {
      source.execute("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a')");
      Feed feed = new Feed(server, source, destination, settings(source, durable));
      feed.catchUp(feed.settings());
      scene.play(feed);
    }
  }

  private Path copyOfTheDestination() throws IOException {
    return Files.copy(directory.resolve("copy.db"), directory.resolve("before.db"));
  }

  private static WalferryException refused(PipelineSettings settings, Database source, Path copy) {
    return Assertions.assertThrows(
        WalferryException.class,
        () -> FeedSetup.catchUp(settings, source, List.of(() -> FeedSetup.sqlite(copy))));
  }

  private static WalferryException refused(
      PipelineSettings settings, Database source, Destination destination) {
    return Assertions.assertThrows(
        WalferryException.class,
        () -> FeedSetup.catchUp(settings, source, List.of(destination::sink)));
  }

  private PipelineSettings settings(Database source, boolean durable) {
    PipelineSettings settings = FeedSetup.settings(source.name(), List.of("*.*"));
    return durable ? FeedSetup.durable(settings, directory.resolve("spool")) : settings;
  }

  private static PipelineSettings upgradedFrom(
      PipelineSettings settings, String systemId, Lsn begins) {
    return settings.with(
        settings.feed().upgradedFrom(new Predecessor(Long.parseUnsignedLong(systemId), begins)));
  }

  private static PostgresServer start(int major) {
    return PostgresServer.builder().major(major).durable(true).setting("autovacuum", "off").start();
  }

  private static String systemId(Database source) throws Exception {
    return source.answer("SELECT system_identifier FROM pg_control_system()");
  }

  /** Returns where the slot stands then. */
  private static Lsn upgrade(PostgresServer server, Database source) throws Exception {
    server.stop(StopMode.FAST);
    Path data = server.dataDirectory();
    long before = changeSystemId(data.resolve("global/pg_control"));
    try (Stream<Path> files = Files.list(data.resolve("pg_wal"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        changeSystemIdOfSegment(file, before);
      }
    }
    server.start();
    source.execute("SELECT pg_switch_wal()");
    source.execute(
        "SELECT pg_replication_slot_advance('%s', pg_current_wal_lsn())".formatted(source.name()));
    return Lsn.parse(
        source.answer(
            "SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = '%s'"
                .formatted(source.name())));
  }

  /** It comes first; the checksum stands behind all that it is of, wherever that ends. */
  private static long changeSystemId(Path control) throws IOException {
    byte[] bytes = Files.readAllBytes(control);
    ByteBuffer content = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int end = 8;
    while (crc(bytes, end) != content.getInt(end)) {
      end += 4;
    }
    long before = content.getLong(0);
    content.putLong(0, before + 1);
    content.putInt(end, crc(bytes, end));
    Files.write(control, bytes);
    return before;
  }

  private static int crc(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }

  /** In the long header of its first page. */
  private static void changeSystemIdOfSegment(Path file, long before) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    ByteBuffer content = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (content.getLong(24) == before) {
      content.putLong(24, before + 1);
      Files.write(file, bytes);
    }
  }
}
