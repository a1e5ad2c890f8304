package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class CommandsTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "demo",
        "check",
        "validate",
        "run",
        "slots",
        "slots URL drop",
        "deadletters",
        "deadletters list",
        "deadletters show",
        "deadletters retry",
        "ddl",
        "ddl install",
        "ddl status",
        "ddl uninstall"
      })
  void helpShowsExamplesAndExitStatus(String command) {
    CapturedRun run = CapturedRun.plain();
    String[] arguments = (command + " --help").strip().split(" ", -1);
    assertEquals(0, run.execute(arguments), run.err());
    String examples = run.out().substring(run.out().indexOf("Examples:"));
    assertTrue(examples.contains("  walferry " + command.split(" ", -1)[0]), examples);
    assertTrue(run.out().contains("3   failed at run time"), run.out());
    assertTrue(run.out().contains("--debug"), run.out());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | which command?",
        "chekc | unexpected argument 'chekc'; did you mean 'check'?",
        "slots | Missing required parameter: 'URL'",
        "ddl | which command: install, status or uninstall?",
        "ddl instal | unexpected argument 'instal'; did you mean 'install'?",
        "ddl status | Missing required parameter: 'URL'",
        "validate --jsno | unknown option '--jsno'; did you mean '--json'?",
        "demo --seconds x | Invalid value for option '--seconds': 'x' is not an int",
        "demo --seconds 0 | --seconds must be from 1 to 3600",
        "check postgresql://h:0/x | the port of host 1 must be a number",
        "check postgresql://h/x --tables orders | table pattern 'orders': there is no schema",
        "run /no/such/file | could not read the configuration /no/such/file",
      })
  void wrongUsageIsSaidWithTheNextStep(String line, String message) {
    CapturedRun run = CapturedRun.plain();
    String[] arguments = line.isEmpty() ? new String[0] : line.split(" ", -1);
    int status = run.execute(arguments);
    assertEquals(2, status, run.err());
    assertTrue(run.err().startsWith("walferry: "), run.err());
    assertTrue(run.err().contains(message), run.err());
    assertTrue(run.err().lines().toList().getLast().startsWith("next: "), run.err());
    assertEquals("", run.out());
  }

  @Test
  void wrongUsageIsJsonWhereJsonIsWanted() {
    CapturedRun run = CapturedRun.plain();
    assertEquals(2, run.execute("slots", "--json"));
    JsonNode error = json(run).get("error");
    assertEquals("CONFIGURATION_INVALID", error.get("code").asString());
    assertTrue(error.get("message").asString().contains("URL"));
    assertEquals("", run.err());
  }

  @Test
  void aServerThatIsNotThereIsARunTimeFailure() {
    CapturedRun run = CapturedRun.plain();
    assertEquals(3, run.execute("check", "postgresql://me@127.0.0.1:1/x"));
    assertTrue(run.err().startsWith("walferry: could not connect to me@127.0.0.1:1/x"), run.err());
    assertFalse(run.err().contains("\tat "), run.err());
    CapturedRun debug = CapturedRun.plain();
    assertEquals(3, debug.execute("check", "--debug", "postgresql://me@127.0.0.1:1/x"));
    assertTrue(debug.err().contains("\tat "), debug.err());
  }

  @Test
  void everyProblemOfAConfigurationIsShownWithItsPlace() throws Exception {
    Path file = Files.writeString(directory.resolve("w.yaml"), "source: {urll: x}\nsinks: {}\n");
    CapturedRun run = CapturedRun.plain();
    assertEquals(2, run.execute("validate", file.toString()));
    assertTrue(run.err().contains(file + ":1:10: unknown key 'source.urll'"), run.err());
    assertTrue(run.err().contains(file + ":2:1: 'sinks' needs a sink"), run.err());
    CapturedRun asJson = new CapturedRun(Map.of("WALFERRY_CONFIG", file.toString()));
    assertEquals(2, asJson.execute("run", "--json"));
    JsonNode result = json(asJson);
    assertFalse(result.get("valid").asBoolean());
    assertEquals(3, result.get("problems").size());
    assertEquals(10, result.get("problems").get(1).get("column").asInt());
    assertEquals("CONFIGURATION_INVALID", result.get("error").get("code").asString());
  }

  @Test
  void aValidConfigurationIsConfirmed() throws Exception {
    Path file =
        Files.writeString(
            directory.resolve("w.yaml"),
            "source: {url: 'host=db user=me'}\nsinks: {a: {type: sqlite, path: no/a.db}}\n");
    CapturedRun run = CapturedRun.plain();
    assertEquals(0, run.execute("validate", file.toString()), run.err());
    assertEquals(file + " is valid: from me@db:5432/me, slot walferry_a, to a\n", run.out());
    CapturedRun connected = CapturedRun.plain();
    assertEquals(3, connected.execute("validate", "--connect", file.toString()));
    assertTrue(connected.err().contains("cannot write the destination a"), connected.err());
  }

  private static JsonNode json(CapturedRun run) {
    return JsonMapper.shared().readTree(run.out());
  }
}
