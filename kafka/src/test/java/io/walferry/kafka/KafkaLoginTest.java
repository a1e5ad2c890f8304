package io.walferry.kafka;

import static io.walferry.kafka.Calls.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.error.ErrorCode;
import io.walferry.sink.Claim;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.SinkState;
import io.walferry.testkit.kafka.KafkaBroker;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What Kafka's own clients are told. */
final class KafkaLoginTest {
  private static final FeedIdentity FEED = new FeedIdentity("shop", 1, 1, "slot");

  @Test
  void aUserIsLetInByHisPasswordOnly() {
    try (KafkaBroker broker = KafkaBroker.builder().login("walferry", "right").start()) {
      try (KafkaSink sink = new KafkaSink(as(broker, "right"))) {
        assertEquals(SinkState.Fresh.FRESH, sink.open(FEED, new Claim()));
        sink.commit(Calls.position(0x10));
      }
      try (KafkaSink sink = new KafkaSink(as(broker, "wrong-one"))) {
        String message = refused(ErrorCode.DESTINATION_REFUSED, () -> sink.open(FEED, new Claim()));
        assertFalse(message.contains("wrong-one"), message);
      }
    }
  }

  private static KafkaSinkSettings as(KafkaBroker broker, String password) {
    return KafkaSinkSettings.of(broker.bootstrapServers())
        .withProperties(
            Map.of(
                "security.protocol",
                "SASL_PLAINTEXT",
                "sasl.mechanism",
                "PLAIN",
                "sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required"
                    + " username=\"walferry\" password=\"%s\";".formatted(password),
                "compression.type",
                "lz4"));
  }

  @Test
  void aNameThatIsNotKnownMayBeKnownLater() {
    try (KafkaSink sink = new KafkaSink(KafkaSinkSettings.of("nobody.invalid:9092"))) {
      String message =
          refused(ErrorCode.DESTINATION_UNREACHABLE, () -> sink.open(FEED, new Claim()));
      assertTrue(message.contains("nobody.invalid:9092"), message);
    }
  }

  @Test
  void aSettingShowsNoPassword() {
    KafkaSinkSettings settings =
        KafkaSinkSettings.of("one:9092").withProperties(Map.of("ssl.key.password", "secret"));
    assertEquals("KafkaSinkSettings[one:9092, [ssl.key.password]]", settings.toString());
  }

  @Test
  void propertiesThatCannotBeSetAreNamed() {
    assertEquals(Optional.empty(), ClientProperties.problem("sasl.mechanism"));
    assertEquals(Optional.empty(), ClientProperties.problem("linger.ms"));
    for (var wrong :
        Map.of(
                "acks", "'acks' cannot be set",
                "bootstrap.servers", "'bootstrapServers'",
                "sasl.mechanisn", "did you mean 'sasl.mechanism'")
            .entrySet()) {
      String problem = ClientProperties.problem(wrong.getKey()).orElseThrow();
      assertTrue(problem.contains(wrong.getValue()), problem);
    }
  }
}
