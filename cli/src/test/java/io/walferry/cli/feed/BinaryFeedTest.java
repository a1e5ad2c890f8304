package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.cli.feed.Destination.Kind;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.pipeline.PipelineSettings;
import io.walferry.stream.OutputOptions.Form;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServers;
import io.walferry.testkit.workload.Seeds;
import io.walferry.testkit.workload.Workload;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A feed that is sent values in binary, for sinks of text and for one that reads their types. */
@Postgres
final class BinaryFeedTest {
  private static final TableName TABLE = new TableName("public", "t");

  @TempDir Path directory;

  private static PipelineSettings settings(Database source, Form form) {
    return settings(source, form, List.of("public.*"));
  }

  private static PipelineSettings settings(Database source, Form form, List<String> tables) {
    PipelineSettings settings = FeedSetup.settings(source.name(), tables);
    return settings.with(settings.stream().with(settings.stream().output().with(form)));
  }

  /** What no client can print, what was altered since, and what the server cannot send. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ALTER TABLE t ADD m money; UPDATE t SET m = id",
        "ALTER TABLE t ADD m regtype[]; UPDATE t SET m = '{int4,date}'",
        "ALTER TABLE t ADD m aclitem[]; UPDATE t SET m = '{=r/postgres}'",
        "ALTER TYPE pair ADD ATTRIBUTE c int; UPDATE t SET p = format('(%s,b,3)', id)::pair",
      })
  void goesOnWithTextWhereBinaryDoesNotTell(String alteration, Database source) throws Exception {
    source.execute(
        """
        CREATE TYPE pair AS (a int, b text);
        CREATE TABLE t (id int PRIMARY KEY, p pair, v timestamptz);
        INSERT INTO t VALUES (1, (1, 'x'), now())
        """);
    try (Destination destination = Kind.POSTGRES.create(directory, source.server())) {
      destination.execute("CREATE TYPE pair AS (a int, b text)");
      try (RunningFeed feed =
          RunningFeed.start(
              settings(source, Form.BINARY),
              FeedSetup.connector(source.uri()),
              destination::sink)) {
        feed.awaitFollowing();
        source.execute(
            "INSERT INTO t SELECT g, format('(%s,y)', g)::pair, now() FROM generate_series(2, 50)"
                + " g");
        feed.awaitDurable(FeedSetup.walEnd(source));
        assertEquals(List.of(), feed.retries());
        if (alteration.contains("TYPE")) {
          destination.execute(alteration.substring(0, alteration.indexOf(';')));
        }
        source.execute(alteration);
        source.execute("UPDATE t SET p = NULL WHERE id % 3 = 0; DELETE FROM t WHERE id % 7 = 0");
        feed.awaitDurable(FeedSetup.walEnd(source));
        Set<ErrorCode> codes = Set.copyOf(codes(feed));
        // A look at the types that comes before the rows has the table read again instead.
        boolean noticed = alteration.contains("TYPE") && codes.isEmpty();
        assertTrue(noticed || codes.equals(Set.of(ErrorCode.BINARY_UNSUITABLE)), codes::toString);
      }
      assertEquals(List.of(), destination.compare(source, List.of(TABLE)).tableDifferences());
    }
  }

  /** Of what was tried again, but for the slot that the server has not seen left yet. */
  static List<ErrorCode> codes(RunningFeed feed) {
    return feed.retries().stream()
        .map(WalferryException::code)
        .filter(code -> code != ErrorCode.SLOT_ACTIVE)
        .toList();
  }

  /** One that begins so asks for text from the start. */
  @ParameterizedTest
  @EnumSource
  void asksForTextWhereBinaryWouldNotTell(Kind kind, Database source) throws Exception {
    source.execute("CREATE TABLE t (id int PRIMARY KEY, m money)");
    try (Destination destination = kind.create(directory, source.server())) {
      try (RunningFeed feed =
          RunningFeed.start(
              settings(source, Form.BINARY),
              FeedSetup.connector(source.uri()),
              destination::sink)) {
        feed.awaitFollowing();
        source.execute("INSERT INTO t SELECT g, g FROM generate_series(1, 20) g");
        feed.awaitDurable(FeedSetup.walEnd(source));
        assertEquals(List.of(), feed.retries());
      }
      assertEquals("20", destination.answer("SELECT count(*) FROM t"));
    }
  }

  /** Rows are loaded while they change: keys that come in binary are judged by their text. */
  @Test
  void aSinkThatTakesBinaryIsGivenItAndTheTypes(Database source) throws Exception {
    String mood = "CREATE TYPE mood AS ENUM ('sad', 'ok')";
    String hue = "CREATE TYPE hue AS ENUM ('red')";
    source.execute(mood);
    source.execute(
        """
        CREATE PUBLICATION "%s" FOR ALL TABLES;
        CREATE TABLE t (id timestamptz, m mood, n numeric, PRIMARY KEY (id, m));
        INSERT INTO t SELECT timestamptz '2020-01-01' + g * interval '1 min', 'ok', g / 3.0
          FROM generate_series(1, 5000) g
        """
            .formatted(source.name()));
    AtomicLong binaryValues = new AtomicLong();
    try (Destination destination = Kind.POSTGRES.create(directory, source.server())) {
      destination.execute(mood);
      destination.execute(hue);
      try (RunningFeed feed =
          RunningFeed.start(
              settings(source, Form.AUTO).withLoad(2, 1 << 14),
              FeedSetup.connector(source.uri()),
              () -> new BinaryTakingSink(destination.sink(), binaryValues))) {
        feed.awaitRowsLoaded(1);
        source.execute("UPDATE t SET n = -n WHERE n > 100");
        source.execute("UPDATE t SET id = id + interval '10 years' WHERE n > 50");
        feed.awaitFollowing();
        source.execute(hue);
        source.execute("CREATE TABLE u (id int PRIMARY KEY, h hue[]); INSERT INTO u VALUES (1)");
        source.execute("UPDATE u SET h = '{red}'; INSERT INTO u VALUES (2, '{red,red}')");
        source.execute("DELETE FROM t WHERE n > 40; UPDATE t SET m = 'sad' WHERE n < -1000");
        feed.awaitDurable(FeedSetup.walEnd(source));
        assertEquals(List.of(), feed.retries());
      }
      assertEquals(
          List.of(),
          destination
              .compare(source, List.of(TABLE, new TableName("public", "u")))
              .tableDifferences());
    }
    assertTrue(binaryValues.get() > 1000, "binary values: " + binaryValues);
  }

  /** Every value of a workload, whose types differ by their oids, from one version to another. */
  @ParameterizedTest
  @CsvSource({"14, 18", "18, 14"})
  void contentsAreEqualInAnotherPostgres(int from, int to, PostgresServers servers)
      throws Exception {
    try (Database source = servers.server(from).createDatabase("source")) {
      Workload workload = Workload.create(Seeds.next());
      FeedSetup.streamEarly(source);
      try (Connection connection = source.connect()) {
        workload.createSchema(connection);
      }
      workload.run(source::connect, 100, 2);
      try (Destination destination =
          Kind.POSTGRES.create(directory, servers.server(to), workload)) {
        try (RunningFeed feed =
            RunningFeed.start(
                settings(source, Form.BINARY, WorkloadFeedTest.TABLES),
                FeedSetup.connector(source.uri()),
                destination::sink)) {
          workload.run(source::connect, 100, 2);
          feed.awaitFollowing();
          workload.run(source::connect, 100, 2);
          feed.awaitDurable(FeedSetup.walEnd(source));
          assertTrue(isBinary(source), "the stream is not in binary");
        }
        FeedSetup.catchUp(
            settings(source, Form.BINARY, WorkloadFeedTest.TABLES),
            source,
            List.of(destination::sink));
        assertEquals(
            List.of(),
            destination.compare(source, workload).tableDifferences(),
            "seed " + workload.seed());
      }
    }
  }

  /** Where it is left to us, binary is for values that go on as they came. */
  @ParameterizedTest
  @CsvSource({"timestamptz, true", "mood, true", "mood[], false", "money, false"})
  void postgresIsSentBinaryWhereItPasses(String type, boolean binary, Database source)
      throws Exception {
    String mood = "CREATE TYPE mood AS ENUM ('ok')";
    source.execute(mood + "; CREATE TABLE t (id int PRIMARY KEY, v " + type + ")");
    try (Destination destination = Kind.POSTGRES.create(directory, source.server())) {
      destination.execute(mood);
      try (RunningFeed feed =
          RunningFeed.start(
              settings(source, Form.AUTO), FeedSetup.connector(source.uri()), destination::sink)) {
        feed.awaitFollowing();
        source.execute("INSERT INTO t SELECT g, NULL FROM generate_series(1, 100) g");
        feed.awaitDurable(FeedSetup.walEnd(source));
        assertEquals(binary, isBinary(source));
      }
      assertEquals(List.of(), destination.compare(source, List.of(TABLE)).tableDifferences());
    }
  }

  private static boolean isBinary(Database source) throws SQLException {
    String asked =
        source.answer(
            "SELECT string_agg(query, ';') FROM pg_stat_activity WHERE datname = current_database()"
                + " AND query LIKE 'START_REPLICATION%'");
    assertTrue(asked.contains("proto_version"), asked);
    return asked.contains("\"binary\" 'true'");
  }
}
