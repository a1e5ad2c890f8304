package io.walferry.kafka;

import io.walferry.change.Column;
import io.walferry.change.Relation;
import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.kafka.envelope.TableShape;
import io.walferry.publication.PublishedTable;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;

/** The topics of a feed's tables: no two tables share one. Belongs to one thread. */
final class TableTopics {
  /** A bound for feeds that announce relations anew again and again. */
  private static final int RELATIONS_MAX = 256;

  private final String pipeline;
  private final TopicSettings settings;
  private final TopicTemplate template;
  private final KeyChoice keys;
  private final Cluster cluster;
  private final Map<String, Owner> owners = new HashMap<>();
  private final Map<TableId, PublishedTable> known = new HashMap<>();
  private final Map<String, Integer> partitions = new HashMap<>();
  private final IdentityHashMap<Relation, TableTopic> relations = new IdentityHashMap<>();

  /** The one use of a topic. */
  private sealed interface Owner {
    /** The changes of a table. */
    record OfTable(TableId table) implements Owner {
      @Override
      public String toString() {
        return "table " + table;
      }
    }

    /** Something that a feed has once. */
    record Other(String what) implements Owner {
      @Override
      public String toString() {
        return what;
      }
    }
  }

  TableTopics(String pipeline, KafkaSinkSettings settings, Cluster cluster) {
    this.pipeline = pipeline;
    this.settings = settings.topics();
    this.template = TopicTemplate.ofTables(settings.topics().name());
    this.keys = new KeyChoice(settings.records().keys());
    this.cluster = cluster;
  }

  /** The topic of something that is no table. */
  String reserve(String topic, String what) {
    return reserve(topic, new Owner.Other(what));
  }

  private String reserve(String topic, Owner owner) {
    Owner earlier = owners.putIfAbsent(topic, owner);
    if (earlier != null && !earlier.equals(owner)) {
      throw new WalferryException(
          ErrorCode.DESTINATION_SHAPE,
          "Topic %s would belong to %s and to %s; change 'topic' or leave one of them out"
              .formatted(topic, earlier, owner));
    }
    return topic;
  }

  /**
   * Gets the topics of tables ready.
   *
   * @param fresh those whose topic must be new or empty, unless the settings say otherwise
   * @param kept those whose topic must be there
   */
  void prepare(List<PublishedTable> tables, Set<TableId> fresh, Set<TableId> kept) {
    Map<String, TableId> topics = new HashMap<>();
    for (PublishedTable table : tables) {
      keys.requireTold(table);
      topics.put(name(table.table()), table.table());
    }
    Map<String, Integer> found = cluster.partitions(topics.keySet());
    Set<String> missing = new HashSet<>(topics.keySet());
    missing.removeAll(found.keySet());
    requireThere(missing, topics, kept);
    found.forEach(this::requirePartitions);
    requireEmpty(found, topics, fresh);
    cluster.create(missing, settings.partitions(), settings.config());
    partitions.putAll(found);
    missing.forEach(topic -> partitions.put(topic, settings.partitions()));
    tables.forEach(table -> known.put(table.table(), table));
    relations.clear();
  }

  private void requireThere(Set<String> missing, Map<String, TableId> topics, Set<TableId> kept) {
    for (String topic : missing) {
      if (kept.contains(topics.get(topic))) {
        throw new WalferryException(
            ErrorCode.DESTINATION_SHAPE,
            "Topic %s of table %s, which has its rows, is missing at %s"
                .formatted(topic, topics.get(topic), cluster.display()));
      }
    }
  }

  /** Who asks for more than there are would have fewer consumers at work than he believes. */
  private void requirePartitions(String topic, int found) {
    if (found < settings.partitions()) {
      throw new WalferryException(
          ErrorCode.DESTINATION_SHAPE,
          "Topic %s at %s: expected %d partitions or more, as 'partitions' says, got %d"
              .formatted(topic, cluster.display(), settings.partitions(), found));
    }
  }

  private void requireEmpty(
      Map<String, Integer> found, Map<String, TableId> topics, Set<TableId> fresh) {
    if (settings.append()) {
      return;
    }
    Map<String, Integer> asked =
        found.entrySet().stream()
            .filter(entry -> fresh.contains(topics.get(entry.getKey())))
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    if (asked.isEmpty()) {
      return;
    }
    Set<String> used =
        cluster.used(asked).stream().map(TopicPartition::topic).collect(Collectors.toSet());
    if (!used.isEmpty()) {
      throw new WalferryException(
          ErrorCode.DESTINATION_NOT_EMPTY,
          "Topics at %s have records already: %s ('existing: append' lets them stay)"
              .formatted(cluster.display(), String.join(", ", used)));
    }
  }

  private String name(TableId table) {
    return reserve(template.of(pipeline, table), new Owner.OfTable(table));
  }

  /** Knows a table by its other name, whose topic is made unless it is there. */
  void rename(TableId table, TableId to) {
    int unused = ensure(name(to));
    Optional.ofNullable(known.remove(table)).ifPresent(it -> known.put(to, it.named(to)));
    relations.clear();
  }

  /** For changes of a relation; makes the topic of one that nobody has announced. */
  TableTopic of(Relation relation) {
    if (relations.size() >= RELATIONS_MAX && !relations.containsKey(relation)) {
      relations.clear();
    }
    return relations.computeIfAbsent(relation, this::made);
  }

  private TableTopic made(Relation relation) {
    String topic = name(relation.table());
    ensure(topic);
    Optional<PublishedTable> table = Optional.ofNullable(known.get(relation.table()));
    return new TableTopic(topic, shape(relation, keys.of(relation, table)));
  }

  /** For rows of a table that are read; safe for any thread once the table was prepared. */
  TableTopic of(PublishedTable table) {
    List<Column> columns =
        table.columns().stream()
            .map(c -> new Column(c.name(), c.typeOid(), c.typeModifier(), false))
            .toList();
    Relation relation = new Relation(table.oid(), table.table(), table.replicaIdentity(), columns);
    return new TableTopic(template.of(pipeline, table.table()), shape(relation, keys.of(table)));
  }

  private TableShape shape(Relation relation, List<String> key) {
    return new TableShape(
        relation, key, keys.neverNull(relation.table(), relation.replicaIdentity()));
  }

  /** Makes the topic unless it is there; returns the number of its partitions. */
  int ensure(String topic) {
    return partitions.computeIfAbsent(
        topic,
        name -> {
          Optional<Integer> found =
              Optional.ofNullable(cluster.partitions(List.of(name)).get(name));
          if (found.isEmpty()) {
            cluster.create(List.of(name), settings.partitions(), settings.config());
          }
          found.ifPresent(partitions -> requirePartitions(topic, partitions));
          return found.orElse(settings.partitions());
        });
  }
}
