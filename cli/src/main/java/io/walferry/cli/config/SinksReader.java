package io.walferry.cli.config;

import io.walferry.deadletter.RowPolicies;
import io.walferry.sink.SinkProvider;
import io.walferry.sinks.jsonlines.Rotation;
import io.walferry.sinks.table.DdlPolicies;
import io.walferry.sinks.table.ExistingRows;
import io.walferry.transform.TransformSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads section {@code sinks} of a pipeline; knows every type and the keys that all have. */
final class SinksReader {
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

  private final Reading reading;
  private final PluginReader plugins;
  private final ConnectionReader connections;

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

  SinksReader(Reading reading, PluginReader plugins, ConnectionReader connections) {
    this.reading = reading;
    this.plugins = plugins;
    this.connections = connections;
  }

  /** Empty only if there are problems. */
  List<SinkConfig> read(Section sinks) {
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
    boolean named = reading.checkName("sink", name, section.place());
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
      case MYSQL -> new MysqlReader(reading).sink(name, section, EXISTING_ROWS);
      case SQLSERVER -> new SqlServerReader(reading).sink(name, section, EXISTING_ROWS);
      case KAFKA -> new KafkaReader(reading).sink(name, section);
      case JSON_LINES -> jsonLines(name, section);
      case SQLITE ->
          section
              .required("path", Reading::checkedPath)
              .flatMap(path -> sqlite(name, section, path));
    };
  }

  private Optional<SinkConfig> postgres(String name, Section section) {
    connections.requireUrl(section);
    ExistingRows existing = section.value("existing", SinkConfig.EXISTING, EXISTING_ROWS);
    Duration silence = section.value("silence", SinkConfig.SILENCE, Format.duration("30s", "24h"));
    int workers = new ApplyReader(reading).workers(section, existing);
    RowPolicies rows = RowsReader.policies(section);
    DdlPolicies ddl = DdlReader.policiesWithIndexes(section);
    return connections
        .read(section)
        .map(it -> new SinkConfig.Postgres(name, it, existing, silence, workers, rows, ddl));
  }

  private Optional<SinkConfig> jsonLines(String name, Section section) {
    ExistingRows existing = section.value("existing", SinkConfig.EXISTING, EXISTING_LINES);
    Rotation rotation = rotation(section);
    Optional<String> place = section.required("path", Reading::checkedPath);
    if (place.filter(STANDARD_OUTPUT::equals).isPresent() && section.has("rotate")) {
      reading.problem(
          section.placeOf("rotate"),
          "'%s' is for files; standard output has no end".formatted(section.pathOf("rotate")));
      return Optional.empty();
    }
    return place
        .map(path -> path.equals(STANDARD_OUTPUT) ? Optional.<Path>empty() : file(path))
        .map(path -> new SinkConfig.JsonLines(name, path, existing, rotation));
  }

  private Rotation rotation(Section section) {
    if (!section.has("rotate")) {
      return Rotation.NEVER;
    }
    Section rotate = section.section("rotate");
    boolean sized = rotate.has("size");
    boolean aged = rotate.has("age");
    Optional<Long> size =
        sized ? rotate.required("size", Format.bytes("1KiB", "1TiB")) : Optional.empty();
    Optional<Duration> age =
        aged ? rotate.required("age", Format.duration("1s", "8760h")) : Optional.empty();
    if (!sized && !aged && rotate.isMapping()) {
      reading.problem(
          rotate.place(),
          "'%s' needs 'size', 'age' or both, such as: {size: 256MiB, age: 1h}"
              .formatted(rotate.path()));
    }
    rotate.finish();
    return new Rotation(size, age);
  }

  private Optional<Path> file(String path) {
    return Optional.of(reading.resolved(path));
  }

  private Optional<SinkConfig> sqlite(String name, Section section, String path) {
    ExistingRows existing = section.value("existing", SinkConfig.EXISTING, EXISTING_ROWS);
    RowPolicies rows = RowsReader.policies(section);
    DdlPolicies ddl = DdlReader.policiesWithIndexes(section);
    if (path.equals(STANDARD_OUTPUT)) {
      reading.problem(section.placeOf("path"), "'-' (standard output) is for type jsonLines only");
      return Optional.empty();
    }
    return Optional.of(new SinkConfig.Sqlite(name, reading.resolved(path), existing, rows, ddl));
  }
}
