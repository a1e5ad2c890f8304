package io.walferry.testkit.kafka;

/** Who may talk to a broker. */
record KafkaLogin(String user, String password) {
  /** What the broker is told of it. */
  String serverLine() {
    return "org.apache.kafka.common.security.plain.PlainLoginModule required user_%s=\"%s\";"
        .formatted(user, password);
  }

  /** Shows no password. */
  @Override
  public String toString() {
    return "KafkaLogin[" + user + "]";
  }
}
