package io.walferry.cli.config;

import io.walferry.error.WalferryException;
import io.walferry.postgres.ConnectionSettings;
import io.walferry.postgres.Secret;
import io.walferry.publication.TablePattern;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Turns sections into records; knows every key. Problems go to the reading. */
final class ConfigReader {
  private static final Format<String> NAME =
      Format.matching(
          "[A-Za-z0-9][A-Za-z0-9_.-]{0,62}",
          "a name of up to 63 letters, digits, '_', '-' and '.'");
  private static final Format<String> SLOT_NAME =
      Format.matching("[a-z0-9_]{1,63}", "a slot name: up to 63 of a-z, 0-9 and '_'");
  private static final Format<String> PUBLICATION_NAME =
      Format.matching("(?s).{1,63}", "a publication's name of up to 63 characters");
  private static final List<String> SINK_TYPE_ORDER = List.of("postgres", "sqlite", "jsonLines");
  private static final Map<String, SinkType> SINK_TYPES =
      Map.of(
          "postgres", SinkType.POSTGRES,
          "sqlite", SinkType.SQLITE,
          "jsonLines", SinkType.JSON_LINES);
  private static final String STANDARD_OUTPUT = "-";
  private static final Format<String> TABLE_PATTERN = ConfigReader::tablePattern;

  private final Reading reading;

  private enum SinkType {
    POSTGRES,
    SQLITE,
    JSON_LINES
  }

  ConfigReader(Reading reading) {
    this.reading = reading;
  }

  /** Empty only if there are problems. */
  Optional<WalferryConfig> read(Section root) {
    Section pipeline = root.section("pipeline");
    Section sinks = root.section("sinks");
    Optional<SinkConfig> sink = sink(sinks);
    String name = pipeline.value("name", sink.map(SinkConfig::name).orElse("unknown"), NAME);
    Section sourceSection = root.section("source");
    Optional<SourceConfig> source = source(sourceSection, name);
    if (sink.isPresent()) {
      boolean hasName = pipeline.has("name");
      Place named = hasName ? pipeline.placeOf("name") : sinks.section(name).place();
      checkDerivedSlot(sourceSection, name, named);
    }
    PipelineConfig pipelineConfig = pipeline(pipeline, name);
    root.finish();
    reading.refuseUnknownVariables();
    return source.flatMap(from -> sink.map(to -> new WalferryConfig(from, to, pipelineConfig)));
  }

  private Optional<SourceConfig> source(Section section, String pipelineName) {
    Optional<ConnectionSettings> connection = connection(section);
    String slot = section.value("slot", SourceConfig.SLOT_PREFIX + pipelineName, SLOT_NAME);
    String publication = section.value("publication", slot, PUBLICATION_NAME);
    List<String> tables = section.list("tables", TABLE_PATTERN);
    boolean create = section.value("create", SourceConfig.CREATE, Format.yesOrNo());
    section.finish();
    return connection.map(it -> new SourceConfig(it, slot, publication, tables, create));
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
          "the pipeline's name gives the slot '%s', but that %s; set 'source.slot'"
              .formatted(slot, e.expected()));
    }
  }

  /** Keys {@code url} and {@code password}. */
  private Optional<ConnectionSettings> connection(Section section) {
    Optional<Scalar> url = section.secret("url");
    Optional<Secret> password = section.secret("password").map(Scalar::text).map(Secret::new);
    if (url.isEmpty() && !section.has("url")) {
      reading.problem(
          section.place(),
          "'" + section.pathOf("url") + "' is missing, such as postgresql://user@host/database");
    }
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

  private Optional<SinkConfig> sink(Section sinks) {
    List<String> names = sinks.names();
    if (names.isEmpty()) {
      reading.problem(
          sinks.place(), "'sinks' needs one sink, such as: shop: {type: sqlite, path: shop.db}");
      return Optional.empty();
    }
    if (names.size() > 1) {
      reading.problem(
          sinks.section(names.get(1)).place(),
          "this version feeds exactly one sink; run another Walferry with its own slot for '%s'"
              .formatted(names.get(1)));
    }
    List<Optional<SinkConfig>> all =
        names.stream().map(name -> oneSink(name, sinks.section(name))).toList();
    return all.getFirst();
  }

  private Optional<SinkConfig> oneSink(String name, Section section) {
    boolean named = checkSinkName(name, section.place());
    Optional<SinkType> type = section.required("type", Format.choice(SINK_TYPES, SINK_TYPE_ORDER));
    if (type.isEmpty()) {
      // Which other keys belong here is not known.
      section.names();
      return Optional.empty();
    }
    Optional<SinkConfig> sink =
        switch (type.get()) {
          case POSTGRES ->
              connection(section).map(connection -> new SinkConfig.Postgres(name, connection));
          case JSON_LINES ->
              section.required("path", this::checkedPath).map(path -> jsonLines(name, path));
          case SQLITE ->
              section
                  .required("path", this::checkedPath)
                  .flatMap(path -> sqlite(name, section, path));
        };
    section.finish();
    return named ? sink : Optional.empty();
  }

  private SinkConfig jsonLines(String name, String path) {
    boolean standardOutput = path.equals(STANDARD_OUTPUT);
    return new SinkConfig.JsonLines(
        name, standardOutput ? Optional.empty() : Optional.of(resolved(path)));
  }

  private Optional<SinkConfig> sqlite(String name, Section section, String path) {
    if (path.equals(STANDARD_OUTPUT)) {
      reading.problem(section.placeOf("path"), "'-' (standard output) is for type jsonLines only");
      return Optional.empty();
    }
    return Optional.of(new SinkConfig.Sqlite(name, resolved(path)));
  }

  private boolean checkSinkName(String name, Place place) {
    try {
      NAME.read(name);
      return true;
    } catch (Format.BadValueException e) {
      reading.problem(place, "the sink's name '" + name + "' " + e.expected());
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
            section.value("loadReaders", defaults.loadReaders(), Format.wholeNumber(1, 64)),
            section.value("batchRows", defaults.batchRows(), Format.wholeNumber(1, 1_000_000)),
            section.value("batchBytes", defaults.batchBytes(), Format.bytes("1KiB", "1GiB")),
            section.value("batchTime", defaults.batchTime(), Format.duration("1ms", "10m")),
            section.value("bufferBytes", defaults.bufferBytes(), Format.bytes("1MiB", "64GiB")),
            section.value("statusInterval", defaults.statusInterval(), Format.duration("1s", "5m")),
            retry(section.section("retry"), defaults.retry()));
    section.finish();
    return config;
  }

  private RetryConfig retry(Section section, RetryConfig defaults) {
    Duration first = section.value("first", defaults.first(), Format.duration("10ms", "1h"));
    Duration most = section.value("most", defaults.most(), Format.duration("10ms", "24h"));
    Duration slotWait =
        section.value("slotWait", defaults.slotWait(), Format.duration("0s", "24h"));
    section.finish();
    if (most.compareTo(first) < 0) {
      reading.problem(
          section.placeOf("most"), "'pipeline.retry.most' must not be less than 'retry.first'");
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
