package io.walferry.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.Transaction;
import io.walferry.testkit.postgres.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A server does not always say that a sub-transaction was rolled back: not of one whose values were
 * so large that it wrote them to disk before it streamed them.
 */
final class RolledBackSavepointTest {
  @ParameterizedTest
  @CsvSource({
    "14, 100000",
    "14, 9000000",
    "15, 9000000",
    "16, 9000000",
    "17, 9000000",
    "18, 100000",
    "18, 9000000"
  })
  void whatWasRolledBackNeverComes(int major, int length) throws Exception {
    try (Database database = ChangeStreamTest.published(major);
        ReplicationConnection making =
            ReplicationConnection.open(ChangeStreamTest.connector(database))) {
      database.execute("ALTER TABLE item ALTER label SET STORAGE EXTERNAL");
      database.execute(
          "ALTER DATABASE %s SET logical_decoding_work_mem = '64kB'".formatted(database.name()));
      CreatedSlot slot = making.createSlot("s_" + database.name(), SlotKind.PERSISTENT);
      try (ReplicationConnection replication =
              ReplicationConnection.open(ChangeStreamTest.connector(database));
          ChangeStream stream =
              replication.stream(
                  slot.name(), "Stream \"Test\"", slot.consistentPoint(), StreamSettings.DEFAULT);
          Connection writer = database.connect();
          Statement sql = writer.createStatement()) {
        writer.setAutoCommit(false);
        sql.execute("INSERT INTO item SELECT g, repeat('y', 1000) FROM generate_series(10, 200) g");
        sql.execute("SAVEPOINT s");
        sql.execute("INSERT INTO item VALUES (2, repeat('x', %d))".formatted(length));
        awaitPassed(stream, database);
        sql.execute("ROLLBACK TO s");
        sql.execute("INSERT INTO item VALUES (3, '')");
        writer.commit();
        StreamEvent event = stream.next(Duration.ofSeconds(30));
        while (event instanceof StreamEvent.KeepAlive) {
          event = stream.next(Duration.ofSeconds(30));
        }
        Transaction transaction = assertInstanceOf(StreamEvent.Begun.class, event).transaction();
        List<Integer> ids = new ArrayList<>();
        while (transaction.advance()) {
          int id = (int) ((Change.Insert) transaction.change()).after().integer(0);
          if (id < 10) {
            ids.add(id);
          }
        }
        assertEquals(List.of(3), ids);
      }
    }
  }

  /** Until all that was written so far has come. */
  private static void awaitPassed(ChangeStream stream, Database database) throws SQLException {
    Lsn end = StreamModelTest.walEnd(database);
    boolean passed = false;
    while (!passed) {
      StreamEvent event = stream.next(Duration.ofSeconds(30));
      passed =
          event instanceof StreamEvent.KeepAlive keepAlive && !keepAlive.walEnd().isBefore(end);
    }
  }
}
