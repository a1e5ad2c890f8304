package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.cli.feed.Destination.Kind;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Rows that are known by generated columns: the application writes on, and the copy is equal. From
 * 18 on a publication can carry such columns, and the one that the feed makes does.
 */
@Postgres(18)
final class GeneratedIdentityTest {
  private static final List<TableName> TABLES =
      Stream.of("whole", "keyed", "composite", "heap")
          .map(it -> new TableName("public", it))
          .toList();

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource
  void rowsAreFoundByWhatIsGenerated(Kind kind, Database source) throws Exception {
    source.execute(
        """
        create table whole (a int primary key, k int generated always as (a * 10) stored, v text);
        alter table whole replica identity full;
        create table keyed (a int, k int generated always as (a * 10) stored primary key, v text);
        create table composite (t int, a int, k int generated always as (a * 10) stored, v text,
          primary key (t, k));
        create table heap (a int, k int generated always as (a * 10) stored, v text);
        alter table heap replica identity full;
        insert into whole (a, v) select g, 'a''b' from generate_series(1, 100) g;
        insert into keyed (a, v) select g, null from generate_series(1, 100) g;
        insert into composite (t, a, v) select g % 3, g, 'é' from generate_series(1, 100) g;
        insert into heap (a, v) select g % 10, 'x' from generate_series(1, 100) g;
        """);
    try (Destination destination = kind.create(directory, source.server())) {
      try (RunningFeed feed =
          RunningFeed.start(
              FeedSetup.settings(source.name(), List.of("public.*")),
              FeedSetup.connector(source.uri()),
              destination::sink)) {
        feed.awaitFollowing();
        for (TableName table : TABLES) {
          source.execute(
              """
              update %1$s set v = 'new' where a %% 2 = 0;
              update %1$s set a = a + 1000 where a %% 3 = 0;
              delete from %1$s where a %% 5 = 0;
              insert into %1$s (a, v%2$s) values (7777, 'late'%3$s);
              """
                  .formatted(
                      table.name(),
                      table.name().equals("composite") ? ", t" : "",
                      table.name().equals("composite") ? ", 1" : ""));
        }
        feed.awaitDurable(FeedSetup.walEnd(source));
      }
      assertEquals(List.of(), destination.compare(source, TABLES).tableDifferences());
    }
  }
}
