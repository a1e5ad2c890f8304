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
  /** Never empty: made once, since it is asked for with each row. */
  private record Announced(Optional<Relation> relation, long number) {}

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
    Optional<Relation> announced = Optional.of(relation);
    if (known == null) {
      relations.put(relation.oid(), new Announced(announced, number));
    } else if (known.number < number) {
      Optional<Relation> same = announced.equals(known.relation) ? known.relation : announced;
      relations.put(relation.oid(), new Announced(same, number));
    }
  }

  /** Takes all announcements of another cache, each unless a later one is known. */
  void announceAll(RelationCache other) {
    other.relations.values().forEach(it -> announce(it.relation.orElseThrow(), it.number));
  }

  Optional<Relation> find(int oid) {
    Announced known = relations.get(oid);
    return known == null ? Optional.empty() : known.relation;
  }
}
