package io.walferry.cli.config;

import io.walferry.change.TableId;
import io.walferry.error.WalferryException;
import io.walferry.publication.RowFilters;
import io.walferry.publication.TablePattern;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads which rows of its tables a source sends. */
final class WhereReader {
  static final String KEY = "where";

  private final Reading reading;

  WhereReader(Reading reading) {
    this.reading = reading;
  }

  /**
   * Reads conditions by table.
   *
   * @param tables patterns of what is followed; empty if they are not said
   */
  RowFilters read(Section source, List<String> tables) {
    Section section = source.whole(KEY);
    Map<TableId, String> conditions = new HashMap<>();
    for (String name : section.names()) {
      Optional<Scalar> condition = section.scalar(name);
      Optional<TableId> table = table(section, name, tables);
      if (condition.isPresent() && condition.get().text().isBlank()) {
        problem(section, name, "must be a condition in SQL, such as \"country = 'CH'\"");
      } else if (condition.isPresent()
          && table.isPresent()
          && conditions.put(table.get(), condition.get().text()) != null) {
        problem(section, name, "names a table that has a condition already");
      }
    }
    return new RowFilters(conditions);
  }

  private Optional<TableId> table(Section section, String name, List<String> tables) {
    Optional<TableId> table = Optional.empty();
    try {
      table = TablePattern.parse(name).literal();
    } catch (WalferryException e) {
      problem(section, name, "has a wrong " + e.getMessage());
      return table;
    }
    if (table.isEmpty()) {
      problem(section, name, "must name one table, such as public.orders");
    } else if (!tables.isEmpty() && !isMeant(table.get(), tables)) {
      problem(section, name, "names a table that 'source.tables' does not match");
    }
    return table;
  }

  private static boolean isMeant(TableId table, List<String> tables) {
    return tables.stream().map(TablePattern::parse).anyMatch(pattern -> pattern.matches(table));
  }

  private void problem(Section section, String name, String what) {
    reading.problem(section.placeOf(name), "'" + section.pathOf(name) + "' " + what);
  }
}
