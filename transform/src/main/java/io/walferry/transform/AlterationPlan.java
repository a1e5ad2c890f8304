package io.walferry.transform;

import io.walferry.change.Column;
import io.walferry.error.WalferryException;
import io.walferry.publication.FormerValue;
import io.walferry.publication.PublishedColumn;
import io.walferry.sink.ColumnChange;
import io.walferry.sink.TableAlteration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What becomes of an alteration of a table on its way: steps of columns that the destination does
 * not have are left out, the others speak of its own names and types.
 */
final class AlterationPlan {
  private static final String TEXT = "text";

  private final TableAlteration source;
  private final Map<String, Target> before;
  private final Map<String, Target> after;
  private final List<ColumnChange> changes = new ArrayList<>();

  /** What one column of the source is at the destination. */
  private record Target(String name, ColumnPlan plan) {
    boolean isLike(Target other) {
      return plan instanceof ColumnPlan.Changed == other.plan instanceof ColumnPlan.Changed;
    }
  }

  private AlterationPlan(TableAlteration source, TablePlan before, TablePlan after) {
    this.source = source;
    this.before = targets(before);
    this.after = targets(after);
  }

  /** Empty if the destination has nothing to do. */
  static Optional<TableAlteration> of(TableAlteration source, Planner planner) {
    TablePlan before = planner.plan(source.before(), Set.of());
    TablePlan after = planner.plan(source.after(), Set.of());
    AlterationPlan plan = new AlterationPlan(source, before, after);
    source.changes().forEach(plan::add);
    return plan.changes.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new TableAlteration(before.target(), after.target(), plan.changes, source.loaded()));
  }

  private static Map<String, Target> targets(TablePlan plan) {
    Map<String, Target> targets = new HashMap<>();
    for (int i = 0; i < plan.columns().size(); i++) {
      ColumnPlan column = plan.columns().get(i);
      String name = plan.target().columns().get(i).name();
      switch (column) {
        case ColumnPlan.Copied(int at) -> targets.put(name(plan, at), new Target(name, column));
        case ColumnPlan.Changed(int at, var transform) ->
            targets.put(name(plan, at), new Target(name, column));
        case ColumnPlan.Constant constant -> {}
        case ColumnPlan.Computed computed -> {}
      }
    }
    return targets;
  }

  private static String name(TablePlan plan, int column) {
    return plan.source().columns().get(column).name();
  }

  private void add(ColumnChange change) {
    switch (change) {
      case ColumnChange.Added(var column, var again) ->
          target(after, column.name())
              .ifPresent(to -> changes.add(new ColumnChange.Added(column(column, to), again)));
      case ColumnChange.Dropped(var name) ->
          target(before, name).ifPresent(to -> changes.add(new ColumnChange.Dropped(to.name())));
      case ColumnChange.Renamed(var name, var to) -> rename(name, to);
      case ColumnChange.Retyped(var former, var column) ->
          target(after, column.name())
              .filter(to -> to.plan() instanceof ColumnPlan.Copied)
              .ifPresent(
                  to ->
                      changes.add(
                          new ColumnChange.Retyped(
                              new Column(to.name(), former.typeOid(), former.typeModifier(), false),
                              column(column, to))));
      case ColumnChange.Replaced replaced -> replace(replaced);
    }
  }

  private static Optional<Target> target(Map<String, Target> targets, String column) {
    return Optional.ofNullable(targets.get(column));
  }

  private void rename(String name, String to) {
    Optional<Target> was = target(before, name);
    Optional<Target> now = target(after, to);
    if (was.isEmpty() && now.isEmpty()) {
      return;
    }
    if (was.isEmpty() || now.isEmpty() || !was.get().isLike(now.get())) {
      throw oneNameOnly("column " + name + " is called " + to + " at the source");
    }
    if (!was.get().name().equals(now.get().name())) {
      changes.add(new ColumnChange.Renamed(was.get().name(), now.get().name()));
    }
  }

  private WalferryException oneNameOnly(String what) {
    return ColumnRules.refused(
        source.table(),
        what + ", and rules mean one of the two names only; name both, and start again");
  }

  /** What went by the name of a column that does not go out as it is must not do so by another. */
  private void requireHidden(ColumnChange.Replaced replaced) {
    boolean hidden =
        replaced.names().stream()
            .anyMatch(
                name ->
                    target(before, name)
                        .filter(was -> was.plan() instanceof ColumnPlan.Copied)
                        .isEmpty());
    boolean shown =
        replaced.columns().stream()
            .flatMap(column -> target(after, column.name()).stream())
            .anyMatch(now -> now.plan() instanceof ColumnPlan.Copied);
    if (hidden && shown) {
      throw oneNameOnly(
          "columns "
              + replaced.columns().stream().map(PublishedColumn::name).toList()
              + " are in the place of "
              + replaced.names()
              + " at the source, perhaps the same under other names");
    }
  }

  private void replace(ColumnChange.Replaced replaced) {
    requireHidden(replaced);
    List<String> names =
        replaced.names().stream()
            .flatMap(name -> target(before, name).stream())
            .map(Target::name)
            .toList();
    List<PublishedColumn> columns =
        replaced.columns().stream()
            .flatMap(it -> target(after, it.name()).map(to -> column(it, to)).stream())
            .toList();
    if (columns.isEmpty()) {
      names.forEach(name -> changes.add(new ColumnChange.Dropped(name)));
    } else if (names.isEmpty()) {
      columns.forEach(column -> changes.add(new ColumnChange.Added(column, false)));
    } else {
      changes.add(new ColumnChange.Replaced(names, columns));
    }
  }

  private static PublishedColumn column(PublishedColumn from, Target to) {
    if (!(to.plan() instanceof ColumnPlan.Changed(int at, var transform))) {
      return from.renamed(to.name());
    }
    FormerValue former =
        from.formerValue() instanceof FormerValue.Constant(String text)
            ? new FormerValue.Constant(transform.apply(text))
            : from.formerValue();
    return new PublishedColumn(to.name(), Planner.TEXT_OID, TEXT, -1, from.notNull(), former);
  }
}
