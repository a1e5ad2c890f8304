package io.walferry.cli.config;

import io.walferry.change.Lsn;
import io.walferry.deadletter.RowPolicies;
import io.walferry.error.WalferryException;
import io.walferry.pipeline.Predecessor;
import io.walferry.pipeline.SlotLoss;
import io.walferry.postgres.ConnectionSettings;
import io.walferry.postgres.PasswordSource;
import io.walferry.publication.TablePattern;
import io.walferry.sink.SinkProvider;
import io.walferry.sinks.table.DdlPolicies;
import io.walferry.sinks.table.ExistingRows;
import io.walferry.spool.Compression;
import io.walferry.spool.SpoolSettings;
import io.walferry.stream.OutputOptions;
import io.walferry.transform.TransformSettings;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Turns sections into records; knows every key of a pipeline. Problems go to the reading. */
final class ConfigReader {
  private static final long DURABLE_BYTES_MIN = 64L << 20;
  private static final Format<String> NAME =
      Format.matching(
          "[A-Za-z0-9][A-Za-z0-9_.-]{0,62}",
          "a name of up to 63 letters, digits, '_', '-' and '.'");
  private static final Format<String> SLOT_NAME =
      Format.matching("[a-z0-9_]{1,63}", "a slot name: up to 63 of a-z, 0-9 and '_'");
  private static final Format<String> PUBLICATION_NAME =
      Format.matching("(?s).{1,63}", "a publication's name of up to 63 characters");
  private static final List<String> SINK_TYPE_ORDER =
      List.of("postgres", "mysql", "mariadb", "sqlserver", "sqlite", "kafka", "jsonLines");
  private static final Map<String, SinkType> SINK_TYPES =
      Map.of(
          "postgres", SinkType.Own.POSTGRES,
          "mysql", SinkType.Own.MYSQL,
          "mariadb", SinkType.Own.MYSQL,
          "sqlserver", SinkType.Own.SQLSERVER,
          "sqlite", SinkType.Own.SQLITE,
          "kafka", SinkType.Own.KAFKA,
          "jsonLines", SinkType.Own.JSON_LINES);
  private static final Format<OptionalInt> PROTOCOL =
      Format.choice(
          Map.of(
              "newest", OptionalInt.empty(),
              "1", OptionalInt.of(1),
              "2", OptionalInt.of(2),
              "3", OptionalInt.of(3),
              "4", OptionalInt.of(4)),
          List.of("newest", "1", "2", "3", "4"));
  private static final Format<Optional<Long>> SYSTEM_ID =
      text -> {
        try {
          return Optional.of(Long.parseUnsignedLong(text));
        } catch (NumberFormatException e) {
          throw new Format.BadValueException(
              "must be a system id, the number in 'SELECT system_identifier FROM"
                  + " pg_control_system()' of the old server");
        }
      };
  private static final Format<Optional<Lsn>> LSN =
      text -> {
        try {
          return Optional.of(Lsn.parse(text));
        } catch (IllegalArgumentException e) {
          throw new Format.BadValueException("must be an LSN such as 16/3002D50");
        }
      };
  private static final Format<Compression> COMPRESSION =
      Format.choice(
          Map.of("none", Compression.NONE, "zstd", Compression.ZSTD), List.of("none", "zstd"));
  private static final Format<OutputOptions.Origin> ORIGIN =
      Format.choice(
          Map.of("any", OutputOptions.Origin.ANY, "none", OutputOptions.Origin.NONE),
          List.of("any", "none"));
  private static final Format<OutputOptions.Form> BINARY =
      Format.choice(
          Map.of(
              "auto", OutputOptions.Form.AUTO,
              "true", OutputOptions.Form.BINARY,
              "false", OutputOptions.Form.TEXT),
          List.of("auto", "true", "false"));
  private static final Map<String, SlotLoss> SLOT_LOSSES =
      Map.of("fail", SlotLoss.FAIL, "resnapshot", SlotLoss.RESNAPSHOT);
  private static final Map<String, ExistingRows> EXISTING =
      Map.of(
          "refuse", ExistingRows.REFUSE,
          "append", ExistingRows.APPEND,
          "replace", ExistingRows.REPLACE,
          "merge", ExistingRows.MERGE);
  private static final Format<ExistingRows> EXISTING_ROWS =
      Format.choice(EXISTING, List.of("refuse", "append", "replace", "merge"));
  private static final Format<ExistingRows> EXISTING_LINES =
      Format.choice(
          Map.of("refuse", ExistingRows.REFUSE, "append", ExistingRows.APPEND),
          List.of("refuse", "append"));
  private static final String STANDARD_OUTPUT = "-";
  private static final Format<String> TABLE_PATTERN = ConfigReader::tablePattern;

  private final Reading reading;

  private final PluginReader plugins;
  private final MysqlReader mysql;
  private final KafkaReader kafka;

  private sealed interface SinkType {
    enum Own implements SinkType {
      POSTGRES,
      MYSQL,
      SQLSERVER,
      SQLITE,
      KAFKA,
      JSON_LINES
    }

    record Provided(SinkProvider provider) implements SinkType {}
  }

  ConfigReader(Reading reading) {
    this.reading = reading;
    this.plugins = new PluginReader(reading);
    this.mysql = new MysqlReader(reading);
    this.kafka = new KafkaReader(reading);
  }

  /** Empty only if there are problems. */
  Optional<WalferryConfig> read(Section root) {
    plugins.read(root);
    Optional<WalferryConfig> config =
        root.isInFile(PipelinesReader.PIPELINES)
            ? new PipelinesReader(reading, this).read(root)
            : feed(root, Optional.empty()).map(WalferryConfig::single);
    root.finish();
    reading.refuseUnclearVariables();
    return config;
  }

  /**
   * Reads one pipeline: sections {@code source}, {@code sinks} and {@code pipeline}.
   *
   * @param key what it is called by the file; without it, it has the sink's name
   */
  Optional<FeedConfig> feed(Section section, Optional<String> key) {
    Section pipeline = section.section("pipeline");
    Section sinks = section.whole("sinks");
    List<SinkConfig> to = sinks(sinks);
    boolean unnamed = key.isEmpty() && !pipeline.has("name");
    if (unnamed && sinks.names().size() > 1) {
      requireName(sinks);
    }
    String named = key.or(() -> to.stream().map(SinkConfig::name).findFirst()).orElse("unknown");
    // A shared one is a problem already.
    String name = pipeline.inherits("name") ? named : pipeline.value("name", named, NAME);
    Section sourceSection = section.section("source");
    Optional<SourceConfig> source = source(sourceSection, name);
    if (pipeline.has("name") && !pipeline.inherits("name")) {
      checkDerivedSlot(sourceSection, name, pipeline.placeOf("name"));
    } else if (key.isPresent()) {
      checkDerivedSlot(sourceSection, name, section.place());
    } else if (to.size() == 1) {
      checkDerivedSlot(sourceSection, name, sinks.section(name).place());
    }
    PipelineConfig config = pipeline(pipeline, name);
    checkSlotLoss(pipeline, config, source);
    return source
        .filter(from -> !to.isEmpty())
        .map(from -> new FeedConfig(key.orElse(name), from, to, config));
  }

  /** The name of one of several sinks says nothing, and would change with their order. */
  private void requireName(Section sinks) {
    List<String> names = sinks.names();
    reading.problem(
        sinks.section(names.get(1)).place(),
        "a pipeline with several sinks needs 'pipeline.name', which identifies its position at"
            + " each; if it has run with '%s' alone, set it to that".formatted(names.getFirst()));
  }

  private void checkSlotLoss(
      Section section, PipelineConfig config, Optional<SourceConfig> source) {
    boolean forbidden = source.filter(from -> !from.create()).isPresent();
    if (forbidden && config.onSlotLost() == SlotLoss.RESNAPSHOT) {
      reading.problem(
          section.placeOf("onSlotLost"),
          "'%s: resnapshot' makes a new slot, but 'source.create' is false"
              .formatted(section.pathOf("onSlotLost")));
    }
  }

  /** Reads what several pipelines share, so that all that is wrong with it is said. */
  void readShared(Section root) {
    sourceIfUrl(root.section("source"), "unknown");
    Section pipeline = root.section("pipeline");
    if (pipeline.has("name")) {
      reading.problem(
          pipeline.placeOf("name"),
          "'pipeline.name' cannot be shared; a pipeline's key under 'pipelines' is its name");
    }
    pipeline(pipeline, "unknown");
    if (root.isInFile("sinks")) {
      sinks(root.section("sinks"));
    }
  }

  private Optional<SourceConfig> source(Section section, String pipelineName) {
    requireUrl(section);
    return sourceIfUrl(section, pipelineName);
  }

  /** Empty also where the url is missing, which is no problem here. */
  private Optional<SourceConfig> sourceIfUrl(Section section, String pipelineName) {
    Optional<ConnectionSettings> connection = connection(section);
    String slot = section.value("slot", SourceConfig.SLOT_PREFIX + pipelineName, SLOT_NAME);
    String publication = section.value("publication", slot, PUBLICATION_NAME);
    List<String> tables = section.list("tables", TABLE_PATTERN);
    boolean create = section.value("create", SourceConfig.CREATE, Format.yesOrNo());
    boolean failover = section.value("failover", SourceConfig.FAILOVER, Format.yesOrNo());
    Optional<Predecessor> upgradedFrom = predecessor(section.section("upgradedFrom"));
    OutputOptions output = output(section);
    section.finish();
    return connection.map(
        it ->
            new SourceConfig(
                it, slot, publication, tables, create, failover, upgradedFrom, output));
  }

  private Optional<Predecessor> predecessor(Section section) {
    Optional<Long> systemId = section.value("systemId", Optional.empty(), SYSTEM_ID);
    Optional<Lsn> slotBegins = section.value("slotBegins", Optional.empty(), LSN);
    section.finish();
    if (section.has("systemId") != section.has("slotBegins")) {
      reading.problem(
          section.place(),
          "'%s' and '%s' belong together"
              .formatted(section.pathOf("systemId"), section.pathOf("slotBegins")));
    }
    return systemId.flatMap(id -> slotBegins.map(begins -> new Predecessor(id, begins)));
  }

  private static OutputOptions output(Section section) {
    OutputOptions defaults = OutputOptions.DEFAULT;
    return new OutputOptions(
        section.value("protocol", defaults.protocol(), PROTOCOL),
        section.value("streaming", defaults.streaming(), Format.yesOrNo()),
        section.value("origin", defaults.origin(), ORIGIN),
        section.value("binary", defaults.form(), BINARY));
  }

  private void requireUrl(Section section) {
    if (!section.has("url")) {
      reading.problem(
          section.place(),
          "'" + section.pathOf("url") + "' is missing, such as postgresql://user@host/database");
    }
  }

  private void checkDerivedSlot(Section source, String pipelineName, Place place) {
    String slot = SourceConfig.SLOT_PREFIX + pipelineName;
    try {
      if (!source.has("slot")) {
        SLOT_NAME.read(slot);
      }
    } catch (Format.BadValueException e) {
      reading.problem(
          place,
          "the pipeline's name gives the slot '%s', but that %s; set '%s'"
              .formatted(slot, e.expected(), source.pathOf("slot")));
    }
  }

  /**
   * Keys {@code url} and {@code password}. The password of a default {@code url} goes with it: it
   * must not be sent to the server of another one.
   */
  private Optional<ConnectionSettings> connection(Section section) {
    Optional<Scalar> url = section.secret("url");
    boolean ofAnotherUrl = section.overrides("url") && section.inherits("password");
    Optional<PasswordSource> password =
        section.password("password").filter(source -> !ofAnotherUrl);
    return url.flatMap(text -> parsed(section.pathOf("url"), text))
        .map(it -> password.map(it::withPassword).orElse(it));
  }

  private Optional<ConnectionSettings> parsed(String path, Scalar url) {
    try {
      return Optional.of(ConnectionSettings.parse(url.text(), reading.environment()));
    } catch (WalferryException e) {
      reading.problem(url.place(), "'" + path + "': " + e.getMessage());
      return Optional.empty();
    }
  }

  /** Empty only if there are problems. */
  private List<SinkConfig> sinks(Section sinks) {
    List<String> names = sinks.names();
    if (names.isEmpty()) {
      reading.problem(
          sinks.place(),
          "'%s' needs a sink, such as: shop: {type: sqlite, path: shop.db}"
              .formatted(sinks.path()));
      return List.of();
    }
    List<SinkConfig> sound =
        names.stream().flatMap(name -> oneSink(name, sinks.section(name)).stream()).toList();
    FeedConflicts.compareSinks(reading, sound, sinks);
    return sound.size() == names.size() ? sound : List.of();
  }

  private Optional<SinkConfig> oneSink(String name, Section section) {
    boolean named = checkName("sink", name, section.place());
    Optional<SinkType> type = section.required("type", sinkType());
    if (type.isEmpty()) {
      // Which other keys belong here is not known.
      section.names();
      return Optional.empty();
    }
    Optional<SinkConfig> sink =
        switch (type.get()) {
          case SinkType.Own own -> own(own, name, section);
          case SinkType.Provided(SinkProvider provider) -> plugins.sink(provider, name, section);
        };
    TransformSettings transforms = new TransformReader(reading).read(section);
    section.finish();
    return named ? sink.map(it -> transformed(it, transforms)) : Optional.empty();
  }

  private static SinkConfig transformed(SinkConfig sink, TransformSettings transforms) {
    return transforms.isNothing() ? sink : new SinkConfig.Transformed(sink, transforms);
  }

  private Format<SinkType> sinkType() {
    Map<String, SinkType> types = new HashMap<>(SINK_TYPES);
    List<String> order = new ArrayList<>(SINK_TYPE_ORDER);
    plugins
        .providers()
        .forEach(
            (type, provider) -> {
              if (types.putIfAbsent(type, new SinkType.Provided(provider)) == null) {
                order.add(type);
              }
            });
    return Format.choice(types, order);
  }

  private Optional<SinkConfig> own(SinkType.Own type, String name, Section section) {
    return switch (type) {
      case POSTGRES -> postgres(name, section);
      case MYSQL -> mysql.sink(name, section, EXISTING_ROWS);
      case SQLSERVER -> new SqlServerReader(reading).sink(name, section, EXISTING_ROWS);
      case KAFKA -> kafka.sink(name, section);
      case JSON_LINES -> jsonLines(name, section);
      case SQLITE ->
          section.required("path", this::checkedPath).flatMap(path -> sqlite(name, section, path));
    };
  }

  private Optional<SinkConfig> postgres(String name, Section section) {
    requireUrl(section);
    ExistingRows existing = section.value("existing", SinkConfig.EXISTING, EXISTING_ROWS);
    Duration silence = section.value("silence", SinkConfig.SILENCE, Format.duration("30s", "24h"));
    RowPolicies rows = RowsReader.policies(section);
    DdlPolicies ddl = DdlReader.policies(section);
    return connection(section)
        .map(it -> new SinkConfig.Postgres(name, it, existing, silence, rows, ddl));
  }

  private Optional<SinkConfig> jsonLines(String name, Section section) {
    ExistingRows existing = section.value("existing", SinkConfig.EXISTING, EXISTING_LINES);
    return section
        .required("path", this::checkedPath)
        .map(path -> path.equals(STANDARD_OUTPUT) ? Optional.<Path>empty() : file(path))
        .map(path -> new SinkConfig.JsonLines(name, path, existing));
  }

  private Optional<Path> file(String path) {
    return Optional.of(resolved(path));
  }

  private Optional<SinkConfig> sqlite(String name, Section section, String path) {
    ExistingRows existing = section.value("existing", SinkConfig.EXISTING, EXISTING_ROWS);
    RowPolicies rows = RowsReader.policies(section);
    DdlPolicies ddl = DdlReader.policies(section);
    if (path.equals(STANDARD_OUTPUT)) {
      reading.problem(section.placeOf("path"), "'-' (standard output) is for type jsonLines only");
      return Optional.empty();
    }
    return Optional.of(new SinkConfig.Sqlite(name, resolved(path), existing, rows, ddl));
  }

  /** Names are keys of the file, of something such as a sink. */
  boolean checkName(String something, String name, Place place) {
    try {
      NAME.read(name);
      return true;
    } catch (Format.BadValueException e) {
      reading.problem(place, "the %s's name '%s' %s".formatted(something, name, e.expected()));
      return false;
    }
  }

  private String checkedPath(String text) throws Format.BadValueException {
    try {
      Path unused = Path.of(text);
      if (!text.isEmpty()) {
        return text;
      }
    } catch (InvalidPathException e) {
      throw new Format.BadValueException("must be a path");
    }
    throw new Format.BadValueException("must be a path");
  }

  private Path resolved(String path) {
    return reading.directory().resolve(path).normalize();
  }

  private PipelineConfig pipeline(Section section, String name) {
    PipelineConfig defaults = PipelineConfig.defaults(name);
    Map<String, PipelineConfig.Load> loads =
        Map.of("snapshot", PipelineConfig.Load.SNAPSHOT, "none", PipelineConfig.Load.NONE);
    PipelineConfig config =
        new PipelineConfig(
            name,
            section.value(
                "load", defaults.load(), Format.choice(loads, List.of("snapshot", "none"))),
            section.value(
                "onSlotLost",
                defaults.onSlotLost(),
                Format.choice(SLOT_LOSSES, List.of("fail", "resnapshot"))),
            section.value("loadReaders", defaults.loadReaders(), Format.wholeNumber(1, 64)),
            section.value("chunkBytes", defaults.chunkBytes(), Format.bytes("64KiB", "1GiB")),
            section.value("batchRows", defaults.batchRows(), Format.wholeNumber(1, 1_000_000)),
            section.value("batchBytes", defaults.batchBytes(), Format.bytes("1KiB", "1GiB")),
            section.value("batchTime", defaults.batchTime(), Format.duration("1ms", "10m")),
            section.value("bufferBytes", defaults.bufferBytes(), Format.bytes("1MiB", "64GiB")),
            section.value("statusInterval", defaults.statusInterval(), Format.duration("1s", "5m")),
            spool(section.section("spool"), defaults.spool()),
            retry(section.section("retry"), defaults.retry()));
    section.finish();
    return config;
  }

  private SpoolSettings spool(Section section, SpoolSettings defaults) {
    Optional<Path> directory =
        section.value("directory", Optional.empty(), text -> Optional.of(directory(text)));
    SpoolSettings spool =
        new SpoolSettings(
            directory.orElse(defaults.directory()),
            section.value("memoryBytes", defaults.memoryBytesMax(), Format.bytes("0B", "64GiB")),
            section.value("diskBytes", defaults.diskBytesMax(), Format.bytes("0B", "1024TiB")),
            section.value("durable", defaults.durable(), Format.yesOrNo()),
            section.value("compression", defaults.compression(), COMPRESSION));
    if (spool.durable() && directory.isEmpty()) {
      reading.problem(
          section.placeOf("durable"),
          "'%s' needs '%s': what the machine calls temporary may go with a restart"
              .formatted(section.pathOf("durable"), section.pathOf("directory")));
    }
    if (spool.durable() && spool.diskBytesMax() < DURABLE_BYTES_MIN) {
      reading.problem(
          section.placeOf("diskBytes"),
          "'%s' must be 64MiB or more for a durable spool".formatted(section.pathOf("diskBytes")));
    }
    section.finish();
    return spool;
  }

  private Path directory(String path) throws Format.BadValueException {
    return resolved(checkedPath(path));
  }

  private RetryConfig retry(Section section, RetryConfig defaults) {
    Duration first = section.value("first", defaults.first(), Format.duration("10ms", "1h"));
    Duration most = section.value("most", defaults.most(), Format.duration("10ms", "24h"));
    Duration slotWait =
        section.value("slotWait", defaults.slotWait(), Format.duration("0s", "24h"));
    section.finish();
    if (most.compareTo(first) < 0) {
      reading.problem(
          section.placeOf("most"),
          "'%s' must not be less than 'retry.first'".formatted(section.pathOf("most")));
    }
    return new RetryConfig(first, most, slotWait);
  }

  private static String tablePattern(String text) throws Format.BadValueException {
    try {
      return TablePattern.parse(text).toString();
    } catch (WalferryException e) {
      throw new Format.BadValueException("has a wrong " + e.getMessage());
    }
  }
}
