package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code walferry ddl} as it is typed. */
@Postgres
final class DdlCommandTest {
  private static String run(int status, String... arguments) {
    CapturedRun run = CapturedRun.plain();
    assertEquals(status, run.execute(arguments), run.err() + run.out());
    return run.out() + run.err();
  }

  private static JsonNode json(int status, String... arguments) {
    return JsonMapper.shared().readTree(run(status, arguments));
  }

  @Test
  void installsTellsAndRemoves(Database source) throws Exception {
    String uri = source.uri();
    assertTrue(run(1, "ddl", "status", uri).startsWith("Nothing is installed"), uri);
    assertEquals("Nothing is installed.\n", run(0, "ddl", "uninstall", uri));

    String installed = run(0, "ddl", "install", uri);
    assertTrue(installed.startsWith("Version 1 is installed, and feeds of this role"), installed);
    assertEquals(installed, run(0, "ddl", "install", uri));
    assertEquals(installed, run(0, "ddl", "status", uri));
    source.execute("alter event trigger walferry_ddl_dropped disable");
    JsonNode status = json(1, "ddl", "status", uri, "--json");
    assertTrue(status.get("installed").asBoolean());
    assertEquals(1, status.get("version").asInt());
    assertEquals(false, status.get("atWork").asBoolean());
    assertEquals(false, status.get("triggers").get("walferry_ddl_dropped").asBoolean());
    assertEquals(1, status.get("problems").size());

    assertTrue(json(0, "ddl", "install", uri, "--json").get("atWork").asBoolean());
    assertTrue(json(0, "ddl", "uninstall", uri, "--json").get("removed").asBoolean());
    assertTrue(run(1, "ddl", "status", uri).startsWith("Nothing is installed"), uri);
  }

  @Test
  void whatIsPrintedInstallsAndRemovesTheSame(Database source) throws Exception {
    String role = "printed_" + source.name();
    source.execute("create role \"%s\"".formatted(role));
    try {
      source.execute(run(0, "ddl", "install", "--print", "--role", role));
      assertTrue(json(0, "ddl", "status", source.uri(), "--json").get("atWork").asBoolean());
      source.execute("set role \"%s\"; select value from walferry_ddl.key".formatted(role));
      source.execute(json(0, "ddl", "uninstall", "--print", "--json").get("sql").asString());
      assertTrue(run(1, "ddl", "status", source.uri()).startsWith("Nothing is installed"));
    } finally {
      source.execute("drop owned by \"%s\"; drop role \"%s\"".formatted(role, role));
    }
  }

  @Test
  void aRoleThatMayNotIsToldWhatToRun(Database source) throws Exception {
    String role = "denied_" + source.name();
    source.execute("create role \"%s\" login".formatted(role));
    try {
      String uri = source.uri().replaceFirst("//[^@/]*@", "//" + role + "@");
      String said = run(3, "ddl", "install", uri);
      assertTrue(said.contains("next: Let a superuser do it, or run what"), said);
      assertTrue(run(2, "ddl", "install").contains("Missing required parameter"), said);
      String unknown = run(2, "ddl", "install", source.uri(), "--role", "nobody at all");
      assertTrue(unknown.contains("there is no role nobody at all"), unknown);
    } finally {
      source.execute("drop role \"%s\"".formatted(role));
    }
  }
}
