package io.walferry.transform;

import io.walferry.change.TableId;
import io.walferry.publication.TablePattern;
import io.walferry.transform.value.ValueTransform;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What becomes of the rows of some tables. All rules that mean a table hold for it together, and
 * all of them speak of the source's columns and values: their order makes no difference.
 *
 * @param tables that it means
 * @param where an expression in CEL that is true for rows which go to the destination
 * @param keep the only columns that go there; empty for all
 * @param drop columns that do not
 * @param rename what columns are called there, by their names at the source
 * @param values what becomes of values, by the columns' names at the source
 * @param set columns by their names at the destination
 */
public record TableRule(
    List<TablePattern> tables,
    Optional<String> where,
    List<String> keep,
    List<String> drop,
    Map<String, String> rename,
    Map<String, ValueTransform> values,
    Map<String, NewColumn> set) {
  public TableRule {
    tables = List.copyOf(tables);
    keep = List.copyOf(keep);
    drop = List.copyOf(drop);
    rename = inOrder(rename);
    values = inOrder(values);
    set = inOrder(set);
  }

  private static <T> Map<String, T> inOrder(Map<String, T> map) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }

  /** A rule for these tables that changes nothing yet. */
  public static TableRule forTables(TablePattern... tables) {
    return new TableRule(
        List.of(tables), Optional.empty(), List.of(), List.of(), Map.of(), Map.of(), Map.of());
  }

  public TableRule where(String expression) {
    return new TableRule(tables, Optional.of(expression), keep, drop, rename, values, set);
  }

  public TableRule keeping(String... columns) {
    return new TableRule(tables, where, List.of(columns), drop, rename, values, set);
  }

  public TableRule dropping(String... columns) {
    return new TableRule(tables, where, keep, List.of(columns), rename, values, set);
  }

  public TableRule renaming(Map<String, String> columns) {
    return new TableRule(tables, where, keep, drop, columns, values, set);
  }

  public TableRule changing(Map<String, ValueTransform> columns) {
    return new TableRule(tables, where, keep, drop, rename, columns, set);
  }

  public TableRule setting(Map<String, NewColumn> columns) {
    return new TableRule(tables, where, keep, drop, rename, values, columns);
  }

  boolean means(TableId table) {
    return tables.stream().anyMatch(pattern -> pattern.matches(table));
  }

  /** Whether it names the table, so that what it says of columns has to be there. */
  boolean names(TableId table) {
    return tables.stream().anyMatch(pattern -> pattern.isLiteral() && pattern.matches(table));
  }
}
