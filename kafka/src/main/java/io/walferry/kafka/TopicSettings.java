package io.walferry.kafka;

import java.util.Map;
import java.util.OptionalInt;

/**
 * Which topics there are, and how they are made.
 *
 * @param name of a table's topic; see {@link TopicTemplate}
 * @param position the name of the topic that holds the position and the ledger, with {@code
 *     {pipeline}} in it
 * @param deadLetters the same for the topic of records that are too large, where they go there
 * @param create whether missing topics are made
 * @param append whether the topic of a table that is loaded may hold records; else it is refused
 * @param partitions of a table's topic that is made
 * @param replication how many brokers hold a topic that is made; the cluster's default if empty
 * @param config of a table's topic that is made, such as {@code cleanup.policy}
 */
public record TopicSettings(
    String name,
    String position,
    String deadLetters,
    boolean create,
    boolean append,
    int partitions,
    OptionalInt replication,
    Map<String, String> config) {
  /** One partition, so that the records of a table have one order. */
  public static final TopicSettings DEFAULT =
      new TopicSettings(
          "{pipeline}.{schema}.{table}",
          "walferry.position.{pipeline}",
          "walferry.deadletter.{pipeline}",
          true,
          false,
          1,
          OptionalInt.empty(),
          Map.of());

  public TopicSettings {
    config = Map.copyOf(config);
  }

  public TopicSettings withName(String template) {
    return new TopicSettings(
        template, position, deadLetters, create, append, partitions, replication, config);
  }

  public TopicSettings withPartitions(int count) {
    return new TopicSettings(
        name, position, deadLetters, create, append, count, replication, config);
  }

  public TopicSettings withConfig(Map<String, String> theirs) {
    return new TopicSettings(
        name, position, deadLetters, create, append, partitions, replication, theirs);
  }

  /** Topics are there, or the feed stops. */
  public TopicSettings withoutCreation() {
    return new TopicSettings(
        name, position, deadLetters, false, append, partitions, replication, config);
  }

  /** Topics may have records already. */
  public TopicSettings appending() {
    return new TopicSettings(
        name, position, deadLetters, create, true, partitions, replication, config);
  }
}
