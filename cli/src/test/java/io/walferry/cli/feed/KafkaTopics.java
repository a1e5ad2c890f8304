package io.walferry.cli.feed;

import io.walferry.kafka.KafkaSink;
import io.walferry.kafka.KafkaSinkSettings;
import io.walferry.sink.Sink;
import io.walferry.testkit.compare.ComparisonResult;
import io.walferry.testkit.compare.TableDifference;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.kafka.KafkaBroker;
import io.walferry.testkit.postgres.Database;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The topics of a broker of its own, each with so many partitions. */
record KafkaTopics(KafkaBroker broker, int partitions) implements Destination {
  /** Begins the name; the number of partitions follows, and the bootstrap servers. */
  static final String PREFIX = "kafka:";

  static Sink named(String name) {
    String[] parts = name.substring(PREFIX.length()).split("@", 2);
    KafkaSinkSettings settings = KafkaSinkSettings.of(parts[1]);
    int partitions = Integer.parseInt(parts[0]);
    return new KafkaSink(
        HaltingProducer.in(settings.with(settings.topics().withPartitions(partitions))));
  }

  @Override
  public Sink sink() {
    return named(name());
  }

  @Override
  public String name() {
    return name(broker.port());
  }

  /** By way of a port. */
  String name(int port) {
    return "%s%d@127.0.0.1:%d".formatted(PREFIX, partitions, port);
  }

  /**
   * Compares what the records have left with what the source has, as a feed of another name tells
   * it that loads everything once: both have the same form.
   */
  @Override
  public ComparisonResult compare(Database source, List<TableName> tables) {
    String again = source.name() + "_again";
    FeedSetup.catchUp(
        FeedSetup.settings(again, WorkloadFeedTest.TABLES), source, List.of(this::sink));
    List<TableDifference> differences = new ArrayList<>();
    for (TableName table : tables) {
      difference(table, replica(source.name(), table), replica(again, table))
          .ifPresent(differences::add);
    }
    return new ComparisonResult(tables.size(), 0, differences);
  }

  private KafkaReplica replica(String pipeline, TableName table) {
    String topic = "%s.%s.%s".formatted(pipeline, table.schema(), table.name());
    return KafkaReplica.of(broker, topic.replaceAll("[^A-Za-z0-9._-]", "_"));
  }

  private static Optional<TableDifference> difference(
      TableName table, KafkaReplica told, KafkaReplica loaded) {
    Set<String> columns = loaded.columns();
    Map<Map<String, String>, Long> balance = new HashMap<>(told.rows(columns));
    loaded.rows(columns).forEach((row, count) -> balance.merge(row, -count, Long::sum));
    long missing = -balance.values().stream().mapToLong(it -> Math.min(it, 0)).sum();
    long unexpected = balance.values().stream().mapToLong(it -> Math.max(it, 0)).sum();
    if (missing == 0 && unexpected == 0) {
      return Optional.empty();
    }
    return Optional.of(
        new TableDifference(table, missing, unexpected, List.of(), List.of(), Optional.empty()));
  }

  @Override
  public boolean hasTables() {
    return false;
  }

  @Override
  public Connection connect() {
    throw new UnsupportedOperationException("Topics have no connections");
  }

  @Override
  public String positionTable() {
    throw new UnsupportedOperationException("Topics have no tables");
  }

  @Override
  public void close() {}
}
