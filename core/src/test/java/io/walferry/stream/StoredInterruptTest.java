package io.walferry.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.walferry.change.Transaction;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.testkit.postgres.Database;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StoredInterruptTest {
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aTransactionThatIsBeingReadEndsWithTheInterrupt(boolean streaming) throws Exception {
    try (Database database = ChangeStreamTest.published(18);
        ReplicationConnection replication =
            ReplicationConnection.open(ChangeStreamTest.connector(database))) {
      database.execute(
          "ALTER DATABASE %s SET logical_decoding_work_mem = '64kB'".formatted(database.name()));
      CreatedSlot slot = replication.createSlot("s_" + database.name(), SlotKind.PERSISTENT);
      StreamSettings settings =
          streaming ? StreamSettings.DEFAULT : StreamSettings.DEFAULT.withoutStreaming();
      try (ReplicationConnection other =
              ReplicationConnection.open(ChangeStreamTest.connector(database));
          ChangeStream stream =
              other.stream(slot.name(), "Stream \"Test\"", slot.consistentPoint(), settings)) {
        database.execute(
            "INSERT INTO item SELECT g, repeat('y', 1000) FROM generate_series(1, 50000) g");
        StreamEvent event = stream.next(Duration.ofSeconds(30));
        while (!(event instanceof StreamEvent.Begun)) {
          event = stream.next(Duration.ofSeconds(30));
        }
        Transaction transaction = assertInstanceOf(StreamEvent.Begun.class, event).transaction();
        transaction.advance();
        stream.interrupt();
        WalferryException failure =
            assertThrows(
                WalferryException.class,
                () -> {
                  boolean more = transaction.advance();
                  while (more) {
                    more = transaction.advance();
                  }
                });
        assertEquals(ErrorCode.INTERRUPTED, failure.code());
      }
    }
  }
}
