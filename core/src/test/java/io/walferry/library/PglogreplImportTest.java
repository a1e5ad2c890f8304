package io.walferry.library;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Lsn;
import io.walferry.checkpoint.FileCheckpointStore;
import io.walferry.checkpoint.PglogreplPosition;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A feed goes on where pglogrepl was. */
@Postgres
final class PglogreplImportTest {
  @TempDir Path directory;

  private final List<Integer> told = new CopyOnWriteArrayList<>();

  private static PglogreplPosition.Configuration configuration(Database database, String table) {
    return new PglogreplPosition.Configuration(
        database.name(), "public", List.of(table), "pub", "slot_" + database.name());
  }

  private Walferry feed(Database database) {
    return Feeds.of(database)
        .slot("slot_" + database.name())
        .publication("pub")
        .tables("public.t")
        .checkpoint(new FileCheckpointStore(directory.resolve("feed")))
        .callbacks(on -> on.insert("*.*", it -> told.add(it.row().getInt(0))))
        .build();
  }

  private Path create(Database database) throws Exception {
    database.execute("create table t (id int primary key); create publication pub for table t");
    database.execute(
        "select pg_create_logical_replication_slot('slot_%s', 'pgoutput')"
            .formatted(database.name()));
    database.execute("insert into t values (1)");
    Lsn position = Feeds.walEnd(database);
    database.execute("insert into t values (2)");
    long checksum = configuration(database, "t").checksum();
    return Files.writeString(directory.resolve("lsn"), checksum + "/" + position);
  }

  @Test
  void theFeedGoesOnBehindThePositionAndReadsNoRows(Database database) throws Exception {
    Path file = create(database);
    try (Walferry feed = feed(database)) {
      feed.importPosition(file, configuration(database, "t"));
      assertEquals(
          ErrorCode.DESTINATION_NOT_EMPTY,
          assertThrows(
                  WalferryException.class,
                  () -> feed.importPosition(file, configuration(database, "t")))
              .code());
      feed.start();
      database.execute("insert into t values (3)");
      Feeds.awaitDurable(feed, database);
      assertEquals(List.of(2, 3), told);
    }
  }

  @Test
  void aPositionOfAnotherConfigurationIsRefused(Database database) throws Exception {
    Path file = create(database);
    try (Walferry feed = feed(database)) {
      WalferryException refusal =
          assertThrows(
              WalferryException.class,
              () -> feed.importPosition(file, configuration(database, "other")));
      assertEquals(ErrorCode.CHECKPOINT_CONFIGURATION, refusal.code());
      Files.writeString(file, "nonsense");
      assertEquals(
          ErrorCode.CHECKPOINT_DAMAGED,
          assertThrows(
                  WalferryException.class,
                  () -> feed.importPosition(file, configuration(database, "t")))
              .code());
      assertTrue(told.isEmpty());
    }
  }

  @Test
  void aSlotThatIsFurtherThanTheFileIsWhereItGoesOn(Database database) throws Exception {
    Path file = create(database);
    // A slot is advanced no further than the log was flushed.
    database.execute("checkpoint");
    // Written now and then only, so the file is older than what was confirmed.
    database.execute(
        "select pg_replication_slot_advance('slot_%s', '%s')"
            .formatted(database.name(), Feeds.walEnd(database)));
    try (Walferry feed = feed(database)) {
      feed.importPosition(file, configuration(database, "t"));
      feed.start();
      database.execute("insert into t values (3)");
      Feeds.awaitDurable(feed, database);
      assertEquals(List.of(3), told);
    }
  }

  @Test
  void aFileWithoutAPositionIsRefused(Database database) throws Exception {
    Path file = create(database);
    Files.writeString(file, configuration(database, "t").checksum() + "/0/0");
    requireRefused(database, file, configuration(database, "t"), ErrorCode.CHECKPOINT_DAMAGED);
    requireRefused(
        database,
        directory.resolve("missing"),
        configuration(database, "t"),
        ErrorCode.CHECKPOINT_DAMAGED);
  }

  private void requireRefused(
      Database database, Path file, PglogreplPosition.Configuration of, ErrorCode code) {
    try (Walferry feed = feed(database)) {
      WalferryException refusal =
          assertThrows(WalferryException.class, () -> feed.importPosition(file, of));
      assertEquals(code, refusal.code(), () -> String.valueOf(refusal.getMessage()));
    }
    assertFalse(Files.exists(directory.resolve("feed")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"database", "publication", "slot"})
  void whatTheFeedDoesNotGoOnWithIsNamed(String what, Database database) throws Exception {
    create(database);
    PglogreplPosition.Configuration other =
        new PglogreplPosition.Configuration(
            what.equals("database") ? "another" : database.name(),
            "public",
            List.of("t"),
            what.equals("publication") ? "another" : "pub",
            what.equals("slot") ? "another" : "slot_" + database.name());
    Path file =
        Files.writeString(
            directory.resolve("other"), other.checksum() + "/" + Feeds.walEnd(database));
    try (Walferry feed = feed(database)) {
      WalferryException refusal =
          assertThrows(WalferryException.class, () -> feed.importPosition(file, other));
      assertEquals(ErrorCode.CONFIGURATION_INVALID, refusal.code());
      assertTrue(
          refusal.getMessage().contains("pglogrepl's " + what + " 'another'"),
          refusal.getMessage());
    }
    assertFalse(Files.exists(directory.resolve("feed")));
  }

  @Test
  void aSlotThatIsGoneIsNamed(Database database) throws Exception {
    Path file = create(database);
    database.execute("select pg_drop_replication_slot('slot_%s')".formatted(database.name()));
    requireRefused(database, file, configuration(database, "t"), ErrorCode.SLOT_LOST);
  }
}
