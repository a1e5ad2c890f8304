package io.walferry.cli.config;

import io.walferry.change.Lsn;
import io.walferry.error.WalferryException;
import io.walferry.pipeline.Predecessor;
import io.walferry.pipeline.Replacement;
import io.walferry.pipeline.SlotLoss;
import io.walferry.postgres.ConnectionSettings;
import io.walferry.publication.InvalidText;
import io.walferry.publication.RowFilters;
import io.walferry.publication.TablePattern;
import io.walferry.spool.Compression;
import io.walferry.spool.SpoolSettings;
import io.walferry.stream.OutputOptions;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Turns sections into records; knows every key of a pipeline. Problems go to the reading. */
final class ConfigReader {
  private static final long DURABLE_BYTES_MIN = 64L << 20;
  private static final Format<String> SLOT_NAME =
      Format.matching("[a-z0-9_]{1,63}", "a slot name: up to 63 of a-z, 0-9 and '_'");
  private static final Format<String> PUBLICATION_NAME =
      Format.matching("(?s).{1,63}", "a publication's name of up to 63 characters");
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
  private static final Map<String, Replacement> REPLACEMENTS =
      Map.of(
          "fail", Replacement.FAIL,
          "reload", Replacement.RELOAD,
          "leave", Replacement.LEAVE);
  private static final Map<String, SlotLoss> SLOT_LOSSES =
      Map.of("fail", SlotLoss.FAIL, "resnapshot", SlotLoss.RESNAPSHOT);
  private static final Format<String> TABLE_PATTERN = ConfigReader::tablePattern;

  private final Reading reading;
  private final PluginReader plugins;
  private final SinksReader sinks;
  private final ConnectionReader connections;

  ConfigReader(Reading reading) {
    this.reading = reading;
    this.plugins = new PluginReader(reading);
    this.connections = new ConnectionReader(reading);
    this.sinks = new SinksReader(reading, plugins, connections);
  }

  /** Empty only if there are problems. */
  Optional<WalferryConfig> read(Section root) {
    plugins.read(root);
    Optional<InetSocketAddress> listen = ServerReader.listen(root);
    Optional<WalferryConfig> config =
        root.isInFile(PipelinesReader.PIPELINES)
            ? new PipelinesReader(reading, this).read(root)
            : feed(root, Optional.empty()).map(WalferryConfig::single);
    root.finish();
    reading.refuseUnclearVariables();
    return config.map(it -> it.listening(listen));
  }

  /**
   * Reads one pipeline: sections {@code source}, {@code sinks} and {@code pipeline}.
   *
   * @param key what it is called by the file; without it, it has the sink's name
   */
  Optional<FeedConfig> feed(Section section, Optional<String> key) {
    Section pipeline = section.section("pipeline");
    Section destinations = section.whole("sinks");
    List<SinkConfig> to = sinks.read(destinations);
    boolean unnamed = key.isEmpty() && !pipeline.has("name");
    if (unnamed && destinations.names().size() > 1) {
      requireName(destinations);
    }
    String named = key.or(() -> to.stream().map(SinkConfig::name).findFirst()).orElse("unknown");
    // A shared one is a problem already.
    String name = pipeline.inherits("name") ? named : pipeline.value("name", named, Reading.NAME);
    Section sourceSection = section.section("source");
    Optional<SourceConfig> source = source(sourceSection, name);
    if (pipeline.has("name") && !pipeline.inherits("name")) {
      checkDerivedSlot(sourceSection, name, pipeline.placeOf("name"));
    } else if (key.isPresent()) {
      checkDerivedSlot(sourceSection, name, section.place());
    } else if (to.size() == 1) {
      checkDerivedSlot(sourceSection, name, destinations.section(name).place());
    }
    PipelineConfig config = pipeline(pipeline, name);
    checkSlotLoss(pipeline, config, source);
    InvalidTextRules rules = new InvalidTextRules(reading, sourceSection, destinations);
    source.ifPresent(it -> rules.check(it.invalidText(), to));
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
      var unused = sinks.read(root.section("sinks"));
    }
  }

  private Optional<SourceConfig> source(Section section, String pipelineName) {
    connections.requireUrl(section);
    return sourceIfUrl(section, pipelineName);
  }

  /** Empty also where the url is missing, which is no problem here. */
  private Optional<SourceConfig> sourceIfUrl(Section section, String pipelineName) {
    Optional<ConnectionSettings> connection = connections.read(section);
    String slot = section.value("slot", SourceConfig.SLOT_PREFIX + pipelineName, SLOT_NAME);
    String publication = section.value("publication", slot, PUBLICATION_NAME);
    List<String> tables = section.list("tables", TABLE_PATTERN);
    boolean create = section.value("create", SourceConfig.CREATE, Format.yesOrNo());
    boolean failover = section.value("failover", SourceConfig.FAILOVER, Format.yesOrNo());
    Optional<Predecessor> upgradedFrom = predecessor(section.section("upgradedFrom"));
    OutputOptions output = output(section);
    InvalidText invalidText =
        section.value("invalidText", SourceConfig.INVALID_TEXT, InvalidTextRules.WORDS);
    Replacement replaced =
        section.value(
            "replaced",
            SourceConfig.REPLACED,
            Format.choice(REPLACEMENTS, List.of("fail", "reload", "leave")));
    RowFilters where = new WhereReader(reading).read(section, tables);
    section.finish();
    return connection.map(
        it ->
            new SourceConfig(
                it,
                slot,
                publication,
                tables,
                create,
                failover,
                upgradedFrom,
                output,
                invalidText,
                replaced,
                where));
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
        section.value("directory", Optional.empty(), text -> Optional.of(reading.path(text)));
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
