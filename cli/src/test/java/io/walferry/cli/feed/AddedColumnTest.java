package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.cli.feed.Destination.Kind;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A column that comes while a table is loaded. */
@Postgres
final class AddedColumnTest {
  @TempDir Path directory;

  /** The table is read again with the column, and all its values are there. */
  @ParameterizedTest
  @EnumSource
  void itsValuesArriveWheneverTheyWereWritten(Kind kind, Database source) throws Exception {
    source.execute(ChunkedLoadTest.TABLE);
    ChunkSteps steps =
        new ChunkSteps()
            .beforeChunk(
                "t",
                2,
                () ->
                    source.execute(
                        "ALTER TABLE t ADD COLUMN extra text; UPDATE t SET extra = 'between'"))
            .afterLoad(() -> source.execute("UPDATE t SET extra = 'after' WHERE n % 2 = 0"));
    try (Destination destination = kind.create(directory, source.server())) {
      try (RunningFeed feed = start(source, destination, steps)) {
        feed.awaitFollowing();
        feed.awaitDurable(FeedSetup.walEnd(source));
      }
      assertEquals(
          List.of(),
          destination.compare(source, List.of(new TableName("public", "t"))).tableDifferences());
    }
  }

  private static RunningFeed start(Database source, Destination destination, ChunkSteps steps) {
    return RunningFeed.start(
        FeedSetup.oneReader(source.name(), List.of("public.*")),
        FeedSetup.connector(source.uri()),
        () -> steps.around(destination.sink()));
  }
}
