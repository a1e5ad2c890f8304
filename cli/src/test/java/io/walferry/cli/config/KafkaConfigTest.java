package io.walferry.cli.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.walferry.change.TableId;
import io.walferry.kafka.ClusterSettings;
import io.walferry.kafka.KafkaSinkSettings;
import io.walferry.kafka.RecordSettings;
import io.walferry.kafka.RecordSettings.TooLarge;
import io.walferry.kafka.SaslLogin;
import io.walferry.kafka.SaslLogin.Mechanism;
import io.walferry.kafka.TlsSettings;
import io.walferry.kafka.TopicSettings;
import io.walferry.kafka.converter.ConversionSettings;
import io.walferry.kafka.converter.ConversionSettings.Unconvertible;
import io.walferry.kafka.converter.ConverterSettings;
import io.walferry.kafka.envelope.Envelope;
import io.walferry.postgres.PasswordSource;
import io.walferry.postgres.Secret;
import io.walferry.publication.InvalidText;
import java.io.IOException;
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

/** Sinks of type {@code kafka}: defaults, a full mapping, and what is wrong with one. */
final class KafkaConfigTest {
  private static final String SOURCE = "source: {url: 'host=db user=me'}\n";

  @TempDir private Path directory;

  @Test
  void defaults() {
    assertEquals(
        KafkaSinkSettings.of("one:9092"),
        sink("{type: kafka, bootstrapServers: 'one:9092'}", Map.of()).settings());
  }

  @Test
  void mapping() throws IOException {
    Path file = Files.writeString(directory.resolve("x.pem"), "x");
    Path jar =
        Files.writeString(Files.createDirectory(directory.resolve("avro")).resolve("a.jar"), "x");
    Files.writeString(directory.resolve("avro").resolve("readme.txt"), "x");
    SinkConfig.Kafka sink =
        sink(
            """

                type: kafka
                bootstrapServers: ["one:9092", "two:9093"]
                sasl: {mechanism: PLAIN, user: me, password: {env: PASSWORD}}
                tls: {ca: x.pem, certificate: x.pem, key: x.pem, keyPassword: {env: PASSWORD}}
                topic: "{schema}-{table}"
                positionTopic: "of.{pipeline}"
                deadLetterTopic: "lost.{pipeline}"
                create: false
                existing: append
                partitions: 6
                replication: 3
                topicConfig: {cleanup.policy: compact, retention.ms: -1}
                envelope: flattened
                keys: {public.orders: [customer, id], '"odd.schema".t': name}
                tombstones: false
                truncates: false
                messages: false
                headers: {region: eu}
                unavailable: left alone
                recordBytes: 2MiB
                tooLarge: deadLetter
                converter:
                  jars: avro
                  key: {class: some.Key}
                  value: {class: some.Value$Converter, properties: {registry: {env: PASSWORD}, n: 3}}
                  unconvertible: deadLetter
                transactionTimeout: 5m
                properties: {linger.ms: 20, compression.type: {env: COMPRESSION}}
            """,
            Map.of("PASSWORD", "secret", "COMPRESSION", "lz4"));
    PasswordSource secret = PasswordSource.of(new Secret("secret"));
    Optional<Path> pem = Optional.of(file);
    assertEquals(
        new KafkaSinkSettings(
            new ClusterSettings(
                "one:9092,two:9093",
                Optional.of(new SaslLogin(Mechanism.PLAIN, "me", secret)),
                Optional.of(new TlsSettings(pem, pem, pem, secret)),
                Map.of("linger.ms", "20", "compression.type", "lz4")),
            "",
            new TopicSettings(
                "{schema}-{table}",
                "of.{pipeline}",
                "lost.{pipeline}",
                false,
                true,
                6,
                OptionalInt.of(3),
                Map.of("cleanup.policy", "compact", "retention.ms", "-1")),
            new RecordSettings(
                Envelope.FLATTENED,
                Map.of(
                    new TableId("public", "orders"),
                    List.of("customer", "id"),
                    new TableId("odd.schema", "t"),
                    List.of("name")),
                false,
                false,
                false,
                Map.of("region", "eu"),
                "left alone",
                2 << 20,
                TooLarge.DEAD_LETTER),
            ConversionSettings.NONE
                .withJars(List.of(jar))
                .withKey(new ConverterSettings("some.Key", Map.of()))
                .withValue(
                    new ConverterSettings(
                        "some.Value$Converter", Map.of("registry", "secret", "n", "3")))
                .with(Unconvertible.DEAD_LETTER),
            InvalidText.FAIL,
            Duration.ofMinutes(5)),
        sink.settings());
    assertFalse(sink.toString().contains("secret"), sink::toString);
  }

  @Test
  void tlsWithoutFilesTakesTheRuntimesAuthorities() {
    KafkaSinkSettings settings =
        sink("{type: kafka, bootstrapServers: 'a:1,b:2', tls: {enabled: true}}", Map.of())
            .settings();
    assertEquals(Optional.of(TlsSettings.DEFAULT), settings.cluster().tls());
    assertEquals("a:1,b:2", settings.cluster().bootstrapServers());
  }

  /** What is added to a sink that would be valid, and the only problem that it makes. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "bootstrapServers: kafka | 'sinks.a.bootstrapServers' must be host:port, such as"
            + " kafka:9092",
        "partitons: 3 | unknown key 'sinks.a.partitons'; did you mean 'partitions'?",
        "partitions: 0 | 'sinks.a.partitions' must be a whole number from 1 to 10000",
        "replication: many | 'sinks.a.replication' must be a whole number from 1 to 100",
        "topic: '{schema}' | 'sinks.a.topic' needs {table}, or several of them would share a"
            + " topic",
        "topic: '{table}.{shema}' | 'sinks.a.topic' has {shema}, but may have {pipeline},"
            + " {schema}, {table} only",
        "positionTopic: fixed | 'sinks.a.positionTopic' needs {pipeline}, or several of them"
            + " would share a topic",
        "deadLetterTopic: fixed | 'sinks.a.deadLetterTopic' needs {pipeline}, or several of them"
            + " would share a topic",
        "tooLarge: drop | 'sinks.a.tooLarge' must be fail, truncate or deadLetter",
        "envelope: debezum | 'sinks.a.envelope' must be debezium, flattened or cloudEvents; did"
            + " you mean 'debezium'?",
        "existing: merge | 'sinks.a.existing' must be refuse or append",
        "keys: {public.*: id} | 'sinks.a.keys.public.*' must be one table, without * and ?",
        "keys: {orders: id} | 'sinks.a.keys.orders' has a wrong table pattern 'orders': there"
            + " is no schema: write schema.table, such as public.orders",
        "keys: {public.t: []} | 'sinks.a.keys.public.t' needs a column",
        "headers: {walferry.x: y} | 'sinks.a.headers.walferry.x' must be a header's name; those"
            + " with 'walferry.' or '__debezium.' in front and 'content-type' are taken",
        "recordBytes: 1KiB | 'sinks.a.recordBytes' must be a size from 16KiB to 1GiB, such as"
            + " 64KiB, 16MiB or 64MB",
        "sasl: {mechanism: SCRAM, user: u, password: p} | 'sinks.a.sasl.mechanism' must be"
            + " PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512",
        "sasl: {user: u} | 'sinks.a.sasl' needs 'sinks.a.sasl.user' and"
            + " 'sinks.a.sasl.password'",
        "sasl: {user: u, password: {env: NO}} | 'sinks.a.sasl.password': the variable NO is not"
            + " set",
        "tls: {ca: no.pem} | 'sinks.a.tls.ca' names a file that cannot be read: @/no.pem",
        "tls: {certificate: /dev/null} | 'sinks.a.tls.certificate' and 'sinks.a.tls.key' belong"
            + " together",
        "properties: {linger.m: 5} | 'sinks.a.properties': Kafka's clients have no property"
            + " 'linger.m'; did you mean 'linger.ms'?",
        "properties: {acks: 1} | 'sinks.a.properties': 'acks' cannot be set: it is fixed, so"
            + " that each change comes once",
        "tls: {enabled: true}, properties: {security.protocol: SSL} | 'sinks.a.properties':"
            + " 'security.protocol' cannot be set beside 'tls', which says it already",
        "converter: {value: {class: 'no class'}} | 'sinks.a.converter.value.class' must be the"
            + " name of a class, such as org.apache.kafka.connect.json.JsonConverter",
        "converter: {key: {properties: {a: b}}} | 'sinks.a.converter.key' needs"
            + " 'sinks.a.converter.key.class'",
        "converter: {jars: no} | 'sinks.a.converter.jars' names a folder that cannot be read: @/no",
        "converter: {jars: .} | 'sinks.a.converter.jars' names a folder without jars: @",
        "converter: {unconvertible: drop} | 'sinks.a.converter.unconvertible' must be fail or"
            + " deadLetter",
        "converter: {unconvertible: deadLetter, key: {class: X}} |"
            + " 'sinks.a.converter.unconvertible' is for rows that 'sinks.a.converter.value.class'"
            + " does not take: set that, too",
        "topicConfig: {cleanup.policy: 'delete, compact'} | 'sinks.a.topicConfig': a compacted"
            + " topic takes no record of a TRUNCATE, which has no key; set 'sinks.a.truncates' to"
            + " false",
        "converter: {values: {class: X}} | unknown key 'sinks.a.converter.values'; did you mean"
            + " 'value'?",
        "envelope: cloudEvents, converter: {value: {class: X}} | 'sinks.a.converter.value' takes"
            + " another 'envelope': a CloudEvent is JSON",
        "transactionTimeout: 1s | 'sinks.a.transactionTimeout' must be a duration from 10s to"
            + " 24h, such as 500ms, 10s, 2m or 1h",
      })
  void oneProblem(String key, String problem) {
    String servers = key.startsWith("bootstrapServers") ? "" : ", bootstrapServers: 'k:1'";
    String whole = SOURCE + "sinks: {a: {%s, type: kafka%s}}\n".formatted(key, servers);
    assertEquals(
        List.of("line 2: " + problem.replace("@", directory.toString())),
        problems(whole).stream().map(it -> it.replaceFirst(", column [0-9]+", "")).toList());
  }

  @Test
  void onePositionForTwoPipelinesIsAConflict() {
    String two =
        """
        source: {url: 'host=db user=me'}
        pipelines:
          a: {sinks: {k: {type: kafka, bootstrapServers: 'one:9092,two:9092'}}}
          b: {pipeline: {name: a}, source: {slot: b}, sinks: {k: {type: kafka, bootstrapServers: 'TWO:9092'%s}}}
        """;
    assertEquals(
        List.of(
            "line 4, column 47: 'b' keeps its position at the destination under the name 'a', as"
                + " the pipeline 'a' does; set another 'pipeline.name' for one of them"),
        problems(two.formatted("")));
    assertInstanceOf(
        ConfigResult.Valid.class,
        ConfigFile.parse(
            two.formatted(", positionTopic: 'other.{pipeline}'"), directory, Map.of()));
  }

  private List<String> problems(String yaml) {
    ConfigResult result = ConfigFile.parse(yaml, directory, Map.of());
    return assertInstanceOf(ConfigResult.Invalid.class, result, yaml).problems().stream()
        .map(ConfigProblem::toString)
        .toList();
  }

  private SinkConfig.Kafka sink(String mapping, Map<String, String> environment) {
    ConfigResult result =
        ConfigFile.parse(SOURCE + "sinks:\n  a: " + mapping + "\n", directory, environment);
    WalferryConfig config =
        assertInstanceOf(ConfigResult.Valid.class, result, result::toString).config();
    return (SinkConfig.Kafka) config.feeds().getFirst().sinks().getFirst();
  }
}
