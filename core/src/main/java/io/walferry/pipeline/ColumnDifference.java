package io.walferry.pipeline;

import io.walferry.change.Column;
import io.walferry.change.Relation;
import io.walferry.publication.FormerValue;
import io.walferry.publication.PublishedColumn;
import io.walferry.sink.ColumnChange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What was done to a table, told from the columns that it had and those that it has. A column keeps
 * its place for as long as it lives, and a new one comes last. So columns of one name are one
 * column, and new names that stand before a column of before are former columns under other names,
 * if there are as many of these; behind the last column of before nobody can tell a column that was
 * renamed from two others, one of which went and one of which came. Where the source has told the
 * numbers of columns, these decide instead.
 */
final class ColumnDifference {
  private final Set<String> gone;
  private final Function<Column, PublishedColumn> known;
  private final List<ColumnChange> dropped = new ArrayList<>();
  private final List<ColumnChange> kept = new ArrayList<>();
  private final List<ColumnChange.Added> added = new ArrayList<>();

  /** Why rows may not print as before; nothing as a rule. */
  private final List<String> problems = new ArrayList<>();

  private ColumnDifference(Set<String> gone, Function<Column, PublishedColumn> known) {
    this.gone = gone;
    this.known = known;
  }

  /**
   * The steps in the order in which they can be made, between columns whose rows print alike.
   *
   * @param known what else is known of a column that the table has now
   */
  static List<ColumnChange> between(
      FollowedTable before, Relation after, Function<Column, PublishedColumn> known) {
    ColumnDifference difference = new ColumnDifference(before.gone(), known);
    difference.compare(before, after.columns());
    List<ColumnChange> changes = new ArrayList<>(difference.dropped);
    changes.addAll(difference.kept);
    changes.addAll(difference.added);
    return changes;
  }

  /**
   * The same for a table whose rows go, so that nothing depends on what was in them, nor on which
   * column is which. What is left undone shows when the table is got ready for its load.
   */
  static List<ColumnChange> withoutRows(
      FollowedTable before, FollowedTable after, Function<Column, PublishedColumn> known) {
    ColumnDifference difference =
        new ColumnDifference(
            before.gone(),
            column -> unfilled(column, known.apply(column).typeName(), FormerValue.Null.NULL));
    difference.compare(before.columns(), after.columns());
    List<ColumnChange> changes = new ArrayList<>(difference.dropped);
    for (ColumnChange change : difference.kept) {
      if (change instanceof ColumnChange.Replaced replaced) {
        changes.addAll(taken(before, replaced));
      } else {
        changes.add(change);
      }
    }
    // No row has anything in them.
    difference.added.forEach(
        one -> changes.add(new ColumnChange.Added(empty(one.column()), one.again())));
    return changes;
  }

  /** Whichever is which: a new column takes the place of one that went, which may be the key. */
  private static List<ColumnChange> taken(FollowedTable before, ColumnChange.Replaced replaced) {
    List<String> names = replaced.names();
    List<ColumnChange> changes = new ArrayList<>();
    for (int i = 0; i < Math.max(names.size(), replaced.columns().size()); i++) {
      if (i >= replaced.columns().size()) {
        changes.add(new ColumnChange.Dropped(names.get(i)));
      } else if (i >= names.size()) {
        changes.add(new ColumnChange.Added(replaced.columns().get(i), false));
      } else {
        PublishedColumn column = replaced.columns().get(i);
        Column was = column(before, names.get(i));
        changes.add(new ColumnChange.Renamed(was.name(), column.name()));
        changes.add(
            new ColumnChange.Retyped(
                new Column(column.name(), was.typeOid(), was.typeModifier(), was.key()), column));
      }
    }
    return changes;
  }

  private static Column column(FollowedTable table, String name) {
    return table.columns().stream()
        .filter(column -> column.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** The name of a column that was renamed from, or to, that of another one; empty as a rule. */
  static Optional<String> reusedName(FollowedTable before, List<ColumnChange> changes) {
    Set<String> had = before.columns().stream().map(Column::name).collect(Collectors.toSet());
    Set<String> come =
        changes.stream()
            .filter(ColumnChange.Added.class::isInstance)
            .map(change -> ((ColumnChange.Added) change).column().name())
            .collect(Collectors.toSet());
    for (ColumnChange change : changes) {
      if (change instanceof ColumnChange.Renamed(var name, var to)
          && (had.contains(to) || come.contains(name))) {
        return Optional.of(had.contains(to) ? to : name);
      }
    }
    return Optional.empty();
  }

  private static PublishedColumn empty(PublishedColumn column) {
    return new PublishedColumn(
        column.name(),
        column.typeOid(),
        column.typeName(),
        column.typeModifier(),
        column.notNull(),
        FormerValue.Null.NULL,
        column.loose());
  }

  private static PublishedColumn unfilled(Column column, String typeName, FormerValue former) {
    return new PublishedColumn(
        column.name(), column.typeOid(), typeName, column.typeModifier(), false, former);
  }

  /** The former names of columns that have others now, as far as they can be told. */
  static Map<String, String> formerNames(List<Column> before, List<Column> after) {
    ColumnDifference difference = unknown();
    difference.compare(before, after);
    Map<String, String> former = new HashMap<>();
    for (ColumnChange change : difference.kept) {
      if (change instanceof ColumnChange.Renamed(var name, var to)) {
        former.put(to, name);
      }
    }
    return former;
  }

  /** Why rows do not print as before, or may not; empty if they do. */
  static Optional<String> rewrite(FollowedTable before, List<Column> after) {
    ColumnDifference difference = unknown();
    difference.compare(before, after);
    return difference.problems.isEmpty()
        ? Optional.empty()
        : Optional.of(String.join("; ", difference.problems));
  }

  /** Without what else is known of columns. */
  private static ColumnDifference unknown() {
    return new ColumnDifference(
        Set.of(), column -> unfilled(column, "", FormerValue.Unknown.UNKNOWN));
  }

  /**
   * The same as far as columns of the same name tell, of which either may be the later ones; empty
   * if they do.
   */
  static Optional<String> rewritten(List<Column> before, List<Column> after) {
    Map<String, Column> former =
        before.stream().collect(Collectors.toMap(Column::name, Function.identity()));
    return after.stream()
        .filter(
            now -> {
              Column was = former.get(now.name());
              return was != null && !TypeChange.keepsText(was, now);
            })
        .map(ColumnDifference::retyped)
        .findFirst();
  }

  private void compare(List<Column> before, List<Column> after) {
    Map<String, Integer> places = new HashMap<>();
    for (int i = 0; i < before.size(); i++) {
      places.put(before.get(i).name(), i);
    }
    int from = 0;
    List<Column> come = new ArrayList<>();
    for (Column now : after) {
      Integer place = places.get(now.name());
      if (place == null) {
        come.add(now);
        continue;
      }
      if (place < from) {
        problems.add("column " + now.name() + " was made anew, or has the name of another one");
        added.add(new ColumnChange.Added(known.apply(now), true));
        continue;
      }
      inner(before.subList(from, place), come);
      come.clear();
      retype(before.get(place), now);
      from = place + 1;
    }
    last(before.subList(from, before.size()), come);
  }

  /** By the numbers of the columns if they are told. */
  private void compare(FollowedTable table, List<Column> after) {
    if (table.numbers().tellApart(after)) {
      compareNumbers(table, after);
    } else {
      compare(table.columns(), after);
    }
  }

  private void compareNumbers(FollowedTable table, List<Column> after) {
    Map<String, Integer> former = table.numbers().known();
    Map<String, Integer> numbers = table.numbers().numbers(after);
    Map<Integer, Column> before = new LinkedHashMap<>();
    table.columns().forEach(column -> before.put(former.getOrDefault(column.name(), 0), column));
    int last = before.keySet().stream().mapToInt(Integer::intValue).max().orElse(0);
    List<Named> named = new ArrayList<>();
    for (Column now : after) {
      int number = numbers.getOrDefault(now.name(), 0);
      Column was = before.remove(number);
      if (was == null) {
        boolean again = former.containsKey(now.name());
        // Which of the two older rows have is not known if a message was not heard in between.
        added.add(number > last && !again ? addition(now, false) : appearance(now, again));
      } else if (was.name().equals(now.name())) {
        retype(was, now);
      } else {
        named.add(new Named(was, now));
      }
    }
    before.values().forEach(this::drop);
    rename(named);
  }

  /** A column that has another name. */
  private record Named(Column was, Column now) {}

  /** One after the other, each when its new name is free. */
  private void rename(List<Named> named) {
    List<Named> left = new ArrayList<>(named);
    while (!left.isEmpty()) {
      List<String> taken = left.stream().map(one -> one.was().name()).toList();
      List<Named> free = left.stream().filter(one -> !taken.contains(one.now().name())).toList();
      if (free.isEmpty()) {
        problems.add("columns " + taken + " have each other's names");
        return;
      }
      free.forEach(one -> rename(one.was(), one.now()));
      left.removeAll(free);
    }
  }

  /**
   * What stands before a column that stays. A new column comes last: one that shows here alone was
   * there before, without being published, as generated ones are.
   */
  private void inner(List<Column> gone, List<Column> come) {
    if (gone.isEmpty() || come.isEmpty()) {
      gone.forEach(this::drop);
      come.forEach(this::show);
    } else if (gone.size() == come.size()) {
      for (int i = 0; i < gone.size(); i++) {
        rename(gone.get(i), come.get(i));
      }
    } else {
      replace(gone, come);
    }
  }

  /** What stands behind the last column that stays. */
  private void last(List<Column> gone, List<Column> come) {
    if (gone.isEmpty() || come.isEmpty()) {
      gone.forEach(this::drop);
      come.forEach(this::add);
    } else {
      replace(gone, come);
    }
  }

  private void drop(Column column) {
    dropped.add(new ColumnChange.Dropped(column.name()));
  }

  private void add(Column column) {
    added.add(addition(column, false));
  }

  private ColumnChange.Added addition(Column column, boolean again) {
    return new ColumnChange.Added(known.apply(column), again || gone.contains(column.name()));
  }

  private void show(Column column) {
    added.add(appearance(column, false));
  }

  /** Of a column that was there, without being published. */
  private ColumnChange.Added appearance(Column column, boolean again) {
    PublishedColumn shown = known.apply(column);
    return new ColumnChange.Added(
        unfilled(column, shown.typeName(), FormerValue.Unknown.UNKNOWN),
        again || gone.contains(column.name()));
  }

  private void rename(Column was, Column now) {
    kept.add(new ColumnChange.Renamed(was.name(), now.name()));
    retype(was, now);
  }

  private void retype(Column was, Column now) {
    if (TypeChange.isNone(was, now)) {
      return;
    }
    if (!TypeChange.keepsText(was, now)) {
      problems.add(retyped(now));
    }
    Column former = new Column(now.name(), was.typeOid(), was.typeModifier(), was.key());
    kept.add(new ColumnChange.Retyped(former, known.apply(now)));
  }

  private static String retyped(Column column) {
    return "column " + column.name() + " has another type";
  }

  private void replace(List<Column> gone, List<Column> come) {
    kept.add(
        new ColumnChange.Replaced(
            gone.stream().map(Column::name).toList(), come.stream().map(known).toList()));
  }
}
