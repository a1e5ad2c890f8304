package io.walferry.testkit.kafka;

import java.util.LinkedHashMap;
import java.util.Map;

/** Describes a broker; each method returns this builder. Used by one thread. */
public final class KafkaBrokerBuilder {
  private final Map<String, String> settings = new LinkedHashMap<>();
  private boolean proxied;

  KafkaBrokerBuilder() {}

  /** A broker's setting, such as {@code transaction.max.timeout.ms}; wins over our own. */
  public KafkaBrokerBuilder setting(String name, String value) {
    settings.put(name, value);
    return this;
  }

  /** With a proxy before a second port of the broker; see {@link KafkaBroker#proxy}. */
  public KafkaBrokerBuilder proxied() {
    proxied = true;
    return this;
  }

  /** Returns when the broker takes requests. */
  public KafkaBroker start() {
    return KafkaBroker.create(new BrokerSettings(Map.copyOf(settings), proxied));
  }
}
