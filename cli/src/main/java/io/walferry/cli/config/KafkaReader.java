package io.walferry.cli.config;

import io.walferry.change.TableId;
import io.walferry.error.WalferryException;
import io.walferry.kafka.ClientProperties;
import io.walferry.kafka.ClusterSettings;
import io.walferry.kafka.KafkaSinkSettings;
import io.walferry.kafka.RecordSettings;
import io.walferry.kafka.RecordSettings.TooLarge;
import io.walferry.kafka.SaslLogin;
import io.walferry.kafka.SaslLogin.Mechanism;
import io.walferry.kafka.TlsSettings;
import io.walferry.kafka.TopicSettings;
import io.walferry.kafka.TopicTemplate;
import io.walferry.kafka.converter.ConversionSettings;
import io.walferry.kafka.envelope.Envelope;
import io.walferry.postgres.PasswordSource;
import io.walferry.publication.InvalidText;
import io.walferry.publication.TablePattern;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** Reads sinks of type {@code kafka}. */
final class KafkaReader {
  private static final String HOST_AND_PORT = "(\\[[0-9A-Fa-f:.]+]|[^\\s,:/\\[\\]]+):[0-9]{1,5}";

  /** One server, or several with commas between, as Kafka's own clients take them. */
  private static final Format<String> SERVERS =
      Format.matching(HOST_AND_PORT + "(," + HOST_AND_PORT + ")*", "host:port, such as kafka:9092");

  private static final Format<Envelope> ENVELOPE =
      Format.choice(
          Map.of(
              "debezium", Envelope.DEBEZIUM,
              "flattened", Envelope.FLATTENED,
              "cloudEvents", Envelope.CLOUD_EVENTS),
          List.of("debezium", "flattened", "cloudEvents"));
  private static final Format<TooLarge> TOO_LARGE =
      Format.choice(
          Map.of(
              "fail", TooLarge.FAIL,
              "truncate", TooLarge.TRUNCATE,
              "deadLetter", TooLarge.DEAD_LETTER),
          List.of("fail", "truncate", "deadLetter"));
  private static final Format<Boolean> EXISTING =
      Format.choice(Map.of("refuse", false, "append", true), List.of("refuse", "append"));
  private static final Format<Mechanism> MECHANISM =
      Format.choice(
          Map.of(
              "PLAIN", Mechanism.PLAIN,
              "SCRAM-SHA-256", Mechanism.SCRAM_SHA_256,
              "SCRAM-SHA-512", Mechanism.SCRAM_SHA_512),
          List.of("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"));

  /** Names of headers that say something of ours. */
  private static final Format<String> HEADER =
      Format.matching(
          "(?!walferry\\.|__debezium\\.|content-type$).{1,249}",
          "a header's name; those with 'walferry.' or '__debezium.' in front and 'content-type' are"
              + " taken");

  private static final Format<TableId> TABLE = KafkaReader::table;

  private final Reading reading;

  KafkaReader(Reading reading) {
    this.reading = reading;
  }

  /** Empty only if there are problems. */
  Optional<SinkConfig> sink(String name, Section section) {
    TopicSettings topics = topics(section);
    RecordSettings records = records(section);
    if (records.truncates() && isCompacted(topics)) {
      reading.problem(
          section.placeOf("topicConfig"),
          "'%s': a compacted topic takes no record of a TRUNCATE, which has no key; set '%s' to false"
              .formatted(section.pathOf("topicConfig"), section.pathOf("truncates")));
    }
    ConversionSettings conversion =
        new ConverterReader(reading).conversion(section.section("converter"), records.envelope());
    Duration timeout =
        section.value(
            "transactionTimeout",
            KafkaSinkSettings.TRANSACTION_TIMEOUT,
            Format.duration("10s", "24h"));
    return cluster(section)
        .map(
            cluster ->
                new SinkConfig.Kafka(
                    name,
                    new KafkaSinkSettings(
                        cluster, "", topics, records, conversion, InvalidText.FAIL, timeout)));
  }

  private static boolean isCompacted(TopicSettings topics) {
    return Stream.of(topics.config().getOrDefault("cleanup.policy", "").split(",", -1))
        .anyMatch(policy -> policy.strip().equals("compact"));
  }

  private Optional<ClusterSettings> cluster(Section section) {
    List<String> servers = section.list("bootstrapServers", SERVERS);
    if (!section.has("bootstrapServers")) {
      reading.problem(
          section.place(),
          "'%s' is missing, such as kafka:9092".formatted(section.pathOf("bootstrapServers")));
    }
    Optional<SaslLogin> login = login(section.section("sasl"));
    Optional<TlsSettings> tls = tls(section.section("tls"));
    Map<String, String> properties =
        properties(section.section("properties"), login.isPresent(), tls.isPresent());
    return servers.isEmpty()
        ? Optional.empty()
        : Optional.of(new ClusterSettings(String.join(",", servers), login, tls, properties));
  }

  private Optional<SaslLogin> login(Section section) {
    Optional<String> user = section.value("user", Optional.empty(), Optional::of);
    Optional<PasswordSource> password = section.password("password");
    Mechanism mechanism = section.value("mechanism", Mechanism.SCRAM_SHA_512, MECHANISM);
    boolean meant = user.isPresent() || section.has("password") || section.has("mechanism");
    if (meant && (user.isEmpty() || !section.has("password"))) {
      reading.problem(
          section.place(),
          "'%s' needs '%s' and '%s'"
              .formatted(section.path(), section.pathOf("user"), section.pathOf("password")));
    }
    section.finish();
    return user.flatMap(who -> password.map(word -> new SaslLogin(mechanism, who, word)));
  }

  /** Without TLS unless something is said of it. */
  private Optional<TlsSettings> tls(Section section) {
    Optional<Path> authorities = file(section, "ca");
    Optional<Path> certificate = file(section, "certificate");
    Optional<Path> key = file(section, "key");
    Optional<PasswordSource> keyPassword = section.password("keyPassword");
    boolean meant =
        section.has("ca")
            || section.has("certificate")
            || section.has("key")
            || section.has("keyPassword");
    boolean enabled = section.value("enabled", meant, Format.yesOrNo());
    if (section.has("certificate") != section.has("key")) {
      reading.problem(
          section.place(),
          "'%s' and '%s' belong together"
              .formatted(section.pathOf("certificate"), section.pathOf("key")));
    }
    section.finish();
    TlsSettings tls =
        new TlsSettings(authorities, certificate, key, keyPassword.orElse(PasswordSource.none()));
    return Optional.of(tls).filter(it -> enabled);
  }

  private Optional<Path> file(Section section, String key) {
    Format<Optional<Path>> readable =
        text -> {
          Path file = reading.directory().resolve(text).normalize();
          if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw new Format.BadValueException("names a file that cannot be read: " + file);
          }
          return Optional.of(file);
        };
    return section.value(key, Optional.empty(), readable);
  }

  private Map<String, String> properties(Section section, boolean login, boolean tls) {
    Map<String, String> properties = new LinkedHashMap<>();
    for (String name : section.names()) {
      Optional<String> problem =
          ClientProperties.problem(name)
              .or(() -> ClientProperties.conflict(name, login, tls))
              .map(text -> "'" + section.path() + "': " + text);
      problem.ifPresent(text -> reading.problem(section.placeOf(name), text));
      section.secret(name).ifPresent(value -> properties.put(name, value.text()));
    }
    return properties;
  }

  private TopicSettings topics(Section section) {
    TopicSettings defaults = TopicSettings.DEFAULT;
    Section config = section.section("topicConfig");
    return new TopicSettings(
        section.value("topic", defaults.name(), text -> template(TopicTemplate::ofTables, text)),
        section.value(
            "positionTopic",
            defaults.position(),
            text -> template(TopicTemplate::ofPipeline, text)),
        section.value(
            "deadLetterTopic",
            defaults.deadLetters(),
            text -> template(TopicTemplate::ofPipeline, text)),
        section.value("create", defaults.create(), Format.yesOrNo()),
        section.value("existing", defaults.append(), EXISTING),
        section.value("partitions", defaults.partitions(), Format.wholeNumber(1, 10_000)),
        section.value(
            "replication",
            defaults.replication(),
            text -> OptionalInt.of(Format.wholeNumber(1, 100).read(text))),
        texts(config, Format.text()));
  }

  /** What is wrong with a template is said as it is with any other value. */
  private interface Template {
    TopicTemplate of(String text);
  }

  private static String template(Template template, String text) throws Format.BadValueException {
    try {
      return template.of(text).text();
    } catch (IllegalArgumentException e) {
      throw new Format.BadValueException(String.valueOf(e.getMessage()));
    }
  }

  private RecordSettings records(Section section) {
    RecordSettings defaults = RecordSettings.DEFAULT;
    return new RecordSettings(
        section.value("envelope", defaults.envelope(), ENVELOPE),
        keys(section.section("keys")),
        section.value("tombstones", defaults.tombstones(), Format.yesOrNo()),
        section.value("truncates", defaults.truncates(), Format.yesOrNo()),
        section.value("messages", defaults.messages(), Format.yesOrNo()),
        texts(section.section("headers"), HEADER),
        section.value("unavailable", defaults.unavailable(), Format.text()),
        section.value(
            "recordBytes",
            defaults.bytesMax(),
            text -> Math.toIntExact(Format.bytes("16KiB", "1GiB").read(text))),
        section.value("tooLarge", defaults.tooLarge(), TOO_LARGE));
  }

  private Map<TableId, List<String>> keys(Section section) {
    Map<TableId, List<String>> keys = new LinkedHashMap<>();
    for (String table : section.names()) {
      named(section, table, TABLE)
          .ifPresent(
              id -> {
                List<String> columns = section.list(table, Format.text());
                if (columns.isEmpty()) {
                  reading.problem(
                      section.placeOf(table), "'" + section.pathOf(table) + "' needs a column");
                }
                keys.put(id, columns);
              });
    }
    return keys;
  }

  private Map<String, String> texts(Section section, Format<String> names) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (String name : section.names()) {
      named(section, name, names)
          .flatMap(sound -> section.scalar(sound))
          .ifPresent(value -> texts.put(name, value.text()));
    }
    return texts;
  }

  /** A key of the file that says something itself. */
  private <T> Optional<T> named(Section section, String key, Format<T> format) {
    try {
      return Optional.of(format.read(key));
    } catch (Format.BadValueException e) {
      reading.problem(section.placeOf(key), "'" + section.pathOf(key) + "' " + e.expected());
      return Optional.empty();
    }
  }

  private static TableId table(String text) throws Format.BadValueException {
    try {
      return TablePattern.parse(text)
          .literal()
          .orElseThrow(() -> new Format.BadValueException("must be one table, without * and ?"));
    } catch (WalferryException e) {
      throw new Format.BadValueException("has a wrong " + e.getMessage());
    }
  }
}
