package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.cli.feed.Destination.PostgresDatabase;
import io.walferry.sinks.postgres.PostgresSink;
import io.walferry.sinks.postgres.PostgresSinkSettings;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.junit.EachPostgres;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.type.TypeCases;
import io.walferry.testkit.type.TypeColumn;
import java.util.List;

/** Sees that what a database or a role has set for its sessions changes nothing of what arrives. */
@Postgres
final class UnusualSettingsTest {
  @EachPostgres(
      from = 10,
      quick = {14, 18})
  void everyTypeArrivesWhateverIsSetAtBothSides(Database source) throws Exception {
    try (Database target = source.server().createDatabase("target")) {
      List<TypeColumn> columns = TypeColumn.all(source);
      target.execute(TypeCases.SETUP);
      for (TypeColumn column : columns) {
        source.execute(
            "CREATE TABLE %1$s (id int PRIMARY KEY, v %2$s); INSERT INTO %1$s %3$s"
                .formatted(column.table(), column.type(), column.query()));
      }
      try (UnusualSettings here = UnusualSettings.of(source);
          UnusualSettings there = UnusualSettings.of(target);
          RunningFeed feed =
              RunningFeed.start(
                  FeedSetup.settings(source.name(), List.of("public.*")),
                  FeedSetup.connector(here.uri()),
                  () ->
                      new PostgresSink(
                          FeedSetup.connector(there.uri()), PostgresSinkSettings.DEFAULT))) {
        feed.awaitFollowing();
        here.leaveOthers();
        for (TypeColumn column : columns) {
          source.execute(
              """
              INSERT INTO %1$s SELECT id + 1000, v FROM %1$s; UPDATE %1$s SET v = v WHERE id < 2;
              UPDATE %1$s SET v = NULL WHERE id = 1000; DELETE FROM %1$s WHERE id = 0;
              """
                  .formatted(column.table()));
        }
        feed.awaitDurable(FeedSetup.walEnd(source));
      }
      List<TableName> tables =
          columns.stream().map(it -> new TableName("public", it.table())).toList();
      assertEquals(
          List.of(), new PostgresDatabase(target).compare(source, tables).tableDifferences());
    }
  }
}
