package io.walferry.testkit.kafka;

import java.util.List;
import java.util.Map;

/** Who may talk to a broker, by each of three mechanisms. */
record KafkaLogin(String user, String password) {
  private static final String PLAIN =
      "org.apache.kafka.common.security.plain.PlainLoginModule required";
  private static final String SCRAM =
      "org.apache.kafka.common.security.scram.ScramLoginModule required;";

  /** What a broker is told of it. The broker itself logs in by the first mechanism. */
  Map<String, String> settings() {
    String word = quoted(password);
    return Map.of(
        "sasl.enabled.mechanisms",
        "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
        "sasl.mechanism.inter.broker.protocol",
        "PLAIN",
        "listener.name.clients.plain.sasl.jaas.config",
        "%s username=\"%s\" password=%s user_%s=%s;".formatted(PLAIN, user, word, user, word),
        "listener.name.clients.scram-sha-256.sasl.jaas.config",
        SCRAM,
        "listener.name.clients.scram-sha-512.sasl.jaas.config",
        SCRAM);
  }

  /** By the rules of JAAS. */
  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  /** What a cluster's logs are formatted with, so that they know the user. */
  List<String> formatArguments() {
    return List.of(
        "--add-scram", credential("SCRAM-SHA-256"), "--add-scram", credential("SCRAM-SHA-512"));
  }

  private String credential(String mechanism) {
    return "%s=[name=\"%s\",password=\"%s\"]".formatted(mechanism, user, password);
  }

  /** Shows no password. */
  @Override
  public String toString() {
    return "KafkaLogin[" + user + "]";
  }
}
