package io.walferry.testkit.kafka;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Describes a broker; each method returns this builder. Used by one thread. */
public final class KafkaBrokerBuilder {
  private final Map<String, String> settings = new LinkedHashMap<>();
  private Optional<KafkaLogin> login = Optional.empty();
  private boolean proxied;

  KafkaBrokerBuilder() {}

  /** A broker's setting, such as {@code transaction.max.timeout.ms}; wins over our own. */
  public KafkaBrokerBuilder setting(String name, String value) {
    settings.put(name, value);
    return this;
  }

  /**
   * Lets in only this user, by SASL PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512; without TLS, unless a
   * setting says otherwise.
   */
  public KafkaBrokerBuilder login(String user, String password) {
    login = Optional.of(new KafkaLogin(user, password));
    return this;
  }

  /** With a proxy before a second port of the broker; see {@link KafkaBroker#proxy}. */
  public KafkaBrokerBuilder proxied() {
    proxied = true;
    return this;
  }

  /** Returns when the broker takes requests. */
  public KafkaBroker start() {
    return KafkaBroker.create(new BrokerSettings(Map.copyOf(settings), login, proxied));
  }
}
