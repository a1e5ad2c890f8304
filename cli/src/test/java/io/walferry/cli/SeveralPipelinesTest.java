package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.error.ErrorCode;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import io.walferry.testkit.process.ChildJvm;
import io.walferry.testkit.wait.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Several pipelines in one process: none suffers from what happens to another. */
@Postgres
final class SeveralPipelinesTest {
  private static final Duration PATIENCE = Await.patience(Duration.ofSeconds(60));

  @TempDir private Path directory;

  @Test
  void bothCopiesAreEqual(Database one, Database other, Database copy) throws Exception {
    ShopFeed orders = new ShopFeed("orders", one, directory);
    ShopFeed stock = new ShopFeed("stock", other, directory).into(copy);
    Path file = file(orders, stock);
    for (boolean load : List.of(true, false)) {
      CapturedRun run = CapturedRun.plain();
      assertEquals(0, run.execute("run", "--until-lsn", "now", file.toString()), run.err());
      assertEquals(load, run.err().contains("orders: first load finished"), run.err());
      assertEquals(load, run.err().contains("stock: first load finished"), run.err());
      List<String> lines = run.err().lines().toList();
      assertTrue(lines.get(lines.size() - 2).startsWith("orders: ended: everything"), run.err());
      assertTrue(lines.getLast().startsWith("stock: ended: everything up to "), run.err());
      orders.assertEqual();
      stock.assertEqual();
      orders.write(50);
      stock.write(50);
    }
  }

  @Test
  void aSignalEndsAllCleanlyAndAllGoOn(Database one, Database other) throws Exception {
    ShopFeed orders = new ShopFeed("orders", one, directory);
    ShopFeed stock = new ShopFeed("stock", other, directory);
    Path file = file(orders, stock);
    try (ChildJvm process =
        ChildJvm.running(Walferry.class)
            .arguments("run", file.toString())
            .jvmOptions("-Xmx128m", "--enable-native-access=ALL-UNNAMED")
            .start()) {
      process.awaitLine(line -> line.contains(" orders: following from"), PATIENCE);
      process.awaitLine(line -> line.contains(" stock: following from"), PATIENCE);
      orders.write(50);
      stock.write(50);
      process.terminate();
      assertEquals(0, process.awaitExit(PATIENCE), process.lines()::toString);
      List<String> lines = process.lines();
      assertTrue(lines.get(lines.size() - 2).startsWith("orders: ended: "), lines::toString);
      assertTrue(lines.getLast().startsWith("stock: ended: "), lines::toString);
    }
    CapturedRun run = CapturedRun.plain();
    assertEquals(0, run.execute("run", "--until-lsn", "now", file.toString()), run.err());
    assertFalse(run.err().contains("first load"), run.err());
    orders.assertEqual();
    stock.assertEqual();
  }

  @Test
  void aDestinationThatIsBrokenForGoodEndsItsPipelineOnly(Database one, Database other)
      throws Exception {
    ShopFeed sound = new ShopFeed("sound", one, directory);
    ShopFeed broken = new ShopFeed("broken", other, directory);
    Running running = start(file(sound, broken), "--json").awaitFollowing("sound", "broken");
    CapturedRun run = running.run();
    sound.flow(5);
    broken.flow(5);
    other.execute("alter table shop.mark rename id to number; insert into shop.mark values (0)");
    run.awaitErr("ERROR broken: failed for good: ");
    String error =
        run.err().lines().filter(line -> line.contains(" ERROR ")).findFirst().orElseThrow();
    assertTrue(error.contains("ALTER TABLE \"shop.mark\" RENAME COLUMN"), error);
    assertTrue(
        error.endsWith("(DESTINATION_DDL_HALTED). " + ErrorCode.DESTINATION_DDL_HALTED.advice()),
        error);
    sound.flow(50);
    assertFalse(running.status().isDone());
    run.stop();
    assertEquals(3, running.end(), run.err());
    sound.assertEqual();
    JsonNode pipelines = JsonMapper.shared().readTree(run.out()).get("pipelines");
    assertEquals("sound", pipelines.get(0).get("name").asString());
    assertTrue(pipelines.get(0).get("changesApplied").asInt() > 50, run.out());
    assertFalse(pipelines.get(0).has("error"), run.out());
    assertEquals("broken", pipelines.get(1).get("name").asString());
    assertEquals("DESTINATION_DDL_HALTED", pipelines.get(1).get("error").get("code").asString());
  }

  @Test
  void whenAllHaveFailedTheProcessEndsAndNamesEach(Database one, Database other) throws Exception {
    Path file = file(new ShopFeed("a", one, directory), new ShopFeed("b", other, directory));
    Files.createDirectory(directory.resolve("a.db"));
    Files.createDirectory(directory.resolve("b.db"));
    CapturedRun run = CapturedRun.plain();
    assertEquals(3, run.execute("run", file.toString()), run.err());
    List<String> lines = run.err().lines().toList();
    List<String> end = lines.subList(lines.size() - 4, lines.size());
    assertTrue(end.get(0).startsWith("walferry: a: "), run.err());
    assertEquals("next: " + ErrorCode.DESTINATION_UNWRITABLE.advice(), end.get(1));
    assertTrue(end.get(2).startsWith("walferry: b: "), run.err());
    assertEquals("next: " + ErrorCode.DESTINATION_UNWRITABLE.advice(), end.get(3));
  }

  @Test
  void aServerThatIsAwayHoldsUpItsPipelineOnly(Database near) throws Exception {
    try (PostgresServer server = PostgresServer.builder().durable(true).start()) {
      ShopFeed here = new ShopFeed("here", near, directory);
      ShopFeed away = new ShopFeed("away", server.createDatabase("away"), directory);
      Running running = start(file(here, away)).awaitFollowing("here", "away");
      here.flow(5);
      away.flow(5);
      server.kill();
      running.run().awaitErr("WARN away: ");
      here.flow(50);
      server.start();
      away.flow(50);
      here.flow(5);
      running.run().stop();
      assertEquals(0, running.end(), running.run().err());
      assertFalse(running.run().err().contains("WARN here: "), running.run().err());
      here.assertEqual();
      away.assertEqual();
    }
  }

  @Test
  void aPipelineThatWaitsIsStoppedToo(Database near) throws Exception {
    ShopFeed here = new ShopFeed("here", near, directory);
    Path file = file(here);
    Files.writeString(
        file,
        Files.readString(file)
            + """
              nowhere:
                source: {url: 'postgresql://me@127.0.0.1:1/x'}
                sinks: {copy: {type: sqlite, path: nowhere.db}}
                pipeline: {bufferBytes: 64GiB, retry: {first: 1h, most: 1h}}
            """);
    Running running = start(file).awaitFollowing("here");
    running.run().awaitErr("WARN nowhere: ");
    here.flow(5);
    running.run().stop();
    assertEquals(0, running.end(), running.run().err());
    assertTrue(
        running.run().err().contains("\nnowhere: ended before anything was delivered\n"),
        running.run().err());
    assertTrue(
        running.run().err().contains("WARN the pipelines may buffer 64."), running.run().err());
  }

  @Test
  void onlyThePipelineThatIsWantedRuns(Database one, Database other) throws Exception {
    ShopFeed orders = new ShopFeed("orders", one, directory);
    ShopFeed stock = new ShopFeed("stock", other, directory);
    String file = file(orders, stock).toString();
    CapturedRun run = CapturedRun.plain();
    String[] arguments = {"run", file, "--only", "orders", "--until-lsn", "now", "--json"};
    assertEquals(0, run.execute(arguments), run.err());
    JsonNode pipelines = JsonMapper.shared().readTree(run.out()).get("pipelines");
    assertEquals(1, pipelines.size());
    assertEquals("orders", pipelines.get(0).get("name").asString());
    assertFalse(run.err().contains("orders: "), run.err());
    assertFalse(Files.exists(stock.file()));
    orders.assertEqual();
  }

  @Test
  void aNameThatIsNotThereIsRefused(Database database) throws Exception {
    Path file = file(new ShopFeed("orders", database, directory));
    CapturedRun run = CapturedRun.plain();
    assertEquals(2, run.execute("run", file.toString(), "--only", "order"), run.err());
    assertEquals(
        """
        walferry: --only: there is no pipeline 'order'; did you mean 'orders'?
        next: The pipelines are: orders.
        """,
        run.err());
  }

  @Test
  void eachHasALineOnATerminal(Database one, Database other) throws Exception {
    Path file =
        file(new ShopFeed("orders", one, directory), new ShopFeed("stock", other, directory));
    Running running = start(CapturedRun.interactive(), file);
    running.run().awaitErr("orders: follow: 0 transactions");
    running.run().awaitErr("\nstock: follow: 0 transactions");
    running.run().stop();
    assertEquals(0, running.end(), running.run().err());
    assertTrue(running.run().err().endsWith(" is at the destination\n"), running.run().err());
  }

  @Test
  void anLsnIsForThePipelinesOfOneServer(Database one, Database other) throws Exception {
    ShopFeed orders = new ShopFeed("orders", one, directory);
    ShopFeed stock = new ShopFeed("stock", other, directory);
    Path file = file(orders, stock);
    CapturedRun same = CapturedRun.plain();
    assertEquals(0, same.execute("run", file.toString(), "--until-lsn", "0/1"), same.err());
    Files.writeString(file, Files.readString(file).replaceFirst("@[^:/]+:", "@elsewhere:"));
    CapturedRun run = CapturedRun.plain();
    assertEquals(2, run.execute("run", file.toString(), "--until-lsn", "0/1"), run.err());
    assertTrue(run.err().startsWith("walferry: --until-lsn 0/1 means one server's log"), run.err());
    assertTrue(run.err().contains("orders from postgres@elsewhere:"), run.err());
    assertTrue(run.err().contains("\nnext: Use '--until-lsn now'"), run.err());
  }

  @Test
  void validateReachesBothEndsOfEach(Database one, Database other) throws Exception {
    ShopFeed orders = new ShopFeed("orders", one, directory);
    ShopFeed stock = new ShopFeed("stock", other, directory);
    String file = file(orders, stock).toString();
    CapturedRun good = CapturedRun.plain();
    assertEquals(0, good.execute("validate", "--connect", file), good.out() + good.err());
    assertTrue(good.out().startsWith(file + " is valid, pipelines: 2\norders: from "), good.out());
    assertTrue(good.out().contains("\nstock: from "), good.out());
    assertEquals(2, good.out().split("\nready: ", -1).length - 1, good.out());
    Files.createDirectory(orders.file());
    CapturedRun bad = CapturedRun.plain();
    assertEquals(3, bad.execute("validate", "--connect", file), bad.err());
    assertTrue(bad.err().startsWith("walferry: orders: cannot write the destination"), bad.err());
    assertEquals(1, bad.out().split("\nready: ", -1).length - 1, bad.out());
    CapturedRun json = CapturedRun.plain();
    assertEquals(3, json.execute("validate", "--connect", "--json", file), json.err());
    JsonNode pipelines = JsonMapper.shared().readTree(json.out()).get("pipelines");
    assertEquals("DESTINATION_UNWRITABLE", pipelines.get(0).get("error").get("code").asString());
    assertTrue(pipelines.get(1).get("source").get("ready").asBoolean(), json.out());
  }

  private Path file(ShopFeed... feeds) throws IOException {
    String shared = "pipeline: {batchTime: 10ms, retry: {first: 50ms, most: 200ms}}\npipelines:\n";
    return Files.writeString(
        directory.resolve("walferry.yaml"),
        Stream.of(feeds).map(ShopFeed::yaml).collect(Collectors.joining("", shared, "")));
  }

  private static Running start(Path file, String... options) {
    return start(CapturedRun.plain(), file, options);
  }

  private static Running start(CapturedRun run, Path file, String... options) {
    String[] arguments =
        Stream.concat(Stream.of("run", file.toString()), Stream.of(options)).toArray(String[]::new);
    return new Running(
        run,
        CompletableFuture.supplyAsync(
            () -> run.execute(arguments), task -> Thread.ofPlatform().start(task)));
  }

  /** A run in a thread of its own. */
  private record Running(CapturedRun run, CompletableFuture<Integer> status) {
    Running awaitFollowing(String... names) {
      for (String name : names) {
        run.awaitErr(name + ": following from");
      }
      return this;
    }

    /** Its exit status. */
    int end() throws Exception {
      return status.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
  }
}
