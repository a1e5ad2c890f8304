package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.walferry.error.ErrorCode;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Destinations that a feed cannot write, or must not. */
@Postgres
final class RefusedDestinationTest {
  @TempDir private Path directory;

  /** What is in the file already, why it is refused, and what is said. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "create table item (id integer primary key, v integer) | DESTINATION_SHAPE"
            + " | column v: expected type TEXT, got type INTEGER",
        "create table item (id integer primary key, v text, w text not null) | DESTINATION_SHAPE"
            + " | column w is NOT NULL without a default",
        "create table item (id integer, v text primary key) | DESTINATION_SHAPE"
            + " | expected primary key (id), got primary key (v)",
        "create table item (id integer, v text) | DESTINATION_SHAPE"
            + " | expected primary key (id), got no primary key",
        "create view item as select 1 as id, 'x' as v | DESTINATION_SHAPE"
            + " | expected a table, got a view",
        "create table item as select 1 as id, 'x' as v | DESTINATION_SHAPE"
            + " | expected primary key (id), got no primary key",
        "create table walferry_position (mine text) | DESTINATION_FORMAT"
            + " | was not made by Walferry; rename it",
      })
  void aTableOfAnotherShapeStaysAsItIs(
      String statement, ErrorCode code, String problem, Database database) throws Exception {
    Scene scene = new Scene(database, directory).withTable();
    run(statement);
    scene.refused(code, problem, directory.resolve("copy.db").toString());
  }

  @Test
  void aTableWithRowsStaysAsItIs(Database database) throws Exception {
    Scene scene = new Scene(database, directory).withTable();
    run("create table item (id integer primary key, v text)");
    run("insert into item values (1, 'mine')");
    scene.refused(
        ErrorCode.DESTINATION_NOT_EMPTY, "Expected empty tables", "have rows: public.item");
  }

  @Test
  void withoutALoadTheTablesMustBeThere(Database database) throws Exception {
    new Scene(database, directory)
        .withTable()
        .pipeline("load: none")
        .refused(
            ErrorCode.DESTINATION_SHAPE, "public.item: table item is missing; run: CREATE TABLE ");
  }

  @ParameterizedTest
  @CsvSource({"sqlite", "jsonLines"})
  void aPathThatCannotBeWrittenIsRefused(String type, Database database) throws Exception {
    Scene scene = new Scene(database, directory).withTable();
    Files.createDirectory(directory.resolve("folder"));
    Files.writeString(directory.resolve("plain"), "mine");
    String sink = "{type: " + type + ", path: %s}";
    scene
        .sink(sink.formatted("no/such/copy"))
        .refused(
            ErrorCode.DESTINATION_UNWRITABLE,
            "directory " + directory.resolve("no/such") + " does not exist; create it");
    assertEquals(3, status(scene, "validate", "--connect"));
    scene
        .sink(sink.formatted("plain/copy"))
        .refused(
            ErrorCode.DESTINATION_UNWRITABLE, directory.resolve("plain") + " is not a directory");
    scene
        .sink(sink.formatted("folder"))
        .refused(ErrorCode.DESTINATION_UNWRITABLE, directory.resolve("folder").toString());
    // No user can make files there, root included.
    scene
        .sink(sink.formatted("/proc/walferry.copy"))
        .refused(ErrorCode.DESTINATION_UNWRITABLE, "/proc/walferry.copy");
  }

  @ParameterizedTest
  @CsvSource({"sqlite", "jsonLines"})
  void aReadOnlyDiskIsRefused(String type, Database database) throws Exception {
    Scene scene = new Scene(database, directory).withTable();
    Path disk = Files.createDirectory(directory.resolve("disk"));
    assumeTrue(
        succeeds("mount", "-t", "tmpfs", "-o", "ro", "tmpfs", disk.toString()),
        "needs the right to mount a file system");
    try {
      scene
          .sink("{type: " + type + ", path: disk/copy}")
          .refused(ErrorCode.DESTINATION_UNWRITABLE, "read-only");
    } finally {
      assertTrue(succeeds("umount", disk.toString()));
    }
  }

  @Test
  void aFileOfAnotherKindStaysAsItIs(Database database) throws Exception {
    Scene scene = new Scene(database, directory).withTable();
    Files.writeString(directory.resolve("copy.db"), "Dear diary, ".repeat(500));
    scene.refused(ErrorCode.DESTINATION_NOT_EMPTY, "it is not a SQLite database", "copy.db");
    scene
        .sink("{type: jsonLines, path: copy.db}")
        .refused(ErrorCode.DESTINATION_NOT_EMPTY, "has no position line of Walferry", "copy.db");
  }

  @ParameterizedTest
  @CsvSource({"sqlite", "jsonLines"})
  void aDestinationOfAnotherSlotIsRefused(String type, Database database) throws Exception {
    Scene scene =
        new Scene(database, directory)
            .withTable()
            .sink("{type: " + type + ", path: copy}")
            .followed();
    scene
        .source("slot: another")
        .refusedResume(
            ErrorCode.SOURCE_CHANGED, "expected slot ", database.name(), ", got ", "another");
  }

  @Test
  void aDestinationOfAnotherServerIsRefused(Database database) throws Exception {
    Scene scene = new Scene(database, directory).withTable().followed();
    try (PostgresServer other = PostgresServer.builder().start();
        Database elsewhere = other.createDatabase("elsewhere")) {
      new Scene(elsewhere, directory)
          .withTable()
          .source("slot: '%s'".formatted(database.name()))
          .refusedResume(ErrorCode.SOURCE_CHANGED, "expected system id ");
    }
    scene.followed();
  }

  @Test
  void whoeverComesLastHasTheDestination(Database database) throws Exception {
    Scene scene = new Scene(database, directory).withTable();
    Scene.Running first = scene.start().awaitSaid("following from");
    Scene.Running second = scene.slotWait("1m").start().awaitSaid("SLOT_ACTIVE");
    database.execute("insert into item values (2, 'x')");
    assertEquals(3, first.status().join(), first.run().err());
    assertTrue(
        first.run().err().endsWith("next: " + ErrorCode.DESTINATION_FENCED.advice() + "\n"),
        first.run().err());
    Scene.assertQuietAboutData(first.run());
    second.awaitSaid("following from").stop();
  }

  private int status(Scene scene, String... command) {
    CapturedRun run = new CapturedRun(java.util.Map.of("WALFERRY_CONFIG", scene.file().toString()));
    return run.execute(command);
  }

  private void run(String statement) throws Exception {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("copy.db"));
        Statement sql = connection.createStatement()) {
      sql.execute(statement);
    }
  }

  private static boolean succeeds(String... command) throws Exception {
    return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
  }
}
