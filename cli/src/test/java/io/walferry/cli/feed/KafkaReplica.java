package io.walferry.cli.feed;

import io.walferry.change.Lsn;
import io.walferry.testkit.kafka.CommittedRecords;
import io.walferry.testkit.kafka.KafkaBroker;
import io.walferry.testkit.kafka.KafkaRecord;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The rows that somebody has who does what the records of one topic say, which has one partition. A
 * record that does not fit what the records before it have left, or that comes out of its order, is
 * an error: it was lost or doubled.
 */
final class KafkaReplica {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String OLD_KEY = "__debezium.oldkey";
  private static final String NEW_KEY = "__debezium.newkey";
  private static final String UNAVAILABLE = "\"__debezium_unavailable_value\"";

  /** By their keys, each a map of the texts of values as JSON. What is NULL is not in a row. */
  private final Map<String, Map<String, String>> keyed = new HashMap<>();

  /** How often, of a table whose records have no keys. */
  private final Map<Map<String, String>, Long> bag = new HashMap<>();

  /** Rows on their way from one key to another, by the former one. */
  private final Map<String, Map<String, String>> moving = new HashMap<>();

  private final Set<String> columns = new HashSet<>();
  private long taken;
  private Lsn lsn = Lsn.ZERO;
  private long ordinal;

  private KafkaReplica() {}

  static KafkaReplica of(KafkaBroker broker, String topic) {
    KafkaReplica replica = new KafkaReplica();
    CommittedRecords.read(broker, topic, replica::take);
    return replica;
  }

  private void take(KafkaRecord record) {
    try {
      apply(record);
      taken++;
    } catch (RuntimeException e) {
      throw new AssertionError("record %d does not fit".formatted(taken), e);
    }
  }

  /** The columns that a row has had. */
  Set<String> columns() {
    return Set.copyOf(columns);
  }

  /** How often each row is there, with these columns only. */
  Map<Map<String, String>, Long> rows(Set<String> columns) {
    Map<Map<String, String>, Long> rows = new HashMap<>();
    keyed.values().forEach(row -> rows.merge(only(columns, row), 1L, Long::sum));
    bag.forEach((row, count) -> rows.merge(only(columns, row), count, Long::sum));
    return rows;
  }

  private static Map<String, String> only(Set<String> columns, Map<String, String> row) {
    Map<String, String> kept = new TreeMap<>(row);
    kept.keySet().retainAll(columns);
    return kept;
  }

  private void apply(KafkaRecord record) {
    Optional<JsonNode> value = record.value().map(JSON::readTree);
    if (value.isEmpty()) {
      require(!keyed.containsKey(record.key().orElseThrow()), "a tombstone of a row that is there");
      return;
    }
    JsonNode event = value.get();
    inOrder(event.required("source"));
    switch (event.required("op").stringValue()) {
      case "r", "c" -> add(record, after(event));
      case "u" -> update(record, event);
      case "d" -> delete(record, event);
      case "t" -> {
        keyed.clear();
        bag.clear();
      }
      default -> throw new IllegalArgumentException("unknown op");
    }
  }

  /** A row that moves has one place for both of its records; rows of a load have none. */
  private void inOrder(JsonNode source) {
    if (source.required("sequence").isNull()) {
      return;
    }
    JsonNode sequence = JSON.readTree(source.required("sequence").stringValue());
    Lsn next = new Lsn(Long.parseUnsignedLong(sequence.required(0).stringValue()));
    long place = Long.parseLong(sequence.required(1).stringValue());
    boolean goesOn = next.equals(lsn) ? place >= ordinal : lsn.isBefore(next);
    require(goesOn, "place %d of %s behind place %d of %s".formatted(place, next, ordinal, lsn));
    lsn = next;
    ordinal = place;
  }

  private void add(KafkaRecord record, Map<String, String> row) {
    if (record.key().isEmpty()) {
      bag.merge(row, 1L, Long::sum);
      return;
    }
    Optional<String> former = Optional.ofNullable(record.headers().get(OLD_KEY));
    former.ifPresent(key -> complete(row, taken(moving, key)));
    boolean added = keyed.putIfAbsent(record.key().get(), row) == null;
    require(added, "a row is there already");
  }

  private void update(KafkaRecord record, JsonNode event) {
    Map<String, String> after = after(event);
    if (record.key().isEmpty()) {
      remove(row(event.required("before")));
      bag.merge(after, 1L, Long::sum);
      return;
    }
    complete(after, taken(keyed, record.key().get()));
    keyed.put(record.key().get(), after);
  }

  private void delete(KafkaRecord record, JsonNode event) {
    if (record.key().isEmpty()) {
      remove(row(event.required("before")));
      return;
    }
    Map<String, String> gone = taken(keyed, record.key().get());
    if (record.headers().containsKey(NEW_KEY)) {
      moving.put(record.key().get(), gone);
    }
  }

  private void remove(Map<String, String> row) {
    long count = bag.getOrDefault(row, 0L);
    require(count > 0, "a row is not there");
    if (count == 1) {
      bag.remove(row);
    } else {
      bag.put(row, count - 1);
    }
  }

  private static Map<String, String> taken(Map<String, Map<String, String>> rows, String key) {
    return Optional.ofNullable(rows.remove(key))
        .orElseThrow(() -> new IllegalStateException("a row is not there"));
  }

  /** Puts in what the source did not send. */
  private static void complete(Map<String, String> row, Map<String, String> former) {
    Set<String> lacking = new HashSet<>();
    row.forEach(
        (column, value) -> {
          if (value.equals(UNAVAILABLE)) {
            lacking.add(column);
          }
        });
    for (String column : lacking) {
      row.remove(column);
      Optional.ofNullable(former.get(column)).ifPresent(value -> row.put(column, value));
    }
  }

  private Map<String, String> after(JsonNode event) {
    JsonNode members = event.required("after");
    members.properties().forEach(member -> columns.add(member.getKey()));
    return row(members);
  }

  private static Map<String, String> row(JsonNode members) {
    Map<String, String> row = new TreeMap<>();
    members
        .properties()
        .forEach(
            member -> {
              if (!member.getValue().isNull()) {
                row.put(member.getKey(), member.getValue().toString());
              }
            });
    return row;
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new IllegalStateException(otherwise);
    }
  }
}
