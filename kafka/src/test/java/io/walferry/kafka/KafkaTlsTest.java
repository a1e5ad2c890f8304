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
import io.walferry.testkit.kafka.KafkaBroker;
import io.walferry.testkit.kafka.KafkaBrokerBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Logins and certificates with a broker that demands them, and what is said of wrong ones. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class KafkaTlsTest {
  private static final String PASSWORD = "right \"one\\";
  private static final Map<String, String> IMPATIENT =
      Map.of("default.api.timeout.ms", "4000", "request.timeout.ms", "2000");

  private Path directory;
  private TestCertificate certificate;
  private KafkaBroker broker;

  @BeforeAll
  void startBroker(@TempDir Path temporary) throws Exception {
    directory = temporary;
    certificate = TestCertificate.make(directory, "broker");
    broker = secured("SASL_SSL").login("walferry", PASSWORD).start();
  }

  @AfterAll
  void closeBroker() {
    broker.close();
  }

  private KafkaBrokerBuilder secured(String protocol) {
    KafkaBrokerBuilder builder =
        KafkaBroker.builder()
            .setting(
                "listener.security.protocol.map", "CLIENTS:" + protocol + ",CONTROLLER:PLAINTEXT");
    certificate.brokerSettings().forEach(builder::setting);
    return builder;
  }

  private TlsSettings known() {
    return new TlsSettings(
        Optional.of(certificate.pem()), Optional.empty(), Optional.empty(), PasswordSource.none());
  }

  private static SaslLogin login(Mechanism mechanism, String password) {
    return new SaslLogin(mechanism, "walferry", PasswordSource.of(new Secret(password)));
  }

  private ClusterSettings cluster() {
    return ClusterSettings.of(broker.bootstrapServers());
  }

  private static void follow(ClusterSettings cluster, String pipeline) {
    KafkaSinkSettings settings = KafkaSinkSettings.of(cluster);
    FeedIdentity feed = new FeedIdentity(pipeline, 1, 1, "slot");
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
    assertFalse(message.contains(PASSWORD) || message.contains("wrong-one"), message);
  }

  @ParameterizedTest
  @EnumSource
  void eachMechanismLetsInWhoKnowsThePassword(Mechanism mechanism) {
    ClusterSettings tls = cluster().with(known());
    follow(tls.with(login(mechanism, PASSWORD)), "p-" + mechanism.word());
    String message =
        refusal(ErrorCode.DESTINATION_REFUSED, tls.with(login(mechanism, "wrong-one")));
    requireTold(message, "'sasl.user'", "'sasl.password'");
  }

  @Test
  void anAuthorityThatIsNotKnownIsRefused() throws Exception {
    SaslLogin login = login(Mechanism.PLAIN, PASSWORD);
    Path other = TestCertificate.make(directory, "other").pem();
    TlsSettings others =
        new TlsSettings(
            Optional.of(other), Optional.empty(), Optional.empty(), PasswordSource.none());
    for (TlsSettings tls : new TlsSettings[] {TlsSettings.DEFAULT, others}) {
      String message = refusal(ErrorCode.DESTINATION_REFUSED, cluster().with(login).with(tls));
      requireTold(message, "'tls.ca'", broker.bootstrapServers());
    }
  }

  @Test
  void aCertificateForAnotherNameIsRefused() {
    ClusterSettings other = ClusterSettings.of("localhost:" + broker.port());
    String message =
        refusal(
            ErrorCode.DESTINATION_REFUSED,
            other.with(known()).with(login(Mechanism.PLAIN, PASSWORD)));
    requireTold(message, "localhost", "'bootstrapServers'", "advertised.listeners");
  }

  @Test
  void whoDoesNotSpeakTlsWhereItIsSpokenIsToldSo() {
    String plain =
        refusal(
            ErrorCode.DESTINATION_UNREACHABLE,
            cluster().with(login(Mechanism.PLAIN, PASSWORD)).withProperties(IMPATIENT));
    requireTold(plain, "'tls'", "'sasl'");
  }

  @Test
  void aFileThatIsNoCertificateIsNamed() throws Exception {
    Path junk = Files.writeString(directory.resolve("junk.pem"), "junk");
    TlsSettings tls =
        new TlsSettings(
            Optional.of(junk), Optional.empty(), Optional.empty(), PasswordSource.none());
    String message = refusal(ErrorCode.CONFIGURATION_INVALID, cluster().with(tls));
    requireTold(message, "'tls'");
  }

  @Test
  void aBrokerThatAsksForACertificateGetsOurs() {
    try (KafkaBroker asking = secured("SSL").setting("ssl.client.auth", "required").start()) {
      ClusterSettings cluster = ClusterSettings.of(asking.bootstrapServers());
      TlsSettings ours =
          new TlsSettings(
              Optional.of(certificate.pem()),
              Optional.of(certificate.pem()),
              Optional.of(certificate.key()),
              PasswordSource.none());
      follow(cluster.with(ours), "certified");
      String message = refusal(ErrorCode.DESTINATION_REFUSED, cluster.with(known()));
      requireTold(message, "'tls.certificate'", "'tls.key'");
    }
  }

  @Test
  void whoSpeaksTlsWhereItIsNotSpokenIsToldSo() {
    try (KafkaBroker plain = KafkaBroker.builder().start()) {
      String message =
          refusal(
              ErrorCode.DESTINATION_UNREACHABLE,
              ClusterSettings.of(plain.bootstrapServers()).with(known()).withProperties(IMPATIENT));
      requireTold(message, "'tls'", "'sasl'");
    }
  }
}
