package io.walferry.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.Transaction;
import io.walferry.testkit.postgres.Database;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EmptyPreparedTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "15|SELECT * FROM item FOR UPDATE|true",
        "16|SELECT * FROM item FOR UPDATE|true",
        "17|SELECT * FROM item FOR UPDATE|true",
        "18|SELECT * FROM item FOR UPDATE|true",
        "15|LOCK TABLE item|true",
        "18|LOCK TABLE item|true",
        "18|SELECT txid_current()|true",
        "18|SELECT * FROM item FOR UPDATE|false",
      })
  void aPreparedTransactionWithoutChangesDoesNotEndTheStream(
      int major, String statement, boolean commits) throws Exception {
    try (Database database = ChangeStreamTest.published(major)) {
      database.execute("INSERT INTO item VALUES (1, 'one')");
      database.execute(
          "SELECT pg_create_logical_replication_slot('%s', 'pgoutput', false, true)"
              .formatted(database.name()));
      try (Connection writer = database.connect();
          Statement sql = writer.createStatement()) {
        writer.setAutoCommit(false);
        sql.execute(statement);
        sql.execute("PREPARE TRANSACTION '%s'".formatted(database.name()));
        writer.commit();
        writer.setAutoCommit(true);
        sql.execute("%s PREPARED '%s'".formatted(commits ? "COMMIT" : "ROLLBACK", database.name()));
      }
      database.execute("INSERT INTO item VALUES (2, 'two')");
      try (ReplicationConnection replication =
              ReplicationConnection.open(ChangeStreamTest.connector(database));
          ChangeStream stream =
              replication.stream(
                  database.name(), "Stream \"Test\"", Lsn.ZERO, StreamSettings.DEFAULT)) {
        int rows = 0;
        while (rows == 0) {
          StreamEvent event = stream.next(Duration.ofSeconds(30));
          while (!(event instanceof StreamEvent.Begun)) {
            event = stream.next(Duration.ofSeconds(30));
          }
          Transaction transaction = assertInstanceOf(StreamEvent.Begun.class, event).transaction();
          while (transaction.advance()) {
            rows++;
            assertEquals(2, ((Change.Insert) transaction.change()).after().integer(0));
          }
        }
      }
    }
  }
}
