package io.walferry.kafka;

import static java.util.Comparator.comparingLong;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** What a cluster is asked for beside records. Belongs to one thread. */
final class Cluster implements AutoCloseable {
  private static final Duration CLOSE_MAX = Duration.ofSeconds(5);

  /** A broker's setting. */
  private static final String TRANSACTION_MAX = "transaction.max.timeout.ms";

  private final String where;
  private final TopicSettings settings;
  private final Admin admin;

  Cluster(KafkaClients clients, TopicSettings settings) {
    this.where = clients.display();
    this.settings = settings;
    this.admin = clients.admin();
  }

  String display() {
    return where;
  }

  /**
   * Passes, or says that the brokers end transactions earlier than ours may take. Passes, too,
   * where the brokers do not tell; a first transaction that is too long says it then.
   */
  void requireTransactions(Duration wanted) {
    Node broker = get("connect", admin.describeCluster().nodes()).iterator().next();
    ConfigResource resource = new ConfigResource(ConfigResource.Type.BROKER, broker.idString());
    unless(KafkaException.class, "look at the brokers' settings", settings(resource))
        .map(settings -> settings.get(TRANSACTION_MAX))
        .map(ConfigEntry::value)
        .map(millis -> Duration.ofMillis(Long.parseLong(millis)))
        .filter(most -> most.compareTo(wanted) < 0)
        .ifPresent(
            most -> {
              throw new WalferryException(
                  ErrorCode.CONFIGURATION_INVALID,
                  "'transactionTimeout': expected at most %d s, the %s of %s, got %d s"
                      .formatted(most.toSeconds(), TRANSACTION_MAX, where, wanted.toSeconds()));
            });
  }

  /** How many partitions each of these topics has; one that is missing is left out. */
  Map<String, Integer> partitions(Collection<String> topics) {
    Map<String, Integer> found = new HashMap<>();
    admin
        .describeTopics(topics)
        .topicNameValues()
        .forEach(
            (topic, description) ->
                unless(
                        UnknownTopicOrPartitionException.class,
                        "look at topic " + topic,
                        description)
                    .map(TopicDescription::partitions)
                    .ifPresent(partitions -> found.put(topic, partitions.size())));
    return found;
  }

  /**
   * Makes topics.
   *
   * @throws WalferryException {@code DESTINATION_SHAPE} if none may be made
   */
  void create(Collection<String> topics, int partitions, Map<String, String> config) {
    if (topics.isEmpty()) {
      return;
    }
    if (!settings.create()) {
      throw new WalferryException(
          ErrorCode.DESTINATION_SHAPE,
          "Topics are missing at %s, and 'create' is false: %s"
              .formatted(where, String.join(", ", topics)));
    }
    Optional<Short> replication =
        settings.replication().isPresent()
            ? Optional.of((short) settings.replication().getAsInt())
            : Optional.empty();
    List<NewTopic> made =
        topics.stream()
            .map(topic -> new NewTopic(topic, Optional.of(partitions), replication).configs(config))
            .toList();
    admin
        .createTopics(made)
        .values()
        .forEach(
            (topic, creation) -> {
              try {
                creation.get();
              } catch (ExecutionException | InterruptedException | KafkaException e) {
                if (!(KafkaErrors.cause(e) instanceof TopicExistsException)) {
                  throw failure("make topic " + topic, e);
                }
              }
            });
  }

  /** A topic's setting, such as {@code cleanup.policy}. */
  String setting(String topic, String name) {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    return get("look at the settings of topic " + topic, settings(resource)).get(name).value();
  }

  private KafkaFuture<Config> settings(ConfigResource resource) {
    return admin.describeConfigs(List.of(resource)).values().values().iterator().next();
  }

  /** Where the next record of a topic's first partition would be; transactions do not count. */
  long end(String topic) {
    TopicPartition partition = new TopicPartition(topic, 0);
    return get(
            "look for the end of topic " + topic,
            admin.listOffsets(Map.of(partition, OffsetSpec.latest())).partitionResult(partition))
        .offset();
  }

  /**
   * Who holds the oldest open transaction of a topic's first partition, as far as the cluster knows
   * and tells us.
   */
  String oldestTransaction(String topic) {
    TopicPartition partition = new TopicPartition(topic, 0);
    try {
      Optional<ProducerState> oldest =
          get(
                  "look at the producers of topic " + topic,
                  admin.describeProducers(List.of(partition)).partitionResult(partition))
              .activeProducers()
              .stream()
              .filter(one -> one.currentTransactionStartOffset().isPresent())
              .min(comparingLong(one -> one.currentTransactionStartOffset().getAsLong()));
      return oldest.isPresent()
          ? "of producer %d since offset %d: %s"
              .formatted(
                  oldest.get().producerId(),
                  oldest.get().currentTransactionStartOffset().getAsLong(),
                  transactionOf(oldest.get().producerId()))
          : "that ends just now";
    } catch (WalferryException e) {
      // Not everybody may ask.
      return "of an unknown producer (%s)".formatted(e.getMessage());
    }
  }

  private String transactionOf(long producerId) {
    ListTransactionsOptions ofThis =
        new ListTransactionsOptions().filterProducerIds(Set.of(producerId));
    return get("look for the transactions of a producer", admin.listTransactions(ofThis).all())
        .stream()
        .map(found -> "%s, %s".formatted(found.transactionalId(), found.state()))
        .findFirst()
        .orElse("unknown to the coordinator, so 'kafka-transactions.sh abort' ends it");
  }

  /**
   * Which of these topics hold offsets, be they of records or of transactions that were dropped.
   */
  Set<TopicPartition> used(Map<String, Integer> partitions) {
    Map<TopicPartition, OffsetSpec> first = new HashMap<>();
    Map<TopicPartition, OffsetSpec> last = new HashMap<>();
    partitions.forEach(
        (topic, count) -> {
          for (int number = 0; number < count; number++) {
            first.put(new TopicPartition(topic, number), OffsetSpec.earliest());
            last.put(new TopicPartition(topic, number), OffsetSpec.latest());
          }
        });
    String action = "look for records in the tables' topics";
    ListOffsetsResult begins = admin.listOffsets(first);
    ListOffsetsResult ends = admin.listOffsets(last);
    return first.keySet().stream()
        .filter(
            one ->
                get(action, begins.partitionResult(one)).offset()
                    < get(action, ends.partitionResult(one)).offset())
        .collect(Collectors.toSet());
  }

  /** Returns what is answered, or nothing where it fails by this. */
  private <T> Optional<T> unless(
      Class<? extends KafkaException> excuse, String action, KafkaFuture<T> answer) {
    try {
      return Optional.of(answer.get());
    } catch (ExecutionException | InterruptedException | KafkaException e) {
      if (excuse.isInstance(KafkaErrors.cause(e))) {
        return Optional.empty();
      }
      throw failure(action, e);
    }
  }

  private <T> T get(String action, KafkaFuture<T> answer) {
    try {
      return answer.get();
    } catch (ExecutionException | InterruptedException | KafkaException e) {
      throw failure(action, e);
    }
  }

  private WalferryException failure(String action, Exception cause) {
    if (cause instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    return KafkaErrors.translate(action, where, cause);
  }

  @Override
  public void close() {
    admin.close(CLOSE_MAX);
  }
}
