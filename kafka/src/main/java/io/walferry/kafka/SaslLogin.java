package io.walferry.kafka;

import io.walferry.postgres.PasswordSource;
import io.walferry.postgres.Secret;
import java.util.Map;

/**
 * Who we are, by SASL.
 *
 * @param password asked whenever the cluster is opened
 */
public record SaslLogin(Mechanism mechanism, String user, PasswordSource password) {
  private static final String MODULES = "org.apache.kafka.common.security.";

  /** How a password is shown. */
  public enum Mechanism {
    /** As it is, so only below TLS. */
    PLAIN("PLAIN", "plain.PlainLoginModule"),
    SCRAM_SHA_256("SCRAM-SHA-256", "scram.ScramLoginModule"),
    SCRAM_SHA_512("SCRAM-SHA-512", "scram.ScramLoginModule");

    private final String word;
    private final String module;

    Mechanism(String word, String module) {
      this.word = word;
      this.module = module;
    }

    /** What Kafka calls it. */
    public String word() {
      return word;
    }
  }

  /** What clients are told, with the password as of now. */
  Map<String, String> properties() {
    String secret = password.ask().map(Secret::reveal).orElse("");
    return Map.of(
        "sasl.mechanism",
        mechanism.word(),
        "sasl.jaas.config",
        "%s required username=%s password=%s;"
            .formatted(MODULES + mechanism.module, quoted(user), quoted(secret)));
  }

  /** By the rules of JAAS. */
  private static String quoted(String text) {
    String escaped =
        text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n").replace("\r", "\\r");
    return '"' + escaped + '"';
  }
}
