package io.walferry.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.stream.OutputOptions.Origin;
import io.walferry.testkit.postgres.Database;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a source has received from another server comes, unless it is not wanted. */
final class OriginTest {
  /** Several times what the server keeps in memory here. */
  private static final int LARGE = 3000;

  @ParameterizedTest
  @CsvSource({
    "14, ANY, 1",
    "14, ANY, 3000",
    "16, ANY, 1",
    "16, ANY, 3000",
    "16, NONE, 1",
    "16, NONE, 3000",
    "17, ANY, 1",
    "17, ANY, 3000",
    "17, NONE, 1",
    "17, NONE, 3000",
    "18, ANY, 1",
    "18, ANY, 3000",
    "18, NONE, 1",
    "18, NONE, 3000"
  })
  void whatWasReceivedFromAnotherServerComesUnlessItIsNotWanted(int major, Origin origin, int rows)
      throws Exception {
    try (Database database = ChangeStreamTest.published(major);
        MessageCounter counter = MessageCounter.before(database.server())) {
      database.execute(
          "ALTER DATABASE %s SET logical_decoding_work_mem = '64kB'".formatted(database.name()));
      try (ReplicationConnection replication =
          ReplicationConnection.open(counter.connector(database))) {
        CreatedSlot slot = replication.createSlot("origin" + database.name(), SlotKind.PERSISTENT);
        database.execute("SELECT pg_replication_origin_create('%s')".formatted(database.name()));
        database.execute(
            """
            SELECT pg_replication_origin_session_setup('%1$s');
            INSERT INTO item SELECT g, 'received' FROM generate_series(1, %2$d) g;
            SELECT pg_replication_origin_session_reset();
            SELECT pg_replication_origin_drop('%1$s')
            """
                .formatted(database.name(), rows));
        database.execute(
            "INSERT INTO item SELECT -g, 'own' FROM generate_series(1, %d) g".formatted(rows));
        StreamSettings settings =
            StreamSettings.DEFAULT.with(
                new OutputOptions(OptionalInt.empty(), true, origin, OutputOptions.Form.TEXT));
        try (ChangeStream stream =
            replication.stream(
                slot.name(), ChangeStreamTest.PUBLICATION, slot.consistentPoint(), settings)) {
          if (origin == Origin.ANY) {
            assertEquals(inserts(rows, "+%d=received"), next(stream));
          }
          assertEquals(inserts(rows, "+-%d=own"), next(stream));
          int transactions = origin == Origin.ANY ? 2 : 1;
          assertEquals(rows == LARGE ? transactions : 0, counter.count('c'), "were streamed");
        }
      }
    }
  }

  /** Of the next transaction with changes; before 15 others come, too. */
  private static List<String> next(ChangeStream stream) {
    List<String> changes = List.of();
    while (changes.isEmpty()) {
      changes = ChangeStreamTest.described(ChangeStreamTest.transaction(stream));
    }
    return changes;
  }

  private static List<String> inserts(int rows, String described) {
    return IntStream.rangeClosed(1, rows).mapToObj(described::formatted).toList();
  }
}
