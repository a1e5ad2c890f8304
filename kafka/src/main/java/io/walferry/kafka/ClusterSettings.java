package io.walferry.kafka;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How a cluster is reached.
 *
 * @param bootstrapServers as in {@code one:9092,two:9092}
 * @param login who we are; nobody if empty
 * @param tls without TLS if empty
 * @param properties of Kafka's own clients, for compression, timeouts and so on; they win over
 *     {@code login} and {@code tls}
 */
public record ClusterSettings(
    String bootstrapServers,
    Optional<SaslLogin> login,
    Optional<TlsSettings> tls,
    Map<String, String> properties) {
  private static final String PROTOCOL = "security.protocol";

  public ClusterSettings {
    properties = Map.copyOf(properties);
  }

  /** Without a login and TLS. */
  public static ClusterSettings of(String bootstrapServers) {
    return new ClusterSettings(bootstrapServers, Optional.empty(), Optional.empty(), Map.of());
  }

  public ClusterSettings with(SaslLogin theirs) {
    return new ClusterSettings(bootstrapServers, Optional.of(theirs), tls, properties);
  }

  public ClusterSettings with(TlsSettings theirs) {
    return new ClusterSettings(bootstrapServers, login, Optional.of(theirs), properties);
  }

  public ClusterSettings withProperties(Map<String, String> theirs) {
    return new ClusterSettings(bootstrapServers, login, tls, theirs);
  }

  /** Whether one address at least is the same. */
  boolean sharesServer(ClusterSettings other) {
    Set<String> servers = new HashSet<>(servers());
    servers.retainAll(other.servers());
    return !servers.isEmpty();
  }

  private Set<String> servers() {
    return Set.copyOf(Arrays.asList(bootstrapServers.toLowerCase(Locale.ROOT).split(",", -1)));
  }

  /**
   * What clients are told, with passwords and files as of now.
   *
   * @throws io.walferry.error.WalferryException if one of them cannot be had
   */
  Map<String, String> clientProperties() {
    Map<String, String> all = new HashMap<>();
    if (login.isPresent() || tls.isPresent()) {
      all.put(
          PROTOCOL, (login.isPresent() ? "SASL_" : "") + (tls.isPresent() ? "SSL" : "PLAINTEXT"));
    }
    tls.ifPresent(it -> all.putAll(it.properties()));
    login.ifPresent(it -> all.putAll(it.properties()));
    all.putAll(properties);
    return all;
  }

  /** Shows no property, which may be a password. */
  @Override
  public String toString() {
    return "ClusterSettings[" + bootstrapServers + ", " + properties.keySet() + "]";
  }
}
