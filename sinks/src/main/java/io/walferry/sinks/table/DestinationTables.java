package io.walferry.sinks.table;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.PublishedColumn;
import io.walferry.publication.PublishedTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Gets the destination tables of a feed ready, or refuses them. Not for several threads. */
public final class DestinationTables<T> {
  private final TableCatalog<T> catalog;
  private final ExistingRows existing;

  public DestinationTables(TableCatalog<T> catalog, ExistingRows existing) {
    this.catalog = catalog;
    this.existing = existing;
  }

  /**
   * Checks names and shapes of tables that are to be loaded, whatever rows they have; writes
   * nothing.
   *
   * @throws WalferryException {@code DESTINATION_SHAPE}, for all of them at once
   */
  public void requireFitting(List<PublishedTable> tables) {
    List<String> problems = new ArrayList<>(catalog.nameProblems(tables));
    for (PublishedTable table : tables) {
      catalog
          .find(table.table())
          .ifPresent(
              found -> {
                problems.addAll(catalog.loadProblems(table, found));
                problems.addAll(mergeProblems(table, found));
              });
    }
    refuse(problems);
  }

  private List<String> mergeProblems(PublishedTable table, T found) {
    return existing == ExistingRows.MERGE ? catalog.mergeProblems(table, found) : List.of();
  }

  /**
   * Checks tables that are to be loaded; writes nothing.
   *
   * @throws WalferryException {@code DESTINATION_SHAPE} or {@code DESTINATION_NOT_EMPTY}, for all
   *     of them at once
   */
  public void requireLoadable(List<PublishedTable> tables) {
    List<String> problems = new ArrayList<>(catalog.nameProblems(tables));
    List<PublishedColumn> created = new ArrayList<>();
    List<String> filled = new ArrayList<>();
    for (PublishedTable table : tables) {
      Optional<T> found = catalog.find(table.table());
      created.addAll(found.map(it -> catalog.missingColumns(table, it)).orElseGet(table::columns));
      List<String> shape = found.map(it -> catalog.loadProblems(table, it)).orElseGet(List::of);
      problems.addAll(shape);
      found.ifPresent(it -> problems.addAll(mergeProblems(table, it)));
      if (shape.isEmpty() && found.filter(catalog::hasRows).isPresent()) {
        existingProblem(table, found.get(), problems, filled);
      }
    }
    problems.addAll(catalog.typeProblems(created));
    refuse(problems);
    if (!filled.isEmpty()) {
      throw new WalferryException(
          ErrorCode.DESTINATION_NOT_EMPTY,
          "Expected empty tables in "
              + catalog.display()
              + " for a first load, but these have rows: "
              + String.join(", ", filled)
              + ". Set 'existing' of the sink to append (they stay), replace (they are removed) or"
              + " merge (loaded rows take the place of those with the same primary key)");
    }
  }

  private void existingProblem(
      PublishedTable table, T found, List<String> problems, List<String> filled) {
    switch (existing) {
      case REFUSE -> filled.add(table.table().toString());
      case MERGE -> {
        if (!catalog.hasKey(found)) {
          problems.add(
              table.table()
                  + ": it has rows, and rows are merged by a primary key (not deferrable), which it"
                  + " does not have; empty it, or set 'existing' of the sink to append or replace");
        }
      }
      case APPEND, REPLACE -> {}
    }
  }

  /** Whether a table may be emptied to be loaded again. */
  boolean hasOwnRowsOnly() {
    return existing.leavesOnlyOurs();
  }

  /**
   * Sees that every row of a table, which is to be loaded again, came from the feed.
   *
   * @throws WalferryException {@code DESTINATION_NOT_EMPTY} if others may be among them
   */
  public void requireOwnRows(PublishedTable table) {
    if (!existing.leavesOnlyOurs()) {
      throw new WalferryException(
          ErrorCode.DESTINATION_NOT_EMPTY,
          "Table "
              + table
              + " in "
              + catalog.display()
              + " has to be loaded again, but rows that are not the feed's may be among its rows:"
              + " 'existing' of the sink is "
              + existing.name().toLowerCase(Locale.ROOT)
              + ". Set it to replace to have them all removed");
    }
  }

  /** The same check in the open transaction, and then everything that the tables need. */
  public void prepare(List<PublishedTable> tables) {
    requireLoadable(tables);
    if (existing == ExistingRows.REPLACE) {
      catalog.empty(
          tables.stream()
              .flatMap(table -> catalog.find(table.table()).stream())
              .filter(catalog::hasRows)
              .toList());
    }
    for (PublishedTable table : tables) {
      catalog
          .find(table.table())
          .ifPresentOrElse(found -> widen(table, found), () -> catalog.create(table));
    }
  }

  private void widen(PublishedTable table, T found) {
    catalog.tell(table, found);
    List<PublishedColumn> missing = catalog.missingColumns(table, found);
    if (!missing.isEmpty()) {
      boolean isEmpty = !catalog.hasRows(found);
      missing.forEach(column -> catalog.addColumn(found, column, isEmpty));
    }
  }

  /**
   * Checks tables whose changes are to go on; writes nothing.
   *
   * @throws WalferryException {@code DESTINATION_SHAPE}, for all of them at once
   */
  public void requireShapes(List<PublishedTable> tables) {
    List<String> problems = new ArrayList<>(catalog.nameProblems(tables));
    for (PublishedTable table : tables) {
      catalog
          .find(table.table())
          .ifPresentOrElse(
              found -> {
                problems.addAll(catalog.resumeProblems(table, found));
                problems.addAll(mergeProblems(table, found));
                catalog.tell(table, found);
              },
              () ->
                  problems.add(
                      table.table()
                          + ": table "
                          + catalog.nameOf(table.table())
                          + " is missing; run: "
                          + catalog.createStatement(table)
                          + "; and fill it"));
    }
    refuse(problems);
  }

  private void refuse(List<String> problems) {
    if (!problems.isEmpty()) {
      throw new WalferryException(
          ErrorCode.DESTINATION_SHAPE,
          "Tables do not fit in " + catalog.display() + ":\n  " + String.join("\n  ", problems));
    }
  }
}
