package io.walferry.testkit.kafka;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.ToIntFunction;

/**
 * What a broker is started with.
 *
 * @param own win over ours
 * @param login who is let in; everybody if empty
 * @param proxied whether there is a second listener, for clients that come by way of a proxy
 */
record BrokerSettings(Map<String, String> own, Optional<KafkaLogin> login, boolean proxied) {
  /**
   * Where a broker listens.
   *
   * @param proxied the port behind the proxy, and the proxy's
   */
  record Ports(int clients, int controller, Optional<Proxied> proxied) {}

  /** Clients are told the proxy's port, wherever they ask. */
  record Proxied(int broker, int proxy) {}

  /**
   * The file that the broker reads: one node that is broker and controller, for small tests. Topics
   * are made by those who ask for them, and a killed broker is soon let in again.
   */
  Properties properties(Ports ports, Path data) {
    String protocol = login.isPresent() ? "SASL_PLAINTEXT" : "PLAINTEXT";
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
            "CONTROLLER",
            "listeners",
            "CLIENTS://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d"
                    .formatted(ports.clients, ports.controller)
                + proxied(ports, Proxied::broker),
            "advertised.listeners",
            "CLIENTS://127.0.0.1:" + ports.clients + proxied(ports, Proxied::proxy),
            "listener.security.protocol.map",
            "CLIENTS:%s,PROXIED:%<s,CONTROLLER:PLAINTEXT".formatted(protocol),
            "inter.broker.listener.name",
            "CLIENTS",
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
    login.ifPresent(one -> properties.putAll(one.settings()));
    properties.putAll(own);
    return properties;
  }

  private static String proxied(Ports ports, ToIntFunction<Proxied> port) {
    return ports.proxied.map(it -> ",PROXIED://127.0.0.1:" + port.applyAsInt(it)).orElse("");
  }

  /** What the broker's logs are formatted with. */
  String[] formatArguments() {
    return login.map(KafkaLogin::formatArguments).orElse(List.of()).toArray(String[]::new);
  }
}
