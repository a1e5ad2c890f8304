package io.walferry.apply;

import io.walferry.change.Change;
import io.walferry.change.Relation;
import io.walferry.sink.LanedSink;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.Set;

/**
 * What changes touch, as far as the sink itself has applied one of their relation: it looks at the
 * table then, and may complete it.
 */
final class TableTouches {
  /** A bound for feeds that announce relations anew again and again. */
  private static final int RELATIONS_MAX = 256;

  private final LanedSink sink;
  private final Set<Relation> met = Collections.newSetFromMap(new IdentityHashMap<>());
  private final IdentityHashMap<Relation, TableTouch> touches = new IdentityHashMap<>();

  TableTouches(LanedSink sink) {
    this.sink = sink;
  }

  /** The sink itself was given a change. */
  void met(Change change) {
    relation(change)
        .ifPresent(
            relation -> {
              if (met.size() >= RELATIONS_MAX && !met.contains(relation)) {
                forget();
              }
              met.add(relation);
            });
  }

  /** What was known may be wrong. */
  void forget() {
    met.clear();
    touches.clear();
  }

  /** Notes what a change touches, unless it has to go through the sink itself. */
  boolean note(Change change, Footprint footprint) {
    Optional<Relation> relation = relation(change);
    if (relation.isEmpty()) {
      return change instanceof Change.Message && !met.isEmpty();
    }
    if (!met.contains(relation.get())) {
      return false;
    }
    TableTouch touch = touches.computeIfAbsent(relation.get(), this::look);
    if (touch.isBounded()) {
      touch.add(change, footprint);
    }
    return touch.isBounded();
  }

  private TableTouch look(Relation relation) {
    return new TableTouch(relation, sink.order(relation));
  }

  private static Optional<Relation> relation(Change change) {
    return switch (change) {
      case Change.Insert insert -> Optional.of(insert.relation());
      case Change.Update update -> Optional.of(update.relation());
      case Change.Delete delete -> Optional.of(delete.relation());
      case Change.Truncate truncate -> Optional.empty();
      case Change.Message message -> Optional.empty();
    };
  }
}
