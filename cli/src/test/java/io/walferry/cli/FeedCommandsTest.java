package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.wait.Await;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The commands that need a server, from the command line to what they leave. */
@Postgres
final class FeedCommandsTest {
  @TempDir private Path directory;

  @Test
  void aFeedLoadsFollowsStopsAndGoesOn(Database database) throws Exception {
    database.execute("create table t (id int primary key, v text)");
    database.execute("insert into t select g, 'v' || g from generate_series(1, 1000) g");
    Path file = configuration(database, "sqlite", "copy.db");

    CapturedRun first = CapturedRun.plain();
    CompletableFuture<Integer> running = start(first, file);
    await(() -> first.err().contains("following from"), first);
    database.execute("insert into t values (1001, 'new')");
    await(() -> rows("copy.db").equals("1001"), first);
    first.stop();
    assertEquals(0, running.join(), first.err());
    JsonNode result = JsonMapper.shared().readTree(first.out());
    assertEquals(1000, result.get("rowsLoaded").asInt());
    assertEquals(1, result.get("changesApplied").asInt());
    assertTrue(result.get("lsn").asString().contains("/"));

    database.execute("delete from t where id <= 500");
    CapturedRun second = CapturedRun.plain();
    CompletableFuture<Integer> again = start(second, file);
    await(() -> rows("copy.db").equals("501"), second);
    second.stop();
    assertEquals(0, again.join(), second.err());
    assertEquals(0, JsonMapper.shared().readTree(second.out()).get("rowsLoaded").asInt());
    dropSlot(database);
  }

  @Test
  void aFeedIntoLinesOfJsonEndsWithWhereItIs(Database database) throws Exception {
    database.execute("create table t (id int primary key)");
    database.execute("insert into t values (7)");
    Path file = configuration(database, "jsonLines", "out.jsonl");
    CapturedRun run = CapturedRun.plain();
    CompletableFuture<Integer> running =
        CompletableFuture.supplyAsync(() -> run.execute("run", file.toString()));
    await(() -> run.err().contains("following from"), run);
    run.stop();
    assertEquals(0, running.join(), run.err());
    assertTrue(run.err().contains("is at the destination"), run.err());
    String lines = Files.readString(directory.resolve("out.jsonl"));
    assertTrue(lines.contains("\"op\":\"read\""), lines);
    dropSlot(database);
  }

  @Test
  void aFeedTellsWhatItIsAtOverHttp(Database database) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      database.execute("create table t (id int primary key)");
      database.execute("insert into t select generate_series(1, 7)");
      Path file = configuration(database, "sqlite", "copy.db");
      Files.writeString(file, Files.readString(file) + "server: {listen: 0}\n");
      CapturedRun run = CapturedRun.plain();
      CompletableFuture<Integer> running = start(run, file);
      await(() -> run.err().contains("following from"), run);
      String metrics = run.err().replaceAll("(?s).*metrics at (\\S+).*", "$1");
      database.execute("insert into t values (8)");
      await(
          () -> get(client, metrics).contains("walferry_changes_total{pipeline=\"copy\"} 1.0"),
          run);
      String text = get(client, metrics);
      assertTrue(text.contains("walferry_rows_loaded_total{pipeline=\"copy\"} 7.0"), text);
      assertTrue(
          text.contains("walferry_phase{pipeline=\"copy\",walferry_phase=\"following\"} 1"), text);
      assertEquals("copy following\n", get(client, metrics.replace("metrics", "readyz")));
      CapturedRun second = CapturedRun.plain();
      String taken = metrics.replaceAll(".*:(\\d+)/metrics", "$1");
      Files.writeString(file, Files.readString(file).replace("listen: 0", "listen: " + taken));
      assertEquals(2, second.execute("run", file.toString()), second.err());
      assertTrue(second.err().contains("could not listen on 127.0.0.1:" + taken), second.err());
      run.stop();
      assertEquals(0, running.join(), run.err());
      dropSlot(database);
    }
  }

  private static String get(HttpClient client, String uri) {
    try {
      return client
          .send(HttpRequest.newBuilder(URI.create(uri)).build(), BodyHandlers.ofString())
          .body();
    } catch (IOException e) {
      return e.toString();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void checkSaysWhatIsMissingAndWhenNothingIs(Database database) throws Exception {
    database.execute("create table good (id int primary key); create table bad (id int)");
    CapturedRun bad = CapturedRun.plain();
    assertEquals(1, bad.execute("check", database.uri()), bad.err());
    assertTrue(bad.out().contains("PROBLEM"), bad.out());
    assertTrue(bad.out().contains("REPLICA IDENTITY"), bad.out());
    assertTrue(bad.out().contains("not ready: "), bad.out());
    CapturedRun good = CapturedRun.plain();
    assertEquals(
        0, good.execute("check", database.uri(), "--tables", "public.good", "--json"), good.err());
    assertTrue(JsonMapper.shared().readTree(good.out()).get("ready").asBoolean());
  }

  @Test
  void slotsAreListedAndDropped(Database database) throws Exception {
    CapturedRun none = CapturedRun.plain();
    database.execute("select pg_create_logical_replication_slot('walferry_x', 'pgoutput')");
    assertEquals(0, none.execute("slots", database.uri()), none.err());
    assertTrue(none.out().startsWith("NAME"), none.out());
    assertTrue(none.out().contains("walferry_x  pgoutput  " + database.name()), none.out());
    CapturedRun drop = CapturedRun.plain();
    assertEquals(0, drop.execute("slots", database.uri(), "drop", "walferry_x"), drop.err());
    CapturedRun again = CapturedRun.plain();
    assertEquals(3, again.execute("slots", database.uri(), "drop", "walferry_x", "--json"));
    assertEquals(
        "SLOT_MISSING",
        JsonMapper.shared().readTree(again.out()).get("error").get("code").asString());
  }

  @Test
  void validateReachesBothEnds(Database database) throws Exception {
    database.execute("create table t (id int primary key)");
    Path file = configuration(database, "sqlite", "copy.db");
    CapturedRun run = CapturedRun.plain();
    int status = run.execute("validate", "--connect", file.toString());
    assertTrue(run.out().contains(" is valid: "), run.out() + run.err());
    assertEquals(status == 0, run.out().contains("\nready: "), run.out());
    assertFalse(Files.exists(directory.resolve("copy.db")));
  }

  private CompletableFuture<Integer> start(CapturedRun run, Path file) {
    return CompletableFuture.supplyAsync(() -> run.execute("run", file.toString(), "--json"));
  }

  private Path configuration(Database database, String type, String path) throws Exception {
    return Files.writeString(
        directory.resolve("walferry.yaml"),
        """
        source:
          url: %s
          slot: %s
        sinks:
          copy: {type: %s, path: %s}
        pipeline: {batchTime: 10ms}
        """
            .formatted(database.uri(), database.name(), type, path));
  }

  private static void dropSlot(Database database) throws SQLException {
    database.await(
        "the server has noticed that the feed has gone",
        "NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = '%s' AND active)"
            .formatted(database.name()));
    CapturedRun drop = CapturedRun.plain();
    assertEquals(0, drop.execute("slots", database.uri(), "drop", database.name()), drop.err());
  }

  private String rows(String name) {
    try (Connection copy = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve(name));
        Statement statement = copy.createStatement();
        ResultSet rows = statement.executeQuery("select count(*) from t")) {
      rows.next();
      return rows.getString(1);
    } catch (SQLException e) {
      return "unreadable";
    }
  }

  /** A wait that expires says what the command has said. */
  private static void await(BooleanSupplier condition, CapturedRun run) {
    Await.until(
        "the command has come so far",
        Duration.ofSeconds(60),
        run::err,
        said -> condition.getAsBoolean());
  }
}
