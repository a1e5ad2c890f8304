package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.error.ErrorCode;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers that a feed cannot use as they are. */
final class RefusedServerTest {
  private static final String NO_SENDER =
      "number of requested standby connections exceeds max_wal_senders";

  @SuppressWarnings("NullAway.Init")
  private static PostgresServer server;

  @TempDir private Path directory;

  @SuppressWarnings("NullAway.Init")
  private Database database;

  @BeforeAll
  static void startServer() throws Exception {
    server =
        PostgresServer.builder()
            .password(Scene.PASSWORD)
            .setting("max_replication_slots", "1")
            .start();
    try (Database any = server.createDatabase("roles")) {
      any.execute("create role reader login password '" + Scene.PASSWORD + "'");
      any.execute("create role streamer login replication password '" + Scene.PASSWORD + "'");
    }
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @BeforeEach
  void createDatabase() throws Exception {
    database = server.createDatabase("refused");
  }

  @AfterEach
  void dropDatabase() throws Exception {
    database.close();
  }

  @Test
  void aWrongPasswordIsRefused() throws Exception {
    Scene scene = new Scene(database, directory).withTable().url(uri("reader", ":falsch"));
    String message =
        scene.refused(
            ErrorCode.AUTHENTICATION_FAILED,
            "could not connect to reader@127.0.0.1:" + server.port() + "/" + database.name(),
            "password authentication failed");
    assertTrue(!message.contains("falsch"), message);
    for (String command : new String[] {"check", "slots"}) {
      CapturedRun run = CapturedRun.plain();
      assertEquals(3, run.execute(command, uri("reader", ":falsch")), run.err());
      assertEquals(message, Scene.onlyMessage(run, ErrorCode.AUTHENTICATION_FAILED));
    }
  }

  @Test
  void aMissingPasswordIsRefused() throws Exception {
    new Scene(database, directory)
        .withTable()
        .url(uri("reader", ""))
        .refused(ErrorCode.AUTHENTICATION_FAILED, "no password was provided");
  }

  @Test
  void aRoleWithoutReplicationIsRefused() throws Exception {
    Scene scene =
        new Scene(database, directory).withTable().url(uri("reader", ":" + Scene.PASSWORD));
    scene.refused(
        ErrorCode.REPLICATION_NOT_ALLOWED, "could not connect for replication to reader@");
    CapturedRun check = scene.command("validate", "--connect");
    assertTrue(
        check.out().contains("ALTER ROLE \"reader\" REPLICATION"), check.out() + check.err());
    assertTrue(check.out().contains("not ready: "), check.out());
  }

  @Test
  void aRoleThatMayNotPublishOrReadIsRefused() throws Exception {
    Scene scene =
        new Scene(database, directory).withTable().url(uri("streamer", ":" + Scene.PASSWORD));
    scene.refused(ErrorCode.PERMISSION_DENIED, "could not create publication", "permission denied");
    database.execute("create publication \"%s\" for table item".formatted(database.name()));
    scene.refused(ErrorCode.PERMISSION_DENIED, "permission denied for", "item");
  }

  @Test
  void aDatabaseThatDoesNotExistIsRefused() throws Exception {
    String message =
        new Scene(database, directory)
            .url(database.uri().replace(database.name(), "nowhere"))
            .refused(ErrorCode.DATABASE_MISSING, "\"nowhere\" does not exist");
    assertTrue(message.contains("127.0.0.1:" + server.port() + "/nowhere"), message);
  }

  @Test
  void whenAllSlotsAreTakenNothingIsLeft() throws Exception {
    Scene scene = new Scene(database, directory).withTable();
    database.execute("select pg_create_physical_replication_slot('taken')");
    try {
      scene.refused(
          ErrorCode.NO_FREE_SLOT,
          "could not create the slot " + database.name(),
          "all 1 that max_");
      scene.source("tables: [public.item]").pipeline("load: none");
      scene.refused(ErrorCode.DESTINATION_SHAPE, "table item is missing");
      scene.sink("{type: jsonLines, path: out.jsonl}").refused(ErrorCode.NO_FREE_SLOT);
      CapturedRun check = scene.command("validate", "--connect");
      assertTrue(check.out().contains("1 of 1 in use"), check.out());
    } finally {
      database.execute("select pg_drop_replication_slot('taken')");
    }
  }

  @Test
  void aWalLevelTooLowIsRefused() throws Exception {
    for (String level : new String[] {"replica", "minimal"}) {
      var builder = PostgresServer.builder().setting("wal_level", level);
      if (level.equals("minimal")) {
        builder.setting("max_wal_senders", "0");
      }
      try (PostgresServer low = builder.start();
          Database its = low.createDatabase("low")) {
        Scene scene = new Scene(its, directory).withTable();
        scene.refused(
            ErrorCode.WAL_LEVEL_TOO_LOW,
            "expected wal_level 'logical' on postgres@127.0.0.1:" + low.port(),
            "got '" + level + "'");
        CapturedRun check = CapturedRun.plain();
        assertEquals(1, check.execute("check", its.uri()), check.err());
        assertTrue(check.out().contains("ALTER SYSTEM SET wal_level = 'logical';"), check.out());
      }
    }
  }

  @Test
  void aMissingSenderIsWaitedForWithAdvice() throws Exception {
    try (PostgresServer one = PostgresServer.builder().setting("max_wal_senders", "0").start();
        Database its = one.createDatabase("senders")) {
      Scene scene = new Scene(its, directory).withTable();
      scene.file();
      Standing before = Standing.bytes(its, directory);
      Scene.Running running = scene.start();
      running.awaitSaid(NO_SENDER);
      running.awaitSaid(ErrorCode.NO_FREE_SENDER.advice());
      running.stop();
      assertEquals(before, Standing.bytes(its, directory));
    }
  }

  private String uri(String role, String password) {
    return "postgresql://%s%s@127.0.0.1:%d/%s"
        .formatted(role, password, server.port(), database.name());
  }
}
