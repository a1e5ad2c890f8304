package io.walferry.cli.config;

import static io.walferry.cli.config.ValidConfigs.LEAST;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.deadletter.RowPolicies;
import io.walferry.postgres.ConnectionSettings;
import io.walferry.postgres.PasswordSource;
import io.walferry.postgres.Secret;
import io.walferry.sinks.jsonlines.Rotation;
import io.walferry.sinks.mysql.MysqlSettings;
import io.walferry.sinks.sqlserver.SqlServerSettings;
import io.walferry.sinks.table.DdlPolicies;
import io.walferry.sinks.table.DdlPolicy;
import io.walferry.sinks.table.ExistingRows;
import io.walferry.sinks.table.IndexPolicy;
import io.walferry.sinks.table.TablePolicies;
import io.walferry.sinks.type.LossPolicies;
import io.walferry.sinks.type.LossPolicy;
import io.walferry.sinks.type.TypeFamily;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each kind of sink in the configuration: its defaults, and a mapping of other values. */
final class SinkMappingTest {
  private static final String LINES =
      """
      source:
        url: postgresql://me@db/app
      sinks:
        out:
          type: jsonLines
          path: sub/../out.jsonl
          existing: append
      """;

  @TempDir private Path directory;

  @Test
  void sqliteSinkMapping() {
    assertEquals(
        new SinkConfig.Sqlite("shop", directory.resolve("shop.db"), ExistingRows.REFUSE),
        read(LEAST, Map.of()).sinks().getFirst());
    assertEquals(
        new SinkConfig.Sqlite("shop", directory.resolve("shop.db"), ExistingRows.MERGE),
        read(LEAST.replace("shop.db}", "shop.db, existing: merge}"), Map.of()).sinks().getFirst());
  }

  @Test
  void ddlOfASinkMapping() {
    assertEquals(
        new DdlPolicies(DdlPolicy.APPLY, DdlPolicy.IGNORE, DdlPolicy.APPLY, DdlPolicy.APPLY),
        read(LEAST, Map.of()).sinks().getFirst().ddl());
    assertEquals(
        new TablePolicies(DdlPolicy.APPLY, DdlPolicy.IGNORE, DdlPolicy.APPLY),
        DdlPolicies.DEFAULT.tables());
    String all =
        ", ddl: {added: ignore, dropped: apply, renamed: halt, retyped: halt,"
            + " tables: {added: halt, dropped: apply, renamed: halt}}}";
    DdlPolicies chosen =
        new DdlPolicies(DdlPolicy.IGNORE, DdlPolicy.APPLY, DdlPolicy.HALT, DdlPolicy.HALT)
            .with(new TablePolicies(DdlPolicy.HALT, DdlPolicy.APPLY, DdlPolicy.HALT));
    assertEquals(
        chosen,
        read(LEAST.replace("shop.db}", "shop.db" + all), Map.of()).sinks().getFirst().ddl());
    for (String type : List.of("postgres", "mysql")) {
      String yaml =
          LEAST.replace(
              "{type: sqlite, path: shop.db}",
              "{type: %s, url: %s"
                  .formatted(type, type.replace("postgres", "postgresql") + "://me@db/app" + all));
      assertEquals(chosen, read(yaml, Map.of()).sinks().getFirst().ddl());
    }
  }

  @Test
  void indexesOfASinkMapping() {
    assertEquals(
        IndexPolicy.NONE, read(LEAST, Map.of()).sinks().getFirst().ddl().tables().indexes());
    for (String sink :
        List.of(
            "{type: sqlite, path: shop.db",
            "{type: postgres, url: postgresql://me@db/app",
            "{type: mysql, url: mysql://me@db/app")) {
      String yaml = LEAST.replace("{type: sqlite, path: shop.db}", sink + ", indexes: plain}");
      assertEquals(
          DdlPolicies.DEFAULT.with(DdlPolicies.DEFAULT.tables().with(IndexPolicy.PLAIN)),
          read(yaml, Map.of()).sinks().getFirst().ddl());
    }
  }

  @Test
  void postgresSinkMapping() {
    String yaml =
        LEAST.replace(
            "{type: sqlite, path: shop.db}",
            "{type: postgres, url: postgresql://me@db/app, password: {env: COPY_PASSWORD},"
                + " existing: replace, silence: 1h}");
    assertEquals(
        new SinkConfig.Postgres(
            "shop",
            connection().withPassword(PasswordSource.of(new Secret("secret"))),
            ExistingRows.REPLACE,
            Duration.ofHours(1)),
        read(yaml, Map.of("COPY_PASSWORD", "secret")).sinks().getFirst());
    assertEquals(
        new SinkConfig.Postgres("shop", connection(), ExistingRows.REFUSE, Duration.ofMinutes(15)),
        read(yaml.replaceAll(", password.*silence: 1h", ""), Map.of()).sinks().getFirst());
  }

  @Test
  void batchesSideBySide() {
    String postgres = "{type: postgres, url: postgresql://me@db/app, apply: {workers: 4}}";
    assertEquals(
        4,
        ((SinkConfig.Postgres)
                read(LEAST.replace("{type: sqlite, path: shop.db}", postgres), Map.of())
                    .sinks()
                    .getFirst())
            .workers());
    String mysql = "{type: mysql, url: mysql://me@db/app, apply: {workers: 16}}";
    assertEquals(
        16,
        ((SinkConfig.Mysql)
                read(LEAST.replace("{type: sqlite, path: shop.db}", mysql), Map.of())
                    .sinks()
                    .getFirst())
            .workers());
  }

  @Test
  void mysqlSinkMapping() {
    String yaml =
        LEAST.replaceAll(
            "\\{type: sqlite[^}]*}",
            "{type: mariadb, url: 'mysql://me@db:3307/app?sslmode=require', password: {env:"
                + " COPY_PASSWORD}, existing: replace, silence: 1h, lossy: {date: toNull, float8:"
                + " clamp}}");
    MysqlSettings connection = MysqlSettings.parse("mysql://me@db:3307/app?sslmode=require");
    assertEquals(
        new SinkConfig.Mysql(
            "shop",
            connection.withPassword(PasswordSource.of(new Secret("secret"))),
            ExistingRows.REPLACE,
            Duration.ofHours(1),
            LossPolicies.FAIL
                .with(TypeFamily.DATE, LossPolicy.NULL)
                .with(TypeFamily.FLOAT8, LossPolicy.CLAMP)),
        read(yaml, Map.of("COPY_PASSWORD", "secret")).sinks().getFirst());
    assertEquals(
        new SinkConfig.Mysql(
            "shop", connection, ExistingRows.REFUSE, Duration.ofMinutes(15), LossPolicies.FAIL),
        read(yaml.replaceAll(", password.*clamp}", ""), Map.of()).sinks().getFirst());
  }

  @Test
  void sqlServerSinkMapping() {
    String url = "sqlserver://me@db:1434/app?sslmode=require&schema=copy";
    String yaml =
        LEAST.replaceAll(
            "\\{type: sqlite[^}]*}",
            "{type: sqlserver, url: '"
                + url
                + "', password: {env: COPY_PASSWORD}, existing: replace, silence: 1h, lossy: {time:"
                + " clamp, float8: text}, ddl: {dropped: apply, retyped: halt, tables: {added:"
                + " ignore}}, rows: {refused: deadLetter}}");
    SqlServerSettings connection = SqlServerSettings.parse(url);
    assertEquals(
        new SinkConfig.SqlServer(
            "shop",
            connection.withPassword(PasswordSource.of(new Secret("secret"))),
            ExistingRows.REPLACE,
            Duration.ofHours(1),
            LossPolicies.FAIL
                .with(TypeFamily.TIME, LossPolicy.CLAMP)
                .with(TypeFamily.FLOAT8, LossPolicy.TEXT),
            RowPolicies.DEAD_LETTERS,
            new DdlPolicies(DdlPolicy.APPLY, DdlPolicy.APPLY, DdlPolicy.APPLY, DdlPolicy.HALT)
                .with(new TablePolicies(DdlPolicy.IGNORE, DdlPolicy.IGNORE, DdlPolicy.APPLY))),
        read(yaml, Map.of("COPY_PASSWORD", "secret")).sinks().getFirst());
    assertEquals(
        new SinkConfig.SqlServer(
            "shop",
            connection,
            ExistingRows.REFUSE,
            Duration.ofMinutes(15),
            LossPolicies.FAIL,
            RowPolicies.HALT,
            DdlPolicies.DEFAULT),
        read(yaml.replaceAll(", password.*deadLetter}", ""), Map.of()).sinks().getFirst());
  }

  @Test
  void rotationOfJsonLinesMapping() {
    String rotated = "path: sub/../out.jsonl\n    rotate: {size: 64MiB, age: 90m}\n";
    Rotation rotation = new Rotation(Optional.of(64L << 20), Optional.of(Duration.ofMinutes(90)));
    assertEquals(
        new SinkConfig.JsonLines(
            "out", Optional.of(directory.resolve("out.jsonl")), ExistingRows.APPEND, rotation),
        read(LINES.replaceFirst("path: sub/../out.jsonl\n", rotated), Map.of()).sinks().getFirst());
  }

  @Test
  void jsonLinesSinkMapping() {
    assertEquals(
        new SinkConfig.JsonLines(
            "out", Optional.of(directory.resolve("out.jsonl")), ExistingRows.APPEND),
        read(LINES, Map.of()).sinks().getFirst());
    assertEquals(
        new SinkConfig.JsonLines("out", Optional.empty(), ExistingRows.REFUSE),
        read(LINES.replace("sub/../out.jsonl", "'-'").replace("existing: append", ""), Map.of())
            .sinks()
            .getFirst());
  }

  private ConnectionSettings connection() {
    return new ValidConfigs(directory).connection();
  }

  private FeedConfig read(String yaml, Map<String, String> environment) {
    return new ValidConfigs(directory).read(yaml, environment);
  }
}
