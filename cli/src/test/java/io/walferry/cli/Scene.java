package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.error.ErrorCode;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.wait.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A configuration between a database and a directory. What is refused must be said once, with the
 * next step, and must leave both ends as they were. The slot and the publication are named after
 * the database. Used by one thread.
 */
final class Scene {
  /** Stands in a row of every table, and must never be shown. */
  static final String VALUE = "Zeilenwert-4711";

  static final String PASSWORD = "Geheimwort-0815";

  private static final int PATIENCE_SECONDS = 20;

  /** A common pool may have no more than one thread, and several feeds run at once. */
  private static final Executor THREADS = task -> Thread.ofPlatform().start(task);

  private final Database database;
  private final Path directory;
  private String url;
  private String source = "";
  private String sink = "{type: sqlite, path: copy.db}";
  private String pipeline = "";
  private String slotWait = "3s";

  Scene(Database database, Path directory) {
    this.database = database;
    this.directory = directory;
    this.url = database.uri();
  }

  /** Creates {@code item (id, v)} with one row. */
  Scene withTable() throws SQLException {
    database.execute("create table item (id int primary key, v text)");
    database.execute("insert into item values (1, '" + VALUE + "')");
    return this;
  }

  Scene url(String newUrl) {
    url = newUrl;
    return this;
  }

  /** Further settings of {@code source}, as {@code create: false, slot: x}. */
  Scene source(String settings) {
    source = ", " + settings;
    return this;
  }

  /** The sink as a whole, as {@code {type: sqlite, path: copy.db}}. */
  Scene sink(String mapping) {
    sink = mapping;
    return this;
  }

  /** Further settings of {@code pipeline}. */
  Scene pipeline(String settings) {
    pipeline = ", " + settings;
    return this;
  }

  /** How long a slot that somebody else uses is waited for. */
  Scene slotWait(String duration) {
    slotWait = duration;
    return this;
  }

  Path file() {
    Path file = directory.resolve("walferry.yaml");
    String slot = source.contains("slot:") ? "" : ", slot: '" + database.name() + "'";
    String publication =
        source.contains("publication:") ? "" : ", publication: '" + database.name() + "'";
    try {
      return Files.writeString(
          file,
          """
          source: {url: "%s"%s}
          sinks: {copy: %s}
          pipeline: {batchTime: 10ms, retry: {first: 50ms, most: 200ms, slotWait: %s}%s}
          """
              .formatted(url, slot + publication + source, sink, slotWait, pipeline));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs the feed, which must be refused for that reason, and returns what was said. */
  String refused(ErrorCode code, String... parts) {
    return refused(() -> Standing.bytes(database, directory), code, parts);
  }

  /** The same, where the destination follows this feed already and so notes who came last. */
  String refusedResume(ErrorCode code, String... parts) {
    return refused(() -> Standing.rows(database, directory), code, parts);
  }

  private String refused(Supplier<Standing> look, ErrorCode code, String... parts) {
    String configuration = file().toString();
    Standing before = look.get();
    CapturedRun plain = CapturedRun.plain();
    assertEquals(code.exitStatus(), status(plain, "run", "--quiet", configuration), plain.err());
    String message = onlyMessage(plain, code);
    assertEquals(before, look.get(), message);
    CapturedRun json = CapturedRun.plain();
    assertEquals(code.exitStatus(), status(json, "run", "--json", configuration), json.err());
    JsonNode error = onlyError(json, code);
    assertEquals(before, look.get(), message);
    for (String part : parts) {
      assertTrue(message.contains(part), message + "\nlacks: " + part);
      assertTrue(error.get("message").asString().contains(part), json.out());
    }
    return message;
  }

  /** Of a command that ends by itself; what was said tells why one did not. */
  private static int status(CapturedRun run, String... arguments) {
    try {
      return CompletableFuture.supplyAsync(() -> run.execute(arguments), THREADS)
          .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      run.stop();
      throw new AssertionError("was not refused: " + run.err(), e);
    } catch (ExecutionException | InterruptedException e) {
      throw new AssertionError(run.err(), e);
    }
  }

  /** One message and the next step, and nothing else at all. */
  static String onlyMessage(CapturedRun run, ErrorCode code) {
    List<String> lines = run.err().lines().toList();
    assertTrue(lines.getFirst().startsWith("walferry: "), run.err());
    assertEquals("next: " + code.advice(), lines.getLast());
    List<String> between = lines.subList(1, lines.size() - 1);
    assertTrue(between.stream().allMatch(line -> line.startsWith("  ")), run.err());
    assertEquals("", run.out());
    assertQuietAboutData(run);
    return String.join("\n", lines.subList(0, lines.size() - 1));
  }

  private static JsonNode onlyError(CapturedRun run, ErrorCode code) {
    JsonNode result = JsonMapper.shared().readTree(run.out());
    assertEquals(List.of("error"), List.copyOf(result.propertyNames()));
    assertEquals(code.name(), result.get("error").get("code").asString());
    assertEquals(code.advice(), result.get("error").get("advice").asString());
    assertFalse(run.err().contains("walferry: "), run.err());
    assertQuietAboutData(run);
    return result.get("error");
  }

  static void assertQuietAboutData(CapturedRun run) {
    for (String output : List.of(run.out(), run.err())) {
      assertFalse(output.contains(VALUE), output);
      assertFalse(output.contains(PASSWORD), output);
      assertFalse(output.contains("\tat "), output);
    }
  }

  /** Starts the feed; {@link CapturedRun#stop} ends it. */
  Running start() {
    CapturedRun run = CapturedRun.plain();
    String configuration = file().toString();
    return new Running(
        run, CompletableFuture.supplyAsync(() -> run.execute("run", configuration), THREADS));
  }

  /** A feed in a thread of its own. */
  record Running(CapturedRun run, CompletableFuture<Integer> status) {
    Running awaitSaid(String part) {
      run.awaitErr(part);
      return this;
    }

    /** It ends by itself for that reason, and has said so. */
    void awaitFailed(ErrorCode code, String... parts) {
      int status;
      try {
        status = status().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        run.stop();
        throw new AssertionError("did not fail: " + run.err(), e);
      } catch (ExecutionException | InterruptedException e) {
        throw new AssertionError(run.err(), e);
      }
      assertEquals(code.exitStatus(), status, run.err());
      for (String part : parts) {
        assertTrue(run.err().contains(part), run.err() + "\nlacks: " + part);
      }
      assertTrue(run.err().contains(code.advice()), run.err());
      assertQuietAboutData(run);
    }

    /** Asks it to stop, which must end it well. */
    void stop() {
      run.stop();
      assertEquals(0, status.join(), run.err());
      assertQuietAboutData(run);
    }
  }

  /** Loads and follows, so that the destination has a position; nobody uses the slot then. */
  Scene followed() {
    start().awaitSaid("following from").stop();
    awaitIdleSlots();
    return this;
  }

  /** The server notices a moment later that a feed has gone. */
  private void awaitIdleSlots() {
    try (Connection connection = database.connect();
        PreparedStatement active =
            connection.prepareStatement(
                "select count(*) from pg_replication_slots"
                    + " where database = current_database() and active")) {
      Await.until("no slot is active", Duration.ofSeconds(30), () -> !isActive(active));
    } catch (SQLException e) {
      throw new AssertionError("could not look at the slots", e);
    }
  }

  private static boolean isActive(PreparedStatement active) throws SQLException {
    try (ResultSet row = active.executeQuery()) {
      row.next();
      return row.getLong(1) > 0;
    }
  }

  /** Follows up to where the source's log ends now. */
  Scene caughtUp() {
    CapturedRun run = CapturedRun.plain();
    assertEquals(0, status(run, "run", "--until-lsn", "now", file().toString()), run.err());
    assertQuietAboutData(run);
    awaitIdleSlots();
    return this;
  }

  /** Returns what a query of the SQLite file gives, in the first column of its first row. */
  String answer(String query) throws SQLException {
    try (Connection copy =
            DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("copy.db"));
        Statement statement = copy.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      assertTrue(row.next());
      return row.getString(1);
    }
  }

  /** Has the SQLite file changed by somebody else. */
  void tell(String statement) throws SQLException {
    try (Connection copy =
            DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("copy.db"));
        Statement other = copy.createStatement()) {
      other.execute(statement);
    }
  }

  /** Waits until a query of the SQLite file gives this. */
  void awaitAnswer(String expected, String query) {
    Await.until(
        query + " gives " + expected,
        Duration.ofSeconds(PATIENCE_SECONDS),
        () -> expected.equals(answer(query)));
  }

  /** Runs a feed that ends by itself for that reason, and has said so. */
  void failed(ErrorCode code, String part) {
    CapturedRun run = CapturedRun.plain();
    assertEquals(code.exitStatus(), status(run, "run", file().toString()), run.err());
    assertTrue(run.err().contains(part), run.err());
    assertTrue(run.err().contains(code.advice()), run.err());
    assertQuietAboutData(run);
    awaitIdleSlots();
  }

  /** Runs another command with the configuration. */
  CapturedRun command(String... arguments) {
    CapturedRun run = new CapturedRun(Map.of("WALFERRY_CONFIG", file().toString()));
    run.execute(arguments);
    assertQuietAboutData(run);
    return run;
  }
}
