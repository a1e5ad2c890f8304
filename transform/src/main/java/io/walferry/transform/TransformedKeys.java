package io.walferry.transform;

import io.walferry.change.TableId;
import io.walferry.publication.PublishedTable;
import java.util.List;
import java.util.Optional;

/** Tells how a destination knows tables and the keys of their rows. */
public final class TransformedKeys {
  private final Planner planner;

  public TransformedKeys(TransformSettings settings) {
    this.planner = new Planner(settings);
  }

  /** What a table of the source is called there. */
  public TableId table(PublishedTable source) {
    return PublishedPlan.of(source, planner).target().table();
  }

  /**
   * What the columns of a key are called there; empty if their values are changed on their way, so
   * that a row's key at the source cannot be told from the one there.
   */
  public Optional<List<String>> columns(PublishedTable source, List<String> key) {
    PublishedPlan plan = PublishedPlan.of(source, planner);
    return plan.changes(key) ? Optional.empty() : Optional.of(plan.names(key));
  }
}
