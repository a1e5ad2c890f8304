package io.walferry.stream;

import io.walferry.change.Relation;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The relations as of the point of the WAL that the stream has reached, never from the live
 * catalog. A relation that is announced again without a difference stays the same object. Not for
 * several threads.
 */
final class RelationCache {
  private record Announced(Relation relation, long number) {}

  private final Map<Integer, Announced> relations;

  RelationCache() {
    this(Map.of());
  }

  private RelationCache(Map<Integer, Announced> relations) {
    this.relations = new HashMap<>(relations);
  }

  /** What is known now, whatever is announced later. */
  RelationCache copy() {
    return new RelationCache(relations);
  }

  /**
   * Takes an announcement, unless a later one is known.
   *
   * @param number of the announcement among all that were received
   */
  void announce(Relation relation, long number) {
    Announced known = relations.get(relation.oid());
    if (known == null) {
      relations.put(relation.oid(), new Announced(relation, number));
    } else if (known.number < number) {
      Relation same = relation.equals(known.relation) ? known.relation : relation;
      relations.put(relation.oid(), new Announced(same, number));
    }
  }

  /** Takes all announcements of another cache, each unless a later one is known. */
  void announceAll(RelationCache other) {
    other.relations.values().forEach(it -> announce(it.relation, it.number));
  }

  Optional<Relation> find(int oid) {
    return Optional.ofNullable(relations.get(oid)).map(Announced::relation);
  }
}
