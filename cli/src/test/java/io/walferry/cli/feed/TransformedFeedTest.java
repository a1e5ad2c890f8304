package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.TablePattern;
import io.walferry.testkit.junit.EachMysql;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.mysql.MysqlDatabase;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.workload.Seeds;
import io.walferry.transform.NewColumn;
import io.walferry.transform.TableMapping;
import io.walferry.transform.TableRule;
import io.walferry.transform.TransformSettings;
import io.walferry.transform.TransformedSink;
import io.walferry.transform.value.Hmac;
import io.walferry.transform.value.Mask;
import io.walferry.transform.value.Tokeniser;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows that are left out and changed on their way, against what the source's own SQL says. */
@Postgres
final class TransformedFeedTest {
  private static final String KEY = "0123456789abcdef0123456789abcdef";

  private static final String SCHEMA =
      """
      CREATE TABLE people (id int PRIMARY KEY, country text, mail text, phone text, big text,
        age int, notes text);
      ALTER TABLE people REPLICA IDENTITY FULL;
      ALTER TABLE people ALTER big SET STORAGE EXTERNAL;
      CREATE TABLE cards (number text PRIMARY KEY, holder text, big text);
      ALTER TABLE cards ALTER big SET STORAGE EXTERNAL;
      CREATE TABLE passes (code text PRIMARY KEY, n int, secret text);
      CREATE TABLE plain (id int PRIMARY KEY, v text);
      """;

  /** HMAC as RFC 2104 has it; the key is shorter than a block. */
  private static final String HMAC =
      """
      CREATE FUNCTION hmac(v text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
      DECLARE k bytea := '%s'::bytea; i bytea := decode(repeat('36', 64), 'hex');
        o bytea := decode(repeat('5c', 64), 'hex');
      BEGIN
        IF v IS NULL THEN RETURN NULL; END IF;
        FOR n IN 0 .. length(k) - 1 LOOP
          i := set_byte(i, n, get_byte(k, n) # 54);
          o := set_byte(o, n, get_byte(k, n) # 92);
        END LOOP;
        RETURN encode(sha256(o || sha256(i || convert_to(v, 'UTF8'))), 'hex');
      END $$;
      """
          .formatted(KEY);

  private static final String PEOPLE =
      """
      SELECT id, country, hmac(mail), phone_masked, big, 'eu', age * 2 FROM (SELECT *,
        CASE WHEN length(phone) <= 3 THEN repeat('*', length(phone))
          ELSE repeat('*', length(phone) - 3) || right(phone, 3) END AS phone_masked FROM people) p
      WHERE country = 'CH' AND age IS DISTINCT FROM 7 ORDER BY id
      """;

  private static final String CARDS =
      "SELECT hmac(number), holder, md5(big) FROM cards ORDER BY hmac(number) COLLATE \"C\"";

  @TempDir private Path directory;

  private static TransformSettings transforms() {
    TableRule people =
        TableRule.forTables(TablePattern.parse("public.people"))
            .where("country == 'CH' && age != 7")
            .dropping("notes")
            .renaming(Map.of("mail", "email"))
            .changing(Map.of("mail", new Hmac(KEY), "phone", new Mask(0, 3, '*')));
    TableRule cards =
        TableRule.forTables(TablePattern.parse("public.cards"))
            .renaming(Map.of("number", "no"))
            .changing(Map.of("number", new Hmac(KEY)));
    TableRule passes =
        TableRule.forTables(TablePattern.parse("public.passes"))
            .keeping("code", "n")
            .changing(Map.of("code", new Tokeniser(KEY)));
    return new TransformSettings(
        new TableMapping(
            Map.of(), Map.of(new TableId("public", "people"), new TableId("public", "persons"))),
        List.of(people.setting(computed()), cards, passes));
  }

  private static Map<String, NewColumn> computed() {
    TreeMap<String, NewColumn> set = new TreeMap<>();
    set.put("region", new NewColumn.Constant("eu"));
    set.put("twice", new NewColumn.Computed("age * 2"));
    return set;
  }

  @ParameterizedTest
  @EnumSource
  void whatArrivesIsWhatTheSourceSaysItIs(Destination.Kind kind, Database source) throws Exception {
    try (Destination destination = kind.create(directory, source.server())) {
      assertArrives(source, destination, kind == Destination.Kind.POSTGRES ? " COLLATE \"C\"" : "");
    }
  }

  @EachMysql
  void whatArrivesInMysqlIsWhatTheSourceSaysItIs(Database source, MysqlDatabase database)
      throws Exception {
    assertArrives(source, new Destination.MysqlCopy(database), "");
  }

  private static void assertArrives(Database source, Destination destination, String byBytes)
      throws Exception {
    long seed = Seeds.next();
    Random random = new Random(seed);
    source.execute(HMAC + SCHEMA);
    for (int i = 0; i < 300; i++) {
      change(source, random);
    }
    try (RunningFeed feed =
        RunningFeed.start(
            FeedSetup.settings(source.name(), List.of("public.*")),
            FeedSetup.connector(source.uri()),
            () -> new TransformedSink(destination.sink(), transforms()))) {
      for (int i = 0; i < 200; i++) {
        change(source, random);
      }
      feed.awaitFollowing();
      for (int i = 0; i < 600; i++) {
        change(source, random);
      }
      feed.awaitDurable(FeedSetup.walEnd(source));
      assertEquals(
          rows(source.connect(), PEOPLE),
          rows(
              destination.connect(),
              "SELECT id, country, email, phone, big, region, twice FROM persons ORDER BY id"),
          "seed " + seed);
      List<String> cards = rows(source.connect(), CARDS.replace("md5(big)", "big"));
      assertEquals(
          cards,
          rows(destination.connect(), "SELECT no, holder, big FROM cards ORDER BY no" + byBytes),
          "seed " + seed);
      Tokeniser tokeniser = new Tokeniser(KEY);
      assertEquals(
          rows(source.connect(), "SELECT n, code FROM passes").stream()
              .map(row -> row.split("\\|", -1))
              .map(row -> tokeniser.apply(row[1]) + "|" + row[0] + "|")
              .sorted()
              .toList(),
          rows(destination.connect(), "SELECT * FROM passes").stream().sorted().toList(),
          "seed " + seed);
      assertEquals(
          rows(source.connect(), "SELECT id, v FROM plain ORDER BY id"),
          rows(destination.connect(), "SELECT id, v FROM plain ORDER BY id"),
          "seed " + seed);
    }
  }

  /** Age is never NULL where the country is CH, or {@code age * 2} would have no result. */
  private static void change(Database source, Random random) throws SQLException {
    int id = random.nextInt(60);
    String country = random.nextBoolean() ? "'CH'" : random.nextBoolean() ? "'DE'" : "NULL";
    int age = 5 + random.nextInt(4);
    String big = "repeat('" + random.nextInt(10) + "', " + (random.nextBoolean() ? 5000 : 3) + ")";
    String text = random.nextInt(5) == 0 ? "NULL" : "'it''s \\ \"" + random.nextInt(9999) + "\"'";
    String statement =
        switch (random.nextInt(15)) {
          case 0, 1, 2 ->
              "INSERT INTO people VALUES (%d, %s, %s, %s, %s, %d, 'n') ON CONFLICT DO NOTHING"
                  .formatted(id, country, text, text, big, age);
          case 3, 4 -> "UPDATE people SET country = %s WHERE id = %d".formatted(country, id);
          case 5 -> "UPDATE people SET age = %d, mail = %s WHERE id = %d".formatted(age, text, id);
          case 6 ->
              ("UPDATE people SET id = %d, notes = 'm' WHERE id = %d"
                      + " AND NOT EXISTS (SELECT FROM people WHERE id = %1$d)")
                  .formatted(random.nextInt(60), id);
          case 7 -> "DELETE FROM people WHERE id = " + id;
          case 8, 9 ->
              "INSERT INTO cards VALUES ('4%d', %s, %s) ON CONFLICT (number) DO UPDATE SET holder = 'h'"
                  .formatted(id, text, big);
          case 10 ->
              ("UPDATE cards SET number = '4%d' WHERE number = '4%d'"
                      + " AND NOT EXISTS (SELECT FROM cards WHERE number = '4%1$d')")
                  .formatted(random.nextInt(60), id);
          case 11 ->
              "INSERT INTO passes VALUES ('CH-%d', %d, %s) ON CONFLICT DO NOTHING"
                  .formatted(id, age, text);
          case 12 ->
              ("UPDATE passes SET code = 'CH-%d', n = n + 1 WHERE code = 'CH-%d'"
                      + " AND NOT EXISTS (SELECT FROM passes WHERE code = 'CH-%1$d')")
                  .formatted(random.nextInt(60), id);
          case 13 -> "DELETE FROM passes WHERE code = 'CH-%d'".formatted(id);
          default ->
              "INSERT INTO plain VALUES (%d, %s) ON CONFLICT (id) DO UPDATE SET v = excluded.v"
                  .formatted(id, text);
        };
    source.execute(statement);
  }

  @Test
  void whatCouldNotBeToldIsRefusedAtTheStart(Database source) throws Exception {
    source.execute(SCHEMA);
    TableRule cards = TableRule.forTables(TablePattern.parse("public.cards"));
    assertRefused(source, cards.dropping("number"), "cannot be dropped, masked or set");
    assertRefused(
        source, cards.changing(Map.of("number", new Mask(0, 4, '*'))), "hmac or tokenise it");
    assertRefused(source, cards.where("holder == 'x'"), "REPLICA IDENTITY FULL");
    assertRefused(source, cards.where("number != '1'"), "(TOAST)");
    assertRefused(source, cards.where("holdr == 'x'"), "did you mean 'holder'?");
    assertRefused(source, cards.dropping("holdr"), "did you mean 'holder'?");
    assertRefused(source, cards.where("holder"), "neither true nor false");
    assertRefused(
        source,
        cards.setting(Map.of("both", new NewColumn.Computed("holder + big"))),
        "REPLICA IDENTITY FULL");
    assertRefused(source, cards.renaming(Map.of("holder", "big")), "two columns would be called");
  }

  private void assertRefused(Database source, TableRule rule, String why) throws Exception {
    TransformSettings settings = new TransformSettings(TableMapping.NONE, List.of(rule));
    try (Destination destination = new Destination.SqliteFile(directory.resolve("refused.db"));
        RunningFeed feed =
            RunningFeed.start(
                FeedSetup.settings(source.name(), List.of("public.*")),
                FeedSetup.connector(source.uri()),
                () -> new TransformedSink(destination.sink(), settings))) {
      WalferryException failure = feed.awaitFailure();
      assertEquals(ErrorCode.CONFIGURATION_INVALID, failure.code(), failure.getMessage());
      assertTrue(String.valueOf(failure.getMessage()).contains(why), failure.getMessage());
    }
    assertEquals("0", source.answer("SELECT count(*) FROM pg_replication_slots"));
  }

  private static List<String> rows(Connection connection, String query) throws SQLException {
    try (connection;
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      List<String> rows = new ArrayList<>();
      while (result.next()) {
        StringBuilder row = new StringBuilder();
        for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
          row.append(result.getString(i)).append('|');
        }
        rows.add(row.toString());
      }
      return rows;
    }
  }
}
