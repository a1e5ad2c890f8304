package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.cli.feed.Destination.Kind;
import io.walferry.cli.feed.Destination.MysqlCopy;
import io.walferry.cli.feed.Destination.PostgresDatabase;
import io.walferry.cli.feed.Destination.SqliteFile;
import io.walferry.cli.feed.FeedMain.Form;
import io.walferry.spool.Compression;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.mysql.MysqlServer;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import io.walferry.testkit.postgres.PostgresServers;
import io.walferry.testkit.process.ChildJvm;
import io.walferry.testkit.wait.Await;
import io.walferry.testkit.workload.Seeds;
import io.walferry.testkit.workload.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A feed with a durable spool is killed again and again, every other time while its destination is
 * away. From which version to which destination the seed says, too.
 */
@Postgres
final class DurableSpoolKillTest {
  private static final Duration PATIENCE = Await.patience(Duration.ofSeconds(60));
  private static final int OLDEST = 14;
  private static final int NEWEST = 18;

  @TempDir Path directory;

  @Test
  void nothingIsLostOrDoubledByKills(PostgresServers servers) throws Exception {
    killAndCompare(servers, Seeds.next(), 6);
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("fullSeeds")
  void nothingIsLostOrDoubledByManyKills(long fullSeed, PostgresServers servers) throws Exception {
    killAndCompare(servers, fullSeed, 10);
    FullProgress.finished("durable", fullSeed);
  }

  static List<Long> fullSeeds() {
    return FullProgress.openSeeds("durable", 10);
  }

  private void killAndCompare(PostgresServers servers, long seed, int kills) throws Exception {
    Workload workload = Workload.create(seed);
    Random random = new Random(seed);
    Kind kind = drawn(Kind.values(), random);
    Form form = Form.durable(directory.resolve("spool")).with(drawn(Compression.values(), random));
    int major = OLDEST + random.nextInt(NEWEST + 1 - OLDEST);
    System.out.println("seed " + seed + ": from PostgreSQL " + major + " to " + kind + ", " + form);
    try (Database source = servers.server(major).createDatabase("source");
        PostgresServer server = PostgresServer.builder().major(18).durable(true).start();
        Destination destination = kind.create(directory, server, workload)) {
      try (Connection connection = source.connect()) {
        workload.createSchema(connection);
      }
      workload.run(source::connect, 40, 4);
      FeedSetup.streamEarly(source);
      for (int kill = 0; kill < kills; kill++) {
        int said = random.nextInt(20);
        if (kill % 2 == 0) {
          killWhileItFollows(source, destination, form, workload, said);
        } else {
          Absence absence = absence(destination);
          killWhileItReceives(source, destination, form, workload, said);
          absence.end();
        }
      }
      FeedSetup.catchUp(form.settings(source.name()), source, List.of(destination::sink));
      assertEquals(
          List.of(), destination.compare(source, workload).tableDifferences(), "seed " + seed);
    }
  }

  private static <T> T drawn(T[] values, Random random) {
    return values[random.nextInt(values.length)];
  }

  private static void killWhileItFollows(
      Database source, Destination destination, Form form, Workload workload, int rounds) {
    try (ChildJvm child = FeedMain.start(source, destination, form)) {
      child.awaitLineOfTalker(line -> line.startsWith("following"), PATIENCE);
      workload.run(source::connect, 1 + rounds, 4);
      child.kill();
      child.awaitExit(PATIENCE);
    }
  }

  private static void killWhileItReceives(
      Database source, Destination destination, Form form, Workload workload, int rounds)
      throws Exception {
    try (ChildJvm child = FeedMain.start(source, destination, form)) {
      workload.run(source::connect, 1 + rounds, 4);
      child.awaitLineOfTalker(line -> line.startsWith("retrying"), PATIENCE);
      Sender.awaitConfirmed(source);
      child.kill();
      child.awaitExit(PATIENCE);
    }
  }

  /** A destination that cannot be had. */
  private interface Absence {
    void end() throws IOException;
  }

  private static Absence absence(Destination destination) throws IOException {
    return switch (destination) {
      case Destination.Tolerant there -> absence(there.plain());
      case Destination.Lanes there -> absence(there.plain());
      case Destination.Through there -> absence(there.plain());
      case Destination.LinesFile there ->
          throw new UnsupportedOperationException("A file of lines is always there");
      case KafkaTopics there -> {
        there.broker().kill();
        yield there.broker()::start;
      }
      case PostgresDatabase there -> {
        PostgresServer server = there.database().server();
        server.kill();
        yield server::start;
      }
      case MysqlCopy there -> {
        MysqlServer server = there.database().server();
        server.kill();
        yield server::start;
      }
      case SqlServerCopy there -> {
        there.goAway();
        yield there::comeBack;
      }
      case SqliteFile there -> {
        Path mark = Files.createFile(Destination.awayMark(there.name()));
        yield () -> Files.delete(mark);
      }
    };
  }
}
