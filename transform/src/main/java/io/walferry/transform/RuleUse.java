package io.walferry.transform;

import io.walferry.change.TableId;
import io.walferry.error.DidYouMean;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Which rules and names mean a table at all: a mistyped name would let through, unchanged and
 * unnoticed, what was to be masked.
 */
final class RuleUse {
  private final TransformSettings settings;
  private final Map<TableId, Set<String>> columns = new HashMap<>();

  RuleUse(TransformSettings settings) {
    this.settings = settings;
  }

  void met(TableId table, Collection<String> names) {
    columns.put(table, Set.copyOf(names));
  }

  /** What means nothing that was met, each as a sentence; in the order of the settings. */
  List<String> unused() {
    List<String> unused = new ArrayList<>();
    Set<String> schemas = new TreeSet<>();
    Set<String> tables = new TreeSet<>();
    columns.keySet().forEach(table -> schemas.add(table.schema()));
    columns.keySet().forEach(table -> tables.add(table.toString()));
    settings.mapping().schemas().keySet().stream()
        .sorted()
        .filter(schema -> !schemas.contains(schema))
        .forEach(schema -> unused.add(noTable("in schema " + schema, schema, schemas)));
    settings.mapping().tables().keySet().stream()
        .map(TableId::toString)
        .sorted()
        .filter(table -> !tables.contains(table))
        .forEach(table -> unused.add(noTable("called " + table, table, tables)));
    settings.rules().forEach(rule -> unused.addAll(unused(rule, tables)));
    return unused;
  }

  private static String noTable(String which, String name, Set<String> known) {
    return "no published table is " + which + DidYouMean.suffix(name, known);
  }

  private List<String> unused(TableRule rule, Set<String> tables) {
    List<String> unused = new ArrayList<>();
    rule.tables().stream()
        .filter(pattern -> columns.keySet().stream().noneMatch(pattern::matches))
        .map(Object::toString)
        .forEach(name -> unused.add(noTable("called " + name, name, tables)));
    List<TableId> meant = columns.keySet().stream().filter(rule::means).toList();
    if (!meant.isEmpty()) {
      Set<String> names = new TreeSet<>();
      meant.forEach(table -> names.addAll(columns.get(table)));
      Stream.of(rule.keep(), rule.drop(), rule.rename().keySet(), rule.values().keySet())
          .flatMap(Collection::stream)
          .distinct()
          .filter(name -> !names.contains(name))
          .forEach(name -> unused.add(noColumn(rule, name, names)));
    }
    return unused;
  }

  private static String noColumn(TableRule rule, String name, Set<String> known) {
    return "no published table of %s has a column %s%s"
        .formatted(rule.tables(), name, DidYouMean.suffix(name, known));
  }
}
