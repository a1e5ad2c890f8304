package io.walferry.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.SharedServers;
import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.OldRow;
import io.walferry.change.Row;
import io.walferry.change.Transaction;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.ConnectionSettings;
import io.walferry.postgres.PostgresConnector;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.wait.Await;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

final class ChangeStreamTest {
  static final List<Integer> MAJORS = SharedServers.OLDEST_AND_NEWEST;
  private static final Duration LONG = Await.patience(Duration.ofSeconds(30));
  private static final String SLOT = "stream_test";
  static final String PUBLICATION = "Stream \"Test\"";

  @ParameterizedTest
  @FieldSource("MAJORS")
  void wholeTransactionsComeInCommitOrder(int major) throws Exception {
    try (Database database = published(major);
        ReplicationConnection replication = ReplicationConnection.open(connector(database))) {
      CreatedSlot slot = replication.createSlot(SLOT + database.name(), SlotKind.PERSISTENT);
      try (Connection first = database.connect();
          Connection second = database.connect()) {
        first.setAutoCommit(false);
        second.setAutoCommit(false);
        execute(first, "INSERT INTO item VALUES (1, 'one')");
        execute(second, "INSERT INTO item VALUES (2, NULL)");
        execute(second, "UPDATE item SET id = 3 WHERE id = 2");
        execute(second, "SAVEPOINT s; INSERT INTO item VALUES (9, ''); ROLLBACK TO s");
        second.commit();
        execute(first, "DELETE FROM item WHERE id = 1");
        first.commit();
      }
      try (ChangeStream stream = stream(replication, slot)) {
        Transaction begun = transaction(stream);
        assertEquals(List.of("+2=NULL", "2>3=NULL"), described(begun));
        assertTrue(begun.endLsn().isAfter(begun.header().commitLsn()));
        assertEquals(List.of("+1=one", "-1"), described(transaction(stream)));
      }
    }
  }

  @Test
  void whatIsConfirmedReachesTheSlot() throws Exception {
    try (Database database = published(14);
        ReplicationConnection replication = ReplicationConnection.open(connector(database))) {
      CreatedSlot slot = replication.createSlot(SLOT + database.name(), SlotKind.PERSISTENT);
      database.execute("INSERT INTO item VALUES (1, 'one')");
      Lsn end;
      try (ChangeStream stream = stream(replication, slot)) {
        Transaction transaction = transaction(stream);
        assertEquals(List.of("+1=one"), described(transaction));
        end = transaction.endLsn();
        stream.confirm(end);
      }
      awaitConfirmed(database, slot.name(), end);
    }
  }

  @Test
  void confirmedTransactionsDoNotComeAgainAndOthersDo() throws Exception {
    try (Database database = published(14)) {
      Lsn end;
      CreatedSlot slot;
      try (ReplicationConnection replication = ReplicationConnection.open(connector(database))) {
        slot = replication.createSlot(SLOT + database.name(), SlotKind.PERSISTENT);
        database.execute("INSERT INTO item VALUES (1, 'one')");
        database.execute("INSERT INTO item VALUES (2, 'two')");
        try (ChangeStream stream = stream(replication, slot)) {
          Transaction transaction = transaction(stream);
          assertEquals(List.of("+1=one"), described(transaction));
          end = transaction.endLsn();
        }
      }
      awaitInactive(database, slot.name());
      try (ReplicationConnection replication = ReplicationConnection.open(connector(database));
          ChangeStream stream =
              replication.stream(slot.name(), PUBLICATION, end, StreamSettings.DEFAULT)) {
        assertEquals(List.of("+2=two"), described(transaction(stream)));
      }
    }
  }

  @Test
  void aTransactionLargerThanTheBufferPassesThrough() throws Exception {
    try (Database database = published(14);
        ReplicationConnection replication = ReplicationConnection.open(connector(database))) {
      CreatedSlot slot = replication.createSlot(SLOT + database.name(), SlotKind.PERSISTENT);
      database.execute(
          "INSERT INTO item SELECT g, repeat(md5(g::text), 40) FROM generate_series(1, 20000) g");
      StreamSettings tight =
          StreamSettings.DEFAULT
              .withBuffer(64 * 1024)
              .with(Duration.ofSeconds(1), Duration.ofSeconds(30));
      try (ChangeStream stream =
          replication.stream(slot.name(), PUBLICATION, slot.consistentPoint(), tight)) {
        Transaction transaction = transaction(stream);
        int count = 0;
        while (transaction.advance()) {
          count++;
          Row row = assertInstanceOf(Change.Insert.class, transaction.change()).after();
          assertEquals(count, row.integer(0));
          assertEquals(1280, row.length(1));
        }
        assertEquals(20000, count);
      }
    }
  }

  @Test
  void anUnchangedLargeValueIsNeitherNullNorAValue() throws Exception {
    try (Database database = published(14);
        ReplicationConnection replication = ReplicationConnection.open(connector(database))) {
      database.execute(
          "ALTER TABLE item ALTER label SET STORAGE EXTERNAL, ADD n int;"
              + " INSERT INTO item VALUES (1, repeat('x', 9000), 0)");
      CreatedSlot slot = replication.createSlot(SLOT + database.name(), SlotKind.PERSISTENT);
      database.execute("UPDATE item SET n = 1");
      try (ChangeStream stream = stream(replication, slot)) {
        Transaction transaction = transaction(stream);
        assertTrue(transaction.advance());
        Row row = assertInstanceOf(Change.Update.class, transaction.change()).after();
        assertEquals(Row.Kind.UNCHANGED, row.kind(1));
      }
    }
  }

  @Test
  void interruptEndsAWaitAtOnce() throws Exception {
    try (Database database = published(14);
        ReplicationConnection replication = ReplicationConnection.open(connector(database))) {
      CreatedSlot slot = replication.createSlot(SLOT + database.name(), SlotKind.PERSISTENT);
      try (ChangeStream stream = stream(replication, slot)) {
        Thread.ofVirtual().start(stream::interrupt);
        StreamEvent event = stream.next(LONG);
        while (event instanceof StreamEvent.KeepAlive) {
          event = stream.next(LONG);
        }
        assertEquals(StreamEvent.Quiet.QUIET, event);
      }
    }
  }

  @Test
  void aMissingSlotAndAMissingPublicationHaveTheirOwnErrors() throws Exception {
    try (Database database = published(14)) {
      assertEquals(ErrorCode.SLOT_MISSING, failure(database, "nobody", PUBLICATION).code());
      try (ReplicationConnection replication = ReplicationConnection.open(connector(database))) {
        CreatedSlot slot = replication.createSlot(SLOT + database.name(), SlotKind.PERSISTENT);
        database.execute("INSERT INTO item VALUES (1, 'one')");
        assertEquals(ErrorCode.PUBLICATION_LOST, failure(database, slot.name(), "nothing").code());
      }
    }
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void aPublicationThatIsDroppedMeanwhileEndsTheStream(int major) throws Exception {
    try (Database database = published(major);
        ReplicationConnection replication = ReplicationConnection.open(connector(database))) {
      CreatedSlot slot = replication.createSlot(SLOT + database.name(), SlotKind.PERSISTENT);
      database.execute("INSERT INTO item VALUES (1, 'one')");
      try (ChangeStream stream = stream(replication, slot)) {
        assertEquals(List.of("+1=one"), described(transaction(stream)));
        database.execute("DROP PUBLICATION \"Stream \"\"Test\"\"\"");
        database.execute("INSERT INTO item VALUES (2, 'lost')");
        WalferryException failure = assertThrows(WalferryException.class, () -> readOn(stream));
        assertEquals(ErrorCode.PUBLICATION_LOST, failure.code(), failure.getMessage());
      }
    }
  }

  @Test
  void aSlotInUseSaysByWhom() throws Exception {
    try (Database database = published(14);
        ReplicationConnection replication = ReplicationConnection.open(connector(database))) {
      CreatedSlot slot = replication.createSlot(SLOT + database.name(), SlotKind.PERSISTENT);
      database.execute("INSERT INTO item VALUES (1, 'one')");
      try (ChangeStream stream = stream(replication, slot)) {
        assertEquals(List.of("+1=one"), described(transaction(stream)));
        WalferryException failure = failure(database, slot.name(), PUBLICATION);
        assertEquals(ErrorCode.SLOT_ACTIVE, failure.code());
        assertTrue(failure.getMessage().matches("(?s).*PID \\d+.*"), failure.getMessage());
      }
    }
  }

  /** The message's record ends where that of the commit begins, so a byte more would lose it. */
  @Test
  void aCommitRightBehindAMessageOutsideComesAfterARestartBetweenThem() throws Exception {
    try (Database database = published(14);
        ReplicationConnection making = ReplicationConnection.open(connector(database))) {
      CreatedSlot slot = making.createSlot(SLOT + database.name(), SlotKind.PERSISTENT);
      database.execute(
          "INSERT INTO item VALUES (1, 'one');"
              + " SELECT pg_logical_emit_message(false, 'stream', 'outside')");
      Lsn between;
      try (ReplicationConnection replication = ReplicationConnection.open(connector(database));
          ChangeStream stream = stream(replication, slot)) {
        Transaction message = transaction(stream);
        assertEquals(List.of("m"), described(message));
        between = message.endLsn();
        Transaction insert = transaction(stream);
        assertEquals(between, insert.header().commitLsn());
        assertEquals(List.of("+1=one"), described(insert));
        stream.confirm(between);
      }
      awaitInactive(database, slot.name());
      try (ReplicationConnection replication = ReplicationConnection.open(connector(database));
          ChangeStream stream =
              replication.stream(slot.name(), PUBLICATION, between, StreamSettings.DEFAULT)) {
        assertEquals(List.of("+1=one"), described(transaction(stream)));
      }
    }
  }

  private static WalferryException failure(Database database, String slot, String publication) {
    return assertThrows(
        WalferryException.class,
        () -> {
          try (ReplicationConnection replication = ReplicationConnection.open(connector(database));
              ChangeStream stream =
                  replication.stream(slot, publication, Lsn.ZERO, StreamSettings.DEFAULT)) {
            readOn(stream);
          }
        });
  }

  private static void readOn(ChangeStream stream) {
    while (true) {
      if (stream.next(LONG) instanceof StreamEvent.Begun begun) {
        described(begun.transaction());
      }
    }
  }

  static Database published(int major) throws SQLException {
    Database database = SharedServers.database(major);
    database.execute("CREATE TABLE item (id bigint PRIMARY KEY, label text)");
    database.execute("CREATE PUBLICATION \"Stream \"\"Test\"\"\" FOR TABLE item");
    return database;
  }

  static PostgresConnector connector(Database database) {
    return new PostgresConnector(ConnectionSettings.parse(database.uri(), Map.of()), "test");
  }

  private static ChangeStream stream(ReplicationConnection replication, CreatedSlot slot) {
    return replication.stream(
        slot.name(), PUBLICATION, slot.consistentPoint(), StreamSettings.DEFAULT);
  }

  static Transaction transaction(ChangeStream stream) {
    StreamEvent event = stream.next(LONG);
    while (event instanceof StreamEvent.KeepAlive) {
      event = stream.next(LONG);
    }
    return assertInstanceOf(StreamEvent.Begun.class, event).transaction();
  }

  static List<String> described(Transaction transaction) {
    List<String> described = new ArrayList<>();
    while (transaction.advance()) {
      described.add(
          switch (transaction.change()) {
            case Change.Insert insert -> "+" + row(insert.after());
            case Change.Update update -> key(update.before()) + ">" + row(update.after());
            case Change.Delete delete -> "-" + key(delete.before());
            case Change.Truncate truncate -> "0";
            case Change.Message message -> "m";
          });
    }
    return described;
  }

  private static String row(Row row) {
    return row.integer(0) + "=" + (row.isNull(1) ? "NULL" : row.text(1));
  }

  private static String key(OldRow old) {
    return switch (old) {
      case OldRow.Full full -> full.row().text(0);
      case OldRow.Key key -> key.row().text(0);
      case OldRow.Absent absent -> "";
    };
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** A server process leaves its slot a moment after its client has gone. */
  private static void awaitInactive(Database database, String slot) throws SQLException {
    database.await(
        "slot %s is not in use".formatted(slot),
        "NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = '%s' AND active)"
            .formatted(slot));
  }

  /**
   * The server takes the confirmation at its own time, and has nothing to wait for but its view.
   */
  private static void awaitConfirmed(Database database, String slot, Lsn end) throws SQLException {
    Lsn confirmed =
        Await.until(
            end + " is confirmed",
            Duration.ofSeconds(30),
            () ->
                Lsn.parse(
                    database.answer(
                        "SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = '%s'"
                            .formatted(slot))),
            it -> !it.isBefore(end));
    assertEquals(end, confirmed);
  }
}
