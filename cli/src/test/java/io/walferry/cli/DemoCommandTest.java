package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class DemoCommandTest {
  @TempDir private Path directory;

  @Test
  void bothSidesAreEqualInTheEnd() {
    CapturedRun run = CapturedRun.plain();
    assertEquals(0, run.execute("demo", "--seconds", "1", "--json"), run.err());
    JsonNode result = JsonMapper.shared().readTree(run.out());
    assertEquals(0, result.get("differences").asInt(-1));
    assertEquals(5, result.get("tablesCompared").asInt());
    assertTrue(result.get("rowsLoaded").asLong() > 100_000, run.out());
    assertTrue(result.get("changesApplied").asLong() > 0, run.out());
    assertTrue(result.get("transactionsApplied").asLong() > 0, run.out());
    assertEquals("", run.err());
  }

  @Test
  void whatIsKeptIsAValidStartOfOnesOwn() {
    CapturedRun run = CapturedRun.plain();
    assertEquals(0, run.execute("demo", "--seconds", "1", "--keep", directory.toString()));
    assertTrue(run.err().contains("Equal: "), run.err());
    assertTrue(Files.exists(directory.resolve("shop.db")));
    CapturedRun validate =
        new CapturedRun(Map.of("WALFERRY_SOURCE_URL", "postgresql://me@host/shop"));
    assertEquals(0, validate.execute("validate", directory.resolve("walferry.yaml").toString()));
  }

  @Test
  void aStopEndsItAndSaysSo() {
    CapturedRun run = CapturedRun.plain();
    CompletableFuture<Integer> running =
        CompletableFuture.supplyAsync(() -> run.execute("demo", "--seconds", "60"));
    run.stop();
    assertEquals(3, running.join());
    assertTrue(run.err().contains("walferry: the demo was stopped"), run.err());
  }
}
