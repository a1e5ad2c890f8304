package io.walferry.kafka;

import static io.walferry.kafka.Calls.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.error.ErrorCode;
import io.walferry.kafka.SaslLogin.Mechanism;
import io.walferry.postgres.PasswordSource;
import io.walferry.postgres.Secret;
import io.walferry.sink.Claim;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.SinkState;
import io.walferry.testkit.junit.Kafka;
import io.walferry.testkit.kafka.KafkaBroker;
import io.walferry.testkit.kafka.KafkaListener;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.JaasContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What Kafka's own clients are told. */
@Kafka
final class KafkaLoginTest {
  private static final FeedIdentity FEED = new FeedIdentity("shop", 1, 1, "slot");

  @ParameterizedTest
  @EnumSource
  void aUserIsLetInByHisPasswordOnly(Mechanism mechanism, KafkaBroker broker) {
    FeedIdentity feed = new Calls(broker).feed();
    try (KafkaSink sink = new KafkaSink(as(broker, mechanism, broker.login().password()))) {
      assertEquals(SinkState.Fresh.FRESH, sink.open(feed, new Claim()));
      sink.commit(Calls.position(0x10));
    }
    try (KafkaSink sink = new KafkaSink(as(broker, mechanism, "wrong-one"))) {
      String message = refused(ErrorCode.DESTINATION_REFUSED, () -> sink.open(feed, new Claim()));
      assertTrue(message.contains("'sasl.password'"), message);
      assertFalse(message.contains("wrong-one"), message);
    }
  }

  private static KafkaSinkSettings as(KafkaBroker broker, Mechanism mechanism, String password) {
    PasswordSource source = PasswordSource.of(new Secret(password));
    return KafkaSinkSettings.of(broker.bootstrapServers(KafkaListener.PASSWORD))
        .withProperties(Map.of("compression.type", "lz4"))
        .withLogin(new SaslLogin(mechanism, broker.login().user(), source));
  }

  @Test
  void aPasswordIsToldAsItIs() {
    String odd = "a\"b\\c'; \n d=ü";
    SaslLogin login =
        new SaslLogin(Mechanism.SCRAM_SHA_512, "me", PasswordSource.of(new Secret(odd)));
    String told = login.properties().getOrDefault("sasl.jaas.config", "");
    assertEquals(
        odd,
        JaasContext.loadClientContext(Map.of("sasl.jaas.config", new Password(told)))
            .configurationEntries()
            .getFirst()
            .getOptions()
            .get("password"));
    assertFalse(login.toString().contains(odd), login::toString);
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
    assertEquals("ClusterSettings[one:9092, [ssl.key.password]]", settings.cluster().toString());
    assertFalse(settings.toString().contains("secret"), settings::toString);
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
