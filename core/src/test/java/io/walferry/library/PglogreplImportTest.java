package io.walferry.library;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
}
