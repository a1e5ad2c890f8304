package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.cli.feed.Destination.Kind;
import io.walferry.cli.feed.Destination.MysqlCopy;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.junit.EachMysql;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.mysql.MysqlDatabase;
import io.walferry.testkit.postgres.Database;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Keys of all sorts, all of whose rows move about while chunks are read. */
@Postgres
final class TableKindTest {
  private static final String FILL =
      "INSERT INTO t SELECT %s, g, repeat(md5(g::text), 90) FROM generate_series(%d, %d) g";

  /** 2 kB that cannot be compressed, ended by what makes it unique. */
  private static final String LONG_KEY =
      "(SELECT string_agg(md5((g * 100 + i)::text), '') FROM generate_series(1, 62) i) || g";

  @TempDir Path directory;

  /**
   * A table t.
   *
   * @param columns before {@code n} and {@code big}
   * @param keys of row g
   * @param move gives rows other keys, none of them a key that another row has
   */
  record TableKind(String name, String columns, String after, String keys, String move) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final List<TableKind> KINDS =
      List.of(
          new TableKind(
              "text in the order of a language",
              "id text COLLATE \"und-x-icu\" PRIMARY KEY",
              "",
              "CASE g % 2 WHEN 0 THEN upper(md5(g::text)) ELSE md5(g::text) END",
              "id = reverse(id)"),
          new TableKind(
              "text that is equal whatever its case",
              "id text COLLATE ci PRIMARY KEY",
              "",
              "CASE g % 2 WHEN 0 THEN upper(md5(g::text)) ELSE md5(g::text) END",
              "id = CASE n % 3 WHEN 0 THEN reverse(id) WHEN 1 THEN upper(id) ELSE lower(id) END"),
          new TableKind("2 kB of text", "id text PRIMARY KEY", "", LONG_KEY, "id = reverse(id)"),
          new TableKind(
              "2 kB of text out of line",
              "id text PRIMARY KEY",
              "ALTER TABLE t ALTER id SET STORAGE EXTERNAL",
              LONG_KEY,
              "id = reverse(id)"),
          new TableKind(
              "two columns, not in their order",
              "a int, b text, PRIMARY KEY (b, a)",
              "",
              "g, md5(g::text)",
              "a = -a, b = reverse(b)"),
          new TableKind(
              "numbers that are equal and print differently",
              "id numeric PRIMARY KEY",
              "",
              "g + 0.10",
              "id = CASE n % 2 WHEN 0 THEN -id ELSE id * 1.00 END"),
          new TableKind(
              "bytes",
              "id bytea PRIMARY KEY",
              "",
              "decode(md5(g::text), 'hex')",
              "id = md5(id)::bytea"),
          new TableKind(
              "blanks at the end",
              "id char(40) PRIMARY KEY",
              "",
              "md5(g::text)",
              "id = reverse(rtrim(id))"),
          new TableKind(
              "moments",
              "id timestamptz PRIMARY KEY",
              "",
              "timestamptz 'epoch' + make_interval(days => 100 * g, secs => 0.5)",
              "id = timestamptz '1900-01-01' - (id - timestamptz 'epoch')"),
          new TableKind(
              "a type of its own",
              "id short, m mood, PRIMARY KEY (m, id)",
              "",
              "md5(g::text), (ARRAY['sad', 'ok', 'happy'])[1 + g % 3]::mood",
              "id = reverse(id), m = CASE m WHEN 'sad' THEN 'happy' ELSE 'sad' END::mood"),
          new TableKind(
              "old rows whole, with a key",
              "id int PRIMARY KEY",
              "ALTER TABLE t REPLICA IDENTITY FULL",
              "g",
              "id = -id"),
          new TableKind(
              "old rows whole, without a key",
              "id int",
              "ALTER TABLE t REPLICA IDENTITY FULL",
              "g / 2",
              "id = -id"),
          new TableKind(
              "identity by another key",
              "id int PRIMARY KEY, code text NOT NULL",
              "CREATE UNIQUE INDEX t_code ON t (code); ALTER TABLE t REPLICA IDENTITY USING INDEX"
                  + " t_code",
              "g, md5(g::text)",
              "id = -id, code = reverse(code)"));

  static Stream<Arguments> kinds() {
    return KINDS.stream()
        .flatMap(it -> Stream.of(Kind.values()).map(kind -> Arguments.of(it, kind)));
  }

  @ParameterizedTest(name = "{0} to {1}")
  @MethodSource("kinds")
  void movesAbout(TableKind table, Kind kind, Database source) throws Exception {
    try (Destination destination = kind.create(directory, source.server())) {
      movesAbout(table, destination, source);
    }
  }

  /** Where there is an index of the replica identity, and no key. */
  @EachMysql
  void movesAboutInMysql(Database source, MysqlDatabase database) throws Exception {
    MysqlCopy destination = new MysqlCopy(database);
    movesAbout(KINDS.getLast(), destination, source);
    assertEquals(
        "walferry_key(code)",
        destination.answer(
            "SELECT group_concat(index_name, '(', column_name, ')') FROM"
                + " information_schema.statistics WHERE table_schema = database() AND table_name ="
                + " 't'"));
  }

  private static void movesAbout(TableKind table, Destination destination, Database source)
      throws Exception {
    String types =
        """
        CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
        CREATE DOMAIN short AS varchar(40);
        CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
        """;
    source.execute(
        types + "CREATE TABLE t (%s, n int, big text);".formatted(table.columns()) + table.after());
    source.execute("ALTER TABLE t ALTER big SET STORAGE EXTERNAL");
    source.execute(FILL.formatted(table.keys(), 1, 60));
    String move = "UPDATE t SET " + table.move();
    ChunkSteps steps =
        new ChunkSteps()
            .beforeChunk("t", 0, () -> source.execute(move + " WHERE n % 4 = 0"))
            .beforeChunk("t", 1, () -> source.execute(move + ", n = n + 1000 WHERE n % 4 <> 1"))
            .beforeChunk("t", 2, () -> source.execute("DELETE FROM t WHERE n % 5 = 0; " + move))
            .beforeChunk("t", 3, () -> source.execute("UPDATE t SET n = n + 1; " + move))
            .afterLoad(() -> source.execute(move + " WHERE n % 3 = 0"));
    if (destination instanceof Destination.PostgresDatabase(var database)) {
      database.execute(types);
    }
    try (RunningFeed feed =
        RunningFeed.start(
            FeedSetup.oneReader(source.name(), List.of("public.*")),
            FeedSetup.connector(source.uri()),
            () -> steps.around(destination.sink()))) {
      feed.awaitFollowing();
      feed.awaitDurable(FeedSetup.walEnd(source));
      source.execute(move + "; UPDATE t SET n = n + 1; " + FILL.formatted(table.keys(), 101, 160));
      feed.awaitDurable(FeedSetup.walEnd(source));
    }
    assertEquals(
        List.of(),
        destination.compare(source, List.of(new TableName("public", "t"))).tableDifferences());
  }
}
