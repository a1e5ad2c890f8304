package io.walferry.publication;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.SharedServers;
import io.walferry.postgres.ConnectionSettings;
import io.walferry.postgres.PostgresConnector;
import io.walferry.testkit.postgres.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SourceIndexesTest {
  private static SourceIndex plain(String name, String definition, String... columns) {
    return new SourceIndex(
        name, List.of(columns), Set.of(columns), Optional.of("USING btree " + definition));
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 18})
  void readsEveryKindAsFarAsItsColumnsArePublished(int major) throws SQLException {
    try (Database database = SharedServers.database(major)) {
      database.execute(
          """
          create schema "My ON shop";
          create table "My ON shop"."t USING" ("A b" int, c text, d int, secret int, e int[],
            primary key ("A b") include (d), exclude (d with =));
          create unique index "a ON b" on "My ON shop"."t USING" (c desc, "A b");
          create index cover on "My ON shop"."t USING" (d) include (secret);
          create index hidden on "My ON shop"."t USING" (secret);
          create index partial on "My ON shop"."t USING" (d) where c > 'x';
          create index sum on "My ON shop"."t USING" ((d + secret));
          create index tags on "My ON shop"."t USING" using gin (e);
          """);
      if (major >= 15) {
        database.execute(
            "create publication p for table \"My ON shop\".\"t USING\" (\"A b\", c, d, e)");
      } else {
        database.execute("create publication p for all tables");
      }
      boolean all = major < 15;
      try (Connection connection =
          new PostgresConnector(ConnectionSettings.parse(database.uri(), Map.of()), "test")
              .connect()) {
        PublishedTable table = new PublicationCatalog(connection).tables("p").getFirst();
        assertEquals(
            List.of(
                plain("a ON b", "(c DESC, \"A b\")", "c", "A b"),
                new SourceIndex(
                    "cover",
                    List.of("d"),
                    Set.of("d", "secret"),
                    Optional.of("USING btree (d) INCLUDE (secret)").filter(it -> all)),
                all
                    ? plain("hidden", "(secret)", "secret")
                    : new SourceIndex("hidden", List.of(), Set.of("secret"), Optional.empty()),
                new SourceIndex(
                    "partial",
                    List.of(),
                    Set.of("d", "c"),
                    Optional.of("USING btree (d) WHERE (c > 'x'::text)")),
                new SourceIndex(
                    "sum",
                    List.of(),
                    Set.of("d", "secret"),
                    Optional.of("USING btree (((d + secret)))").filter(it -> all)),
                plain("t USING_d_excl", "(d)", "d"),
                new SourceIndex(
                    "t USING_pkey",
                    List.of("A b"),
                    Set.of("A b", "d"),
                    Optional.of("USING btree (\"A b\") INCLUDE (d)")),
                new SourceIndex("tags", List.of(), Set.of("e"), Optional.of("USING gin (e)"))),
            SourceIndexes.read(connection, table));
      }
    }
  }
}
