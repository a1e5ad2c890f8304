package io.walferry.testkit.kafka;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a broker is started with.
 *
 * @param own win over ours
 * @param proxied whether there is one more listener, for clients that come by way of a proxy
 */
record BrokerSettings(Map<String, String> own, boolean proxied) {
  private static final String PROXIED = "PROXIED";
  private static final String CONTROLLER = "CONTROLLER";

  /**
   * Where a broker listens.
   *
   * @param proxied the port behind the proxy, and the proxy's
   */
  record Ports(Map<KafkaListener, Integer> clients, int controller, Optional<Proxied> proxied) {}

  /** Clients are told the proxy's port, wherever they ask. */
  record Proxied(int broker, int proxy) {}

  /**
   * Holds what a broker shows and trusts.
   *
   * @param keyStore PKCS #12
   * @param authority PEM
   */
  record Certificates(Path keyStore, String password, Path authority) {
    private Map<String, String> settings() {
      return Map.of(
          "ssl.keystore.type",
          "PKCS12",
          "ssl.keystore.location",
          keyStore.toString(),
          "ssl.keystore.password",
          password,
          "ssl.truststore.type",
          "PEM",
          "ssl.truststore.location",
          authority.toString(),
          KafkaListener.CERTIFICATE.settingPrefix() + "ssl.client.auth",
          "required");
    }
  }

  /**
   * The file that the broker reads: one node that is broker and controller, for small tests. Topics
   * are made by those who ask for them, and a killed broker is soon let in again.
   */
  Properties properties(Ports ports, Path data, KafkaLogin login, Certificates certificates) {
    Properties properties = new Properties();
    properties.putAll(
        Map.of(
            "process.roles",
            "broker,controller",
            "node.id",
            "1",
            "controller.quorum.voters",
            "1@127.0.0.1:" + ports.controller,
            "controller.listener.names",
            CONTROLLER,
            "listeners",
            listeners(ports, Proxied::broker) + "," + listener(CONTROLLER, ports.controller),
            "advertised.listeners",
            listeners(ports, Proxied::proxy),
            "listener.security.protocol.map",
            protocols(),
            "inter.broker.listener.name",
            KafkaListener.PLAIN.name(),
            "log.dirs",
            data.toString()));
    properties.putAll(
        Map.of(
            "auto.create.topics.enable", "false",
            "broker.session.timeout.ms", "3000",
            "broker.heartbeat.interval.ms", "500",
            "offsets.topic.num.partitions", "1",
            "offsets.topic.replication.factor", "1",
            "transaction.state.log.num.partitions", "4",
            "transaction.state.log.replication.factor", "1",
            "transaction.state.log.min.isr", "1",
            "group.initial.rebalance.delay.ms", "0",
            "log.flush.offset.checkpoint.interval.ms", "5000"));
    Arrays.stream(KafkaListener.values())
        .filter(KafkaListener::wantsLogin)
        .forEach(listener -> properties.putAll(login.settings(listener)));
    properties.putAll(certificates.settings());
    properties.putAll(own);
    return properties;
  }

  private static String listeners(Ports ports, ToIntFunction<Proxied> proxied) {
    Stream<String> own =
        ports.clients.entrySet().stream().map(it -> listener(it.getKey().name(), it.getValue()));
    Stream<String> more =
        ports.proxied.stream().map(it -> listener(PROXIED, proxied.applyAsInt(it)));
    return Stream.concat(own, more).collect(Collectors.joining(","));
  }

  private static String listener(String name, int port) {
    return name + "://127.0.0.1:" + port;
  }

  private static String protocols() {
    Map<String, String> protocols = new HashMap<>();
    for (KafkaListener listener : KafkaListener.values()) {
      protocols.put(listener.name(), listener.protocol());
    }
    protocols.put(PROXIED, KafkaListener.PLAIN.protocol());
    protocols.put(CONTROLLER, KafkaListener.PLAIN.protocol());
    return protocols.entrySet().stream()
        .map(it -> it.getKey() + ":" + it.getValue())
        .collect(Collectors.joining(","));
  }
}
