package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.ConnectionSettings;
import io.walferry.postgres.PasswordSource;
import io.walferry.postgres.PostgresConnector;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A password that is changed under a running feed is no reason to start it again. */
final class RenewedPasswordTest {
  @TempDir Path directory;

  enum From {
    PASSWORD_FILE,
    FILE,
    PROGRAM
  }

  @ParameterizedTest
  @EnumSource
  void theFeedReturnsWithTheNewOne(From from) throws Exception {
    try (PostgresServer server = PostgresServer.builder().password("owner's").start();
        Database source = server.createDatabase("renewed")) {
      prepare(source);
      write(from, "old");
      try (RunningFeed feed = start(source, connector(source, from))) {
        feed.awaitFollowing();
        source.execute("ALTER ROLE feeder PASSWORD 'new'");
        source.execute("INSERT INTO t VALUES (1)");
        cutOff(source);
        awaitWithdrawn(feed);
        write(from, "new");
        feed.awaitDurable(FeedSetup.walEnd(source));
        assertSecretsAreKept(feed.retries());
      }
    }
  }

  @Test
  void aFeedThatWasNeverLetInEndsAtOnce() throws Exception {
    try (PostgresServer server = PostgresServer.builder().password("owner's").start();
        Database source = server.createDatabase("renewed")) {
      prepare(source);
      write(From.FILE, "wrong");
      try (RunningFeed feed = start(source, connector(source, From.FILE))) {
        assertEquals(ErrorCode.AUTHENTICATION_FAILED, feed.awaitFailure().code());
        assertEquals(List.of(), feed.retries());
      }
    }
  }

  @Test
  void aPasswordThatCannotBeHadForAWhileIsWaitedFor() throws Exception {
    try (PostgresServer server = PostgresServer.builder().password("owner's").start();
        Database source = server.createDatabase("renewed")) {
      prepare(source);
      try (RunningFeed feed = start(source, connector(source, From.FILE))) {
        feed.awaitRetries(2);
        write(From.FILE, "old");
        feed.awaitFollowing();
        assertTrue(
            feed.retries().stream().allMatch(it -> it.code() == ErrorCode.PASSWORD_UNAVAILABLE),
            feed.retries()::toString);
      }
    }
  }

  private static void prepare(Database source) throws Exception {
    source.execute("CREATE ROLE feeder SUPERUSER LOGIN PASSWORD 'old'");
    source.execute("CREATE TABLE t (id int PRIMARY KEY)");
  }

  /** Whoever has only the old one is refused until then. */
  private static void cutOff(Database source) throws Exception {
    source.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'feeder'");
  }

  private static void awaitWithdrawn(RunningFeed feed) {
    int seen = 1;
    do {
      feed.awaitRetries(seen++);
    } while (feed.retries().stream().noneMatch(it -> it.code() == ErrorCode.ACCESS_WITHDRAWN));
  }

  private static void assertSecretsAreKept(List<WalferryException> failures) {
    for (WalferryException failure : failures) {
      String message = String.valueOf(failure.getMessage());
      assertFalse(message.matches("(?s).*\\b(old|new)\\b.*"), message);
    }
  }

  private PostgresConnector connector(Database source, From from) {
    ConnectionSettings settings =
        ConnectionSettings.parse(
            "postgresql://feeder@127.0.0.1:%d/%s?passfile=%s"
                .formatted(source.server().port(), source.name(), directory.resolve("pgpass")),
            Map.of());
    Path file = directory.resolve("password");
    ConnectionSettings complete =
        switch (from) {
          case PASSWORD_FILE -> settings;
          case FILE -> settings.withPassword(PasswordSource.file(file));
          case PROGRAM ->
              settings.withPassword(
                  PasswordSource.command(List.of("cat", file.toString()), Duration.ofSeconds(20)));
        };
    return new PostgresConnector(complete, "feed test");
  }

  /** In one step, as whoever renews a password does. */
  private void write(From from, String password) throws IOException {
    boolean lines = from == From.PASSWORD_FILE;
    Path next =
        Files.writeString(
            directory.resolve("next"), lines ? "*:*:*:feeder:" + password : password + "\n");
    Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rw-------"));
    Files.move(
        next, directory.resolve(lines ? "pgpass" : "password"), StandardCopyOption.ATOMIC_MOVE);
  }

  private RunningFeed start(Database source, PostgresConnector connector) {
    Path file = directory.resolve("copy.db");
    return RunningFeed.start(
        FeedSetup.settings(source.name(), List.of("public.t")),
        connector,
        () -> FeedSetup.sqlite(file));
  }
}
