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
import io.walferry.testkit.kafka.KafkaLogin;
import io.walferry.testkit.tls.TestCertificates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Logins and certificates with a broker that demands them, and what is said of wrong ones. */
@Kafka
final class KafkaTlsTest {
  private static final Map<String, String> IMPATIENT =
      Map.of("default.api.timeout.ms", "1000", "request.timeout.ms", "1000");

  private static TlsSettings trusting(Path authority) {
    return new TlsSettings(
        Optional.of(authority), Optional.empty(), Optional.empty(), PasswordSource.none());
  }

  private static TlsSettings known(KafkaBroker broker) throws Exception {
    return trusting(broker.certificates().pem("ca.pem", "ca"));
  }

  private static SaslLogin login(Mechanism mechanism, KafkaLogin login) {
    return new SaslLogin(mechanism, login.user(), PasswordSource.of(new Secret(login.password())));
  }

  private static ClusterSettings cluster(KafkaBroker broker, KafkaListener listener) {
    return ClusterSettings.of(broker.bootstrapServers(listener));
  }

  private static void follow(ClusterSettings cluster, FeedIdentity feed) {
    KafkaSinkSettings settings = KafkaSinkSettings.of(cluster);
    try (KafkaSink sink = new KafkaSink(settings)) {
      assertEquals(SinkState.Fresh.FRESH, sink.open(feed, new Claim()));
      sink.commit(Calls.position(0x10));
    }
    try (KafkaSink again = new KafkaSink(settings)) {
      SinkState.Following state = (SinkState.Following) again.open(feed, new Claim());
      assertEquals(Calls.position(0x10), state.position());
    }
  }

  private static String refusal(ErrorCode code, ClusterSettings cluster) {
    return refused(code, () -> KafkaSink.requireReachable(KafkaSinkSettings.of(cluster)));
  }

  private static void requireTold(String message, String... words) {
    for (String word : words) {
      assertTrue(message.contains(word), message);
    }
    assertFalse(message.contains("right \"") || message.contains("wrong-one"), message);
  }

  @ParameterizedTest
  @EnumSource
  void eachMechanismLetsInWhoKnowsThePassword(Mechanism mechanism, KafkaBroker broker)
      throws Exception {
    ClusterSettings tls = cluster(broker, KafkaListener.TLS_PASSWORD).with(known(broker));
    KafkaLogin known = broker.login();
    follow(tls.with(login(mechanism, known)), new Calls(broker).feed());
    KafkaLogin wrong = new KafkaLogin(known.user(), "wrong-one");
    String message = refusal(ErrorCode.DESTINATION_REFUSED, tls.with(login(mechanism, wrong)));
    requireTold(message, "'sasl.user'", "'sasl.password'");
  }

  @Test
  void anAuthorityThatIsNotKnownIsRefused(KafkaBroker broker) throws Exception {
    ClusterSettings cluster =
        cluster(broker, KafkaListener.TLS_PASSWORD).with(login(Mechanism.PLAIN, broker.login()));
    TlsSettings others = trusting(broker.certificates().pem("other.pem", "other"));
    for (TlsSettings tls : List.of(TlsSettings.DEFAULT, others)) {
      String message = refusal(ErrorCode.DESTINATION_REFUSED, cluster.with(tls));
      requireTold(message, "'tls.ca'", broker.bootstrapServers(KafkaListener.TLS_PASSWORD));
    }
  }

  @Test
  void aCertificateForAnotherNameIsRefused(KafkaBroker broker) throws Exception {
    ClusterSettings other =
        ClusterSettings.of("localhost:" + broker.port(KafkaListener.TLS_PASSWORD))
            .with(login(Mechanism.PLAIN, broker.login()));
    String message = refusal(ErrorCode.DESTINATION_REFUSED, other.with(known(broker)));
    requireTold(message, "localhost", "'bootstrapServers'", "advertised.listeners");
  }

  @Test
  void whoDoesNotSpeakTlsWhereItIsSpokenIsToldSo(KafkaBroker broker) {
    ClusterSettings plain =
        cluster(broker, KafkaListener.TLS_PASSWORD).with(login(Mechanism.PLAIN, broker.login()));
    String message = refusal(ErrorCode.DESTINATION_UNREACHABLE, plain.withProperties(IMPATIENT));
    requireTold(message, "'tls'", "'sasl'");
  }

  @Test
  void aFileThatIsNoCertificateIsNamed(@TempDir Path directory) throws Exception {
    Path junk = Files.writeString(directory.resolve("junk.pem"), "junk");
    ClusterSettings cluster = ClusterSettings.of("127.0.0.1:9092").with(trusting(junk));
    String message = refusal(ErrorCode.CONFIGURATION_INVALID, cluster);
    requireTold(message, "'tls'");
  }

  @Test
  void aBrokerThatAsksForACertificateGetsOurs(KafkaBroker broker) throws Exception {
    ClusterSettings cluster = cluster(broker, KafkaListener.CERTIFICATE);
    TestCertificates certificates = broker.certificates();
    TlsSettings ours =
        new TlsSettings(
            Optional.of(certificates.pem("ca.pem", "ca")),
            Optional.of(certificates.pem("client.pem", "ec")),
            Optional.of(certificates.keyPem("client.key", "ec")),
            PasswordSource.none());
    follow(cluster.with(ours), new Calls(broker).feed());
    String message = refusal(ErrorCode.DESTINATION_REFUSED, cluster.with(known(broker)));
    requireTold(message, "'tls.certificate'", "'tls.key'");
  }

  @Test
  void whoSpeaksTlsWhereItIsNotSpokenIsToldSo(KafkaBroker broker) throws Exception {
    ClusterSettings tls = cluster(broker, KafkaListener.PLAIN).with(known(broker));
    String message = refusal(ErrorCode.DESTINATION_UNREACHABLE, tls.withProperties(IMPATIENT));
    requireTold(message, "'tls'", "'sasl'");
  }
}
