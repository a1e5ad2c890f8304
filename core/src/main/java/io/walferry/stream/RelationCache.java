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
  private final Map<Integer, Relation> relations = new HashMap<>();

  void announce(Relation relation) {
    if (!relation.equals(relations.get(relation.oid()))) {
      relations.put(relation.oid(), relation);
    }
  }

  Optional<Relation> find(int oid) {
    return Optional.ofNullable(relations.get(oid));
  }
}
