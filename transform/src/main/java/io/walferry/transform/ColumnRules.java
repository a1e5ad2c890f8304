package io.walferry.transform;

import io.walferry.change.TableId;
import io.walferry.error.DidYouMean;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.transform.value.ValueTransform;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What all rules together say of one table's columns; refuses what contradicts itself. */
final class ColumnRules {
  private final TableId table;
  private final List<String> names;
  private final Set<String> dropped = new HashSet<>();
  private final Map<String, String> renamed = new LinkedHashMap<>();
  private final Map<String, ValueTransform> changed = new LinkedHashMap<>();
  private final Map<String, NewColumn> set = new LinkedHashMap<>();

  ColumnRules(TableId table, List<String> names, List<TableRule> rules) {
    this.table = table;
    this.names = names;
    rules.forEach(this::add);
    for (String column : set.keySet()) {
      if (changed.containsKey(column) || renamed.containsKey(column)) {
        throw invalid(
            "column "
                + column
                + " is set, and renamed or changed as well; which of them should hold?");
      }
    }
  }

  private void add(TableRule rule) {
    dropped.addAll(rule.drop());
    if (!rule.keep().isEmpty()) {
      names.stream().filter(name -> !rule.keep().contains(name)).forEach(dropped::add);
    }
    rule.rename().forEach((from, to) -> putOnce(renamed, from, to));
    rule.values().forEach((column, transform) -> putOnce(changed, column, transform));
    rule.set().forEach((column, value) -> putOnce(set, column, value));
  }

  /**
   * Sees that rules which name the table name columns that it has. Of a table that is followed
   * already, changes may still come with columns that have gone or got other names since.
   */
  void requireColumns(List<TableRule> rules) {
    for (TableRule rule : rules) {
      if (rule.names(table)) {
        requireColumns(rule.keep());
        requireColumns(rule.drop());
        requireColumns(rule.rename().keySet());
        requireColumns(rule.values().keySet());
      }
    }
  }

  private void requireColumns(Collection<String> columns) {
    for (String column : columns) {
      if (!names.contains(column)) {
        throw invalid("it has no published column " + column + DidYouMean.suffix(column, names));
      }
    }
  }

  private <T> void putOnce(Map<String, T> map, String column, T value) {
    if (map.putIfAbsent(column, value) != null) {
      throw invalid("column " + column + " is renamed, changed or set twice");
    }
  }

  /**
   * Sees that rows can be told apart at the destination by these columns.
   *
   * @param keys of the replica identity or the primary key
   */
  void requireKept(Collection<String> keys) {
    for (String key : keys) {
      boolean blurred = changed.containsKey(key) && !changed.get(key).keepsApart();
      if (isDropped(key) || set.containsKey(key) || blurred) {
        throw invalid(
            "column "
                + key
                + " belongs to its key or replica identity, by which rows are found, so it cannot"
                + " be dropped, masked or set; hmac or tokenise it");
      }
    }
  }

  boolean isDropped(String column) {
    return dropped.contains(column);
  }

  String nameOf(String column) {
    return renamed.getOrDefault(column, column);
  }

  Optional<ValueTransform> changeOf(String column) {
    return Optional.ofNullable(changed.get(column));
  }

  Map<String, NewColumn> set() {
    return set;
  }

  WalferryException invalid(String why) {
    return refused(table, why);
  }

  static WalferryException refused(TableId table, String why) {
    return new WalferryException(
        ErrorCode.CONFIGURATION_INVALID, "transforms of table " + table + ": " + why);
  }
}
