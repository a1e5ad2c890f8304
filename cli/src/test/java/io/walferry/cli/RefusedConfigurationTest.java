package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.error.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Configurations that say something wrong: every problem with its place, before anything is done.
 */
final class RefusedConfigurationTest {
  private static final String SOURCE = "source: {url: 'postgresql://me:Geheimwort-0815@db/x'%s}\n";
  private static final String SINKS = "sinks: {shop: {type: sqlite, path: a.db}}\n";

  @TempDir private Path directory;

  /** A wrong line after a valid source and sink, its place, and what is said. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "pipeline: {batchRows: 5 | 4:1 | this is no YAML: ",
        "@pipeline: {} | 3:1 | this is no YAML: ",
        "pipelin: {batchRows: 5} | 3:1 | unknown key 'pipelin'; did you mean 'pipeline'?",
        "pipelines: {batchRows: 5} | 3:24 | 'pipelines.batchRows' must be a mapping (key: value)",
        "pipeline: {batch-rows: 5} | 3:12 | unknown key 'pipeline.batch-rows'; did you mean"
            + " 'batchRows'?",
        "sinks: {} | 3:1 | 'sinks' is there already, at line 2, column 1",
        "pipeline: [] | 3:11 | 'pipeline' must be a mapping (key: value)",
        "pipeline: {batchRows: lots} | 3:23 | 'pipeline.batchRows' must be a whole number from 1 to"
            + " 1000000",
        "pipeline: {batchTime: soon} | 3:23 | 'pipeline.batchTime' must be a duration from 1ms to"
            + " 10m, such as 500ms, 10s, 2m or 1h",
        "pipeline: {batchBytes: 16 megs} | 3:24 | 'pipeline.batchBytes' must be a size from 1KiB to"
            + " 1GiB, such as 64KiB, 16MiB or 64MB",
        "pipeline: {load: all} | 3:18 | 'pipeline.load' must be snapshot or none",
      })
  void aProblemIsShownWithItsPlace(String line, String place, String problem) throws Exception {
    refused(SOURCE.formatted("") + SINKS + line + "\n", place + ": " + problem);
  }

  /** A wrong setting of the source, and what is said of it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "password: {env: NOWHERE} | 'source.password': the variable NOWHERE is not set",
        "password: {file: nowhere} | 'source.password': cannot read the file ",
        "password: {fiel: x} | 'source.password' needs one of 'file', 'env', 'command'",
        "tables: [orders] | 'source.tables' has a wrong table pattern 'orders': there is no schema:"
            + " write schema.table, such as public.orders",
        "slot: Shop | 'source.slot' must be a slot name: up to 63 of a-z, 0-9 and '_'",
      })
  void aProblemOfTheSourceIsShown(String setting, String problem) throws Exception {
    refused(SOURCE.formatted(", " + setting) + SINKS, ": " + problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "postgresql://me:Geheimwort-0815@db/x?slmode=require | did you mean 'sslmode'?",
        "postgresql://me:Geheimwort-0815@db/x?connect_timeout=soon | connect_timeout",
        "postgresql://me:Geheimwort-0815@db:port/x | the port of host 1 must be a number",
        "mysql://me:Geheimwort-0815@db/x | 'source.url': ",
        "host=db pasword=Geheimwort-0815 | did you mean 'password'?",
        "host=db password='Geheimwort-0815 | 'source.url': ",
      })
  void aWrongUrlIsShownWithoutItsPassword(String url, String problem) throws Exception {
    refused("source: {url: \"" + url + "\"}\n" + SINKS, "1:15: 'source.url': ", problem);
    CapturedRun check = CapturedRun.plain();
    assertEquals(2, check.execute("check", url));
    Scene.onlyMessage(check, ErrorCode.CONFIGURATION_INVALID);
  }

  @Test
  void allProblemsAreShownAtOnce() throws Exception {
    refused(
        "source: {urll: x}\nsinks: {a: {type: sqlit, path: b}}\npipeline: {load: maybe}\n",
        "1:1: 'source.url' is missing",
        "1:10: unknown key 'source.urll'; did you mean 'url'?",
        "2:19: 'sinks.a.type' must be postgres, mysql, mariadb, sqlserver, sqlite, kafka or"
            + " jsonLines; did you mean 'sqlite'?",
        "3:18: 'pipeline.load' must be snapshot or none",
        "has 4 problems");
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "validate"})
  void aFileThatCannotBeReadIsRefused(String command) throws Exception {
    Path binary =
        Files.write(directory.resolve("binary"), new byte[] {(byte) 0xC3, 0x28, 0, (byte) 0xFF});
    unreadable(command, directory.resolve("no.yaml"), "there is no such file");
    unreadable(command, binary.resolve("no.yaml"), "there is no such file");
    unreadable(command, directory, "it is a directory");
    unreadable(command, binary, "it is no text file in UTF-8");
  }

  @Test
  void standardOutputCannotTakeTwoThings() throws Exception {
    Path file =
        Files.writeString(
            directory.resolve("w.yaml"),
            SOURCE.formatted("") + "sinks: {out: {type: jsonLines, path: '-'}}\n");
    CapturedRun run = CapturedRun.plain();
    assertEquals(2, run.execute("run", "--json", file.toString()));
    JsonNode error = JsonMapper.shared().readTree(run.out()).get("error");
    assertTrue(error.get("message").asString().contains("both want standard output"), run.out());
    Files.writeString(file, Files.readString(file) + "pipelines: {one: {}}\n");
    CapturedRun several = CapturedRun.plain();
    assertEquals(2, several.execute("run", "--json", file.toString()), several.err());
    assertTrue(several.out().contains("both want standard output"), several.out());
  }

  private static void unreadable(String command, Path file, String why) {
    CapturedRun run = CapturedRun.plain();
    assertEquals(2, run.execute(command, file.toString()), run.err());
    assertEquals(
        "walferry: could not read the configuration " + file + ": " + why,
        Scene.onlyMessage(run, ErrorCode.CONFIGURATION_UNREADABLE));
  }

  /** Says all the parts, to people and to machines, by both commands that read a configuration. */
  private void refused(String yaml, String... parts) throws Exception {
    Path file = Files.writeString(directory.resolve("w.yaml"), yaml);
    for (String command : List.of("validate", "run")) {
      CapturedRun plain = CapturedRun.plain();
      assertEquals(2, plain.execute(command, file.toString()), plain.err());
      List<String> lines = plain.err().lines().toList();
      List<String> problems = lines.subList(0, lines.size() - 2);
      assertTrue(problems.stream().allMatch(l -> l.startsWith(file + ":")), plain.err());
      assertTrue(lines.get(lines.size() - 2).startsWith("walferry: " + file + " has "));
      assertEquals("next: " + ErrorCode.CONFIGURATION_INVALID.advice(), lines.getLast());
      assertEquals("", plain.out());
      CapturedRun json = CapturedRun.plain();
      assertEquals(2, json.execute(command, "--json", file.toString()));
      JsonNode result = JsonMapper.shared().readTree(json.out());
      assertFalse(result.get("valid").asBoolean(true));
      assertEquals(problems.size(), result.get("problems").size());
      assertEquals("", json.err());
      for (String part : parts) {
        assertTrue(plain.err().contains(part), plain.err() + "\nlacks: " + part);
      }
      Scene.assertQuietAboutData(plain);
      Scene.assertQuietAboutData(json);
    }
    try (Stream<Path> files = Files.list(directory)) {
      assertEquals(List.of(file), files.toList());
    }
  }
}
