package io.walferry.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.ConnectionSettings;
import io.walferry.postgres.PostgresConnector;
import io.walferry.sink.Claim;
import io.walferry.testkit.junit.EachPostgres;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

@Postgres
final class PostgresCheckpointStoreTest {
  private static final Checkpoint FIRST = FileCheckpointStoreTest.CHECKPOINT;
  private static final Checkpoint SECOND =
      new Checkpoint(FIRST.feed(), FIRST.position(), 99, FIRST.configuration(), FIRST.ledger());

  private static PostgresCheckpointStore store(Database database) {
    return new PostgresCheckpointStore(
        new PostgresConnector(ConnectionSettings.parse(database.uri(), Map.of()), "test"));
  }

  @EachPostgres
  void whatWasSavedIsReadBack(Database database) {
    try (PostgresCheckpointStore store = store(database)) {
      assertEquals(Optional.empty(), store.open("shop"));
      store.save(FIRST, Claim.NEVER_BEGUN);
      assertEquals(Optional.of(FIRST), reopened(store, "shop"));
      assertEquals(Optional.empty(), reopened(store, "other"));
    }
  }

  private static Optional<Checkpoint> reopened(PostgresCheckpointStore store, String pipeline) {
    store.close();
    return store.open(pipeline);
  }

  @Test
  void whoeverWasTakenOverCannotSave(Database database) {
    try (PostgresCheckpointStore old = store(database);
        PostgresCheckpointStore young = store(database)) {
      assertEquals(Optional.empty(), old.open("shop"));
      assertEquals(Optional.empty(), young.open("shop"));
      old.save(FIRST, Claim.NEVER_BEGUN);
      requireFenced(young, FIRST, Claim.NEVER_BEGUN);
      assertEquals(Optional.of(FIRST), reopened(young, "shop"));
      young.save(SECOND, FIRST.epoch());
      requireFenced(old, FIRST, FIRST.epoch());
      assertEquals(Optional.of(SECOND), reopened(young, "shop"));
    }
  }

  private static void requireFenced(CheckpointStore store, Checkpoint checkpoint, long replaced) {
    WalferryException fenced =
        assertThrows(WalferryException.class, () -> store.save(checkpoint, replaced));
    assertEquals(ErrorCode.DESTINATION_FENCED, fenced.code());
  }

  @Test
  void aRowThatSomebodyHasChangedIsRefused(Database database) throws Exception {
    try (PostgresCheckpointStore store = store(database)) {
      assertEquals(Optional.empty(), store.open("shop"));
      store.save(FIRST, Claim.NEVER_BEGUN);
      database.execute("update walferry.checkpoint set content = content || 'x'");
      WalferryException refusal =
          assertThrows(WalferryException.class, () -> reopened(store, "shop"));
      assertEquals(ErrorCode.CHECKPOINT_DAMAGED, refusal.code());
    }
  }
}
