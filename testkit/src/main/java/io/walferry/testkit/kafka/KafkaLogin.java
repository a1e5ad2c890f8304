package io.walferry.testkit.kafka;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A user that a broker knows, by SASL PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512. */
public record KafkaLogin(String user, String password) {
  private static final String PLAIN =
      "org.apache.kafka.common.security.plain.PlainLoginModule required";
  private static final String SCRAM =
      "org.apache.kafka.common.security.scram.ScramLoginModule required;";

  /** What a broker is told of it for a listener. */
  Map<String, String> settings(KafkaListener listener) {
    Map<String, String> settings = new HashMap<>();
    settings.put("sasl.enabled.mechanisms", "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512");
    String prefix = listener.settingPrefix();
    settings.put(
        prefix + "plain.sasl.jaas.config",
        "%s user_%s=%s;".formatted(PLAIN, user, quoted(password)));
    settings.put(prefix + "scram-sha-256.sasl.jaas.config", SCRAM);
    settings.put(prefix + "scram-sha-512.sasl.jaas.config", SCRAM);
    return settings;
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
