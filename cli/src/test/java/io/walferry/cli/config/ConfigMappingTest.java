package io.walferry.cli.config;

import static io.walferry.cli.config.ValidConfigs.LEAST;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.change.Lsn;
import io.walferry.change.TableId;
import io.walferry.pipeline.Predecessor;
import io.walferry.pipeline.Replacement;
import io.walferry.pipeline.SlotLoss;
import io.walferry.postgres.ConnectionSettings;
import io.walferry.postgres.PasswordSource;
import io.walferry.postgres.Secret;
import io.walferry.publication.InvalidText;
import io.walferry.publication.RowFilters;
import io.walferry.sinks.table.ExistingRows;
import io.walferry.spool.Compression;
import io.walferry.spool.SpoolSettings;
import io.walferry.stream.OutputOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each record of the configuration but sinks: its defaults, and a full mapping of other values. */
final class ConfigMappingTest {
  private static final String FULL =
      """
      source:
        url: postgresql://me@db/app
        password: {env: SHOP_PASSWORD}
        slot: orders_slot
        publication: Orders
        tables: ["sales.*", "public.stock"]
        create: false
        failover: false
        upgradedFrom: {systemId: 18446744073709551615, slotBegins: 0/80001D0}
        protocol: 2
        streaming: false
        origin: none
        binary: true
        invalidText: replace
        replaced: leave
        where: {public.stock: "amount > 0", 'sales."A.b"': id % 2 = 0}
      sinks:
        out:
          type: jsonLines
          path: sub/../out.jsonl
          existing: append
      pipeline:
        name: orders
        load: none
        loadReaders: 5
        chunkBytes: 8MiB
        batchRows: 77
        batchBytes: 64MB
        batchTime: 1.5s
        bufferBytes: 2GiB
        statusInterval: 1m
        spool: {directory: sub/../spool, memoryBytes: 0B, diskBytes: 2TiB, compression: zstd}
        retry: {first: 500ms, most: 2h, slotWait: 0s}
      """;

  private static final String TWO_SINKS =
      """
      source:
        url: postgresql://me@db/app
      sinks:
        shop: {type: sqlite, path: shop.db}
        lines: {type: jsonLines, path: out.jsonl}
      """;

  @TempDir private Path directory;

  @Test
  void sourceDefaults() {
    assertEquals(
        new SourceConfig(
            connection(),
            "walferry_shop",
            "walferry_shop",
            List.of(),
            true,
            true,
            Optional.empty(),
            OutputOptions.DEFAULT),
        read(LEAST, Map.of()).source());
  }

  @Test
  void sourceMapping() {
    assertEquals(
        new SourceConfig(
            connection().withPassword(PasswordSource.of(new Secret("secret"))),
            "orders_slot",
            "Orders",
            List.of("sales.*", "public.stock"),
            false,
            false,
            Optional.of(new Predecessor(-1, Lsn.parse("0/80001D0"))),
            new OutputOptions(
                OptionalInt.of(2), false, OutputOptions.Origin.NONE, OutputOptions.Form.BINARY),
            InvalidText.REPLACE,
            Replacement.LEAVE,
            new RowFilters(
                Map.of(
                    new TableId("public", "stock"), "amount > 0",
                    new TableId("sales", "A.b"), "id % 2 = 0"))),
        read(FULL, Map.of("SHOP_PASSWORD", "secret")).source());
  }

  /** Also in the place of one that the file has from elsewhere. */
  @Test
  void aPasswordOfTheEnvironmentWins() {
    assertEquals(
        connection().withPassword(PasswordSource.of(new Secret("other"))),
        read(FULL, Map.of("WALFERRY_SOURCE_PASSWORD", "other")).source().connection());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "9464 | 127.0.0.1 | 9464",
        "0.0.0.0:80 | 0.0.0.0 | 80",
        "[::1]:0 | ::1 | 0",
        "*:9464 | 0.0.0.0 | 9464",
      })
  void addressOfTheServer(String text, String host, int port) {
    assertEquals(
        Optional.of(new InetSocketAddress(host, port)),
        new ValidConfigs(directory)
            .readAll(LEAST + "server: {listen: '" + text + "'}\n", Map.of())
            .listen());
    assertEquals(Optional.empty(), new ValidConfigs(directory).readAll(LEAST, Map.of()).listen());
  }

  @Test
  void pipelineDefaults() {
    PipelineConfig defaults = read(LEAST, Map.of()).pipeline();
    assertEquals(PipelineConfig.defaults("shop"), defaults);
    assertEquals(
        new PipelineConfig(
            "shop",
            PipelineConfig.Load.SNAPSHOT,
            SlotLoss.FAIL,
            2,
            16_777_216,
            10_000,
            16_777_216,
            Duration.ofMillis(50),
            67_108_864,
            Duration.ofSeconds(10),
            new SpoolSettings(
                Path.of(System.getProperty("java.io.tmpdir")), 16_777_216, 8_589_934_592L),
            RetryConfig.DEFAULTS),
        defaults);
  }

  @Test
  void pipelineMapping() {
    assertEquals(
        new PipelineConfig(
            "orders",
            PipelineConfig.Load.NONE,
            SlotLoss.FAIL,
            5,
            8_388_608,
            77,
            64_000_000,
            Duration.ofMillis(1500),
            2_147_483_648L,
            Duration.ofMinutes(1),
            new SpoolSettings(directory.resolve("spool"), 0, 2_199_023_255_552L)
                .with(Compression.ZSTD),
            new RetryConfig(Duration.ofMillis(500), Duration.ofHours(2), Duration.ZERO)),
        read(FULL, Map.of("SHOP_PASSWORD", "x")).pipeline());
  }

  @Test
  void slotLossMapping() {
    String yaml = LEAST + "pipeline: {onSlotLost: resnapshot}\n";
    assertEquals(SlotLoss.RESNAPSHOT, read(yaml, Map.of()).pipeline().onSlotLost());
    assertEquals(
        SlotLoss.FAIL,
        read(yaml, Map.of("WALFERRY_PIPELINE_ON_SLOT_LOST", "fail")).pipeline().onSlotLost());
  }

  @Test
  void severalSinksKeepTheirOrder() {
    List<SinkConfig> both =
        List.of(
            new SinkConfig.Sqlite("shop", directory.resolve("shop.db"), ExistingRows.REFUSE),
            new SinkConfig.JsonLines(
                "lines", Optional.of(directory.resolve("out.jsonl")), ExistingRows.REFUSE));
    FeedConfig feed = read(TWO_SINKS + "pipeline: {name: orders}\n", Map.of());
    assertEquals("orders", feed.name());
    assertEquals("orders", feed.pipeline().name());
    assertEquals("walferry_orders", feed.source().slot());
    assertEquals(both, feed.sinks());
    assertEquals(feed, read(TWO_SINKS, Map.of("WALFERRY_PIPELINE_NAME", "orders")));
  }

  @Test
  void eachOfSeveralSinksHasItsVariables() {
    FeedConfig feed =
        read(
            TWO_SINKS + "pipeline: {name: orders}\n",
            Map.of(
                "WALFERRY_SINKS_SHOP_PATH", "other.db",
                "WALFERRY_SINKS_LINES_PATH", "other.jsonl",
                "WALFERRY_PIPELINE_CHUNK_BYTES", "64KiB"));
    assertEquals(
        List.of(
            new SinkConfig.Sqlite("shop", directory.resolve("other.db"), ExistingRows.REFUSE),
            new SinkConfig.JsonLines(
                "lines", Optional.of(directory.resolve("other.jsonl")), ExistingRows.REFUSE)),
        feed.sinks());
    assertEquals(65_536, feed.pipeline().chunkBytes());
  }

  @Test
  void retryDefaults() {
    assertEquals(
        new RetryConfig(Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ofSeconds(90)),
        read(LEAST, Map.of()).pipeline().retry());
  }

  @Test
  void retryMapping() {
    assertEquals(
        new RetryConfig(Duration.ofMillis(20), Duration.ofSeconds(3), Duration.ofMinutes(4)),
        read(LEAST + "pipeline: {retry: {first: 20ms, most: 3s, slotWait: 4m}}\n", Map.of())
            .pipeline()
            .retry());
  }

  @Test
  void theEnvironmentWinsOverTheFile() {
    FeedConfig config =
        read(
            LEAST,
            Map.of(
                "WALFERRY_SOURCE_URL", "host=other user=you dbname=app",
                "WALFERRY_SOURCE_TABLES", "a.b, c.*",
                "WALFERRY_SINKS_SHOP_PATH", "other.db",
                "WALFERRY_SINKS_SHOP_EXISTING", "append",
                "WALFERRY_PIPELINE_BATCH_ROWS", "5",
                "WALFERRY_PIPELINE_RETRY_SLOT_WAIT", "7s",
                "WALFERRY_JAVA_HOME", "/none"));
    assertEquals("you@other:5432/app", config.source().connection().display());
    assertEquals(List.of("a.b", "c.*"), config.source().tables());
    assertEquals(
        new SinkConfig.Sqlite("shop", directory.resolve("other.db"), ExistingRows.APPEND),
        config.sinks().getFirst());
    assertEquals(5, config.pipeline().batchRows());
    assertEquals(Duration.ofSeconds(7), config.pipeline().retry().slotWait());
  }

  @Test
  void aPasswordMayStandInAFileThatIsReadForEachConnection() throws IOException {
    Path file = Files.writeString(directory.resolve("pw"), "from file\n");
    PasswordSource source = password("{file: pw}");
    assertEquals(Optional.of(new Secret("from file")), source.ask());
    Files.writeString(file, "renewed\n");
    assertEquals(Optional.of(new Secret("renewed")), source.ask());
  }

  @Test
  void aPasswordMayComeFromAProgram() {
    assertEquals(Optional.of(new Secret("a b")), password("{command: [echo, a b]}").ask());
    assertEquals(
        PasswordSource.command(List.of("token"), Duration.ofSeconds(30)),
        password("{command: token}"));
  }

  private PasswordSource password(String yaml) {
    String whole = LEAST.replace("sinks:", "  password: " + yaml + "\nsinks:");
    return read(whole, Map.of()).source().connection().password();
  }

  private ConnectionSettings connection() {
    return new ValidConfigs(directory).connection();
  }

  private FeedConfig read(String yaml, Map<String, String> environment) {
    return new ValidConfigs(directory).read(yaml, environment);
  }
}
