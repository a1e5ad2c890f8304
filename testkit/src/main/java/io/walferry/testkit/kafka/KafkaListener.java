package io.walferry.testkit.kafka;

import java.util.Locale;

/** What a broker asks of clients; it listens at a port of its own for each. */
public enum KafkaListener {
  /** Nothing. */
  PLAIN("PLAINTEXT"),
  /** A {@link KafkaBroker#login}. */
  PASSWORD("SASL_PLAINTEXT"),
  /** TLS and a login. */
  TLS_PASSWORD("SASL_SSL"),
  /** TLS and a certificate by the broker's authority. */
  CERTIFICATE("SSL");

  private final String protocol;

  KafkaListener(String protocol) {
    this.protocol = protocol;
  }

  /** As {@code security.protocol} names it. */
  public String protocol() {
    return protocol;
  }

  boolean wantsLogin() {
    return protocol.startsWith("SASL_");
  }

  /** Settings that begin with this hold for this listener only. */
  String settingPrefix() {
    return "listener.name." + name().toLowerCase(Locale.ROOT) + ".";
  }
}
