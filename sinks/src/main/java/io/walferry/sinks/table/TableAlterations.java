package io.walferry.sinks.table;

import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.FormerValue;
import io.walferry.publication.PublishedColumn;
import io.walferry.sink.ColumnChange;
import io.walferry.sink.SinkCapabilities;
import io.walferry.sink.TableAlteration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does to a destination's tables what was done to the source's, as policies say. Looks at what is
 * there before each step: what somebody has done by hand, or an earlier attempt, is not done again.
 * Not for several threads.
 */
public final class TableAlterations<T> {
  private static final Logger LOG = LoggerFactory.getLogger(TableAlterations.class);

  private final DestinationTables<T> tables;
  private final TableCatalog<T> catalog;
  private final ColumnDdl<T> ddl;
  private final DdlPolicies policies;

  /** Of the tables that are got ready so. */
  public TableAlterations(
      DestinationTables<T> tables,
      TableCatalog<T> catalog,
      ColumnDdl<T> ddl,
      DdlPolicies policies) {
    this.tables = tables;
    this.catalog = catalog;
    this.ddl = ddl;
    this.policies = policies;
  }

  /** How they are made where DDL is in transactions. */
  public SinkCapabilities.Alterations alterations() {
    return policies.inTransactions();
  }

  /**
   * Makes all steps, or those before the first that is not to be made.
   *
   * @return whether the table has to be loaded again
   * @throws WalferryException {@code DESTINATION_DDL_HALTED} or {@code DESTINATION_SHAPE}
   */
  public boolean apply(TableAlteration alteration) {
    boolean reload = false;
    for (ColumnChange change : alteration.changes()) {
      // Each step finds what the one before has made.
      Optional<T> found = catalog.find(alteration.table());
      if (found.isEmpty()) {
        // Its first row will tell.
        return false;
      }
      reload |= apply(change, new Step<>(alteration.table(), found.get(), alteration.loaded()));
    }
    return reload;
  }

  private boolean apply(ColumnChange change, Step<T> step) {
    switch (change) {
      case ColumnChange.Added added -> {
        return add(step, added);
      }
      case ColumnChange.Dropped(var name) -> drop(step, name);
      case ColumnChange.Renamed(var name, var to) -> rename(step, name, to);
      case ColumnChange.Retyped(var former, var column) -> retype(step, column);
      case ColumnChange.Replaced replaced -> requireReplaced(step, replaced);
    }
    return false;
  }

  /** The table at the source, and as it is at the destination; loaded if no row of it counts. */
  private record Step<T>(TableId table, T found, boolean loaded) {}

  /** Returns whether nobody knows what the column has in it. */
  private boolean add(Step<T> step, ColumnChange.Added added) {
    PublishedColumn column = added.column();
    if (ddl.has(step.found(), column.name())) {
      return renew(step, added);
    }
    switch (policies.added()) {
      case APPLY -> {
        if (column.formerValue() instanceof FormerValue.Unknown) {
          requireReload(step, column);
          return true;
        }
        ddl.add(step.found(), column);
      }
      case IGNORE -> ignored(step, "has a new column " + column.name() + ", which is left out");
      case HALT ->
          throw halted(
              step,
              "column " + column.name() + " was added at the source",
              "added",
              ddl.addStatement(step.found(), column));
    }
    return false;
  }

  /**
   * The column is there: somebody has added it by hand, an earlier attempt has, or it is what an
   * ignored one of that name has left. Rows of before have in it what they have at the source, as
   * of this place in the log.
   *
   * @return whether nobody knows what that is
   */
  private boolean renew(Step<T> step, ColumnChange.Added added) {
    PublishedColumn column = added.column();
    if (column.formerValue() instanceof FormerValue.Unknown) {
      // Where the table cannot be loaded again, whoever has left or made the column answers for it.
      return added.again() && policies.added() == DdlPolicy.APPLY && tables.hasOwnRowsOnly();
    }
    if (ddl.takes(step.found(), column)) {
      ddl.refill(step.found(), column);
    } else if (added.again() && policies.added() == DdlPolicy.APPLY) {
      ddl.drop(step.found(), column.name());
      ddl.add(catalog.find(step.table()).orElseThrow(), column);
    }
    return false;
  }

  private void requireReload(Step<T> step, PublishedColumn column) {
    if (!tables.hasOwnRowsOnly()) {
      throw new WalferryException(
          ErrorCode.DESTINATION_SHAPE,
          step.table()
              + " in "
              + catalog.display()
              + ": column "
              + column.name()
              + " is missing, and the source's catalog does not say what rows of before have in"
              + " it; run: "
              + ddl.addStatement(step.found(), column)
              + " and give rows that are there what they have at the source");
    }
  }

  private void drop(Step<T> step, String name) {
    if (!ddl.has(step.found(), name)) {
      return;
    }
    switch (policies.dropped()) {
      case APPLY -> ddl.drop(step.found(), name);
      case IGNORE -> {
        ignored(step, "has column " + name + " no more, which stays with what it has");
        ddl.release(step.found(), name);
      }
      case HALT ->
          throw halted(
              step,
              "column " + name + " was dropped at the source",
              "dropped",
              ddl.dropStatement(step.found(), name));
    }
  }

  private void rename(Step<T> step, String name, String to) {
    boolean has = ddl.has(step.found(), name);
    boolean hasNew = ddl.has(step.found(), to);
    if (ddl.isSameName(name, to) || (hasNew && !has)) {
      return;
    }
    if (step.loaded() && hasNew) {
      drop(step, name);
      return;
    }
    if (step.loaded() && !has) {
      // It was to be made by the load, too.
      return;
    }
    if (!has) {
      throw halted(step, "column " + name + " is called " + to + " at the source", "renamed", "");
    }
    if (hasNew || policies.renamed() == DdlPolicy.HALT) {
      throw halted(
          step,
          "column "
              + name
              + " is called "
              + to
              + " at the source"
              + (hasNew ? ", but both are here" : ""),
          "renamed",
          ddl.renameStatement(step.found(), name, to));
    }
    ddl.rename(step.found(), name, to);
  }

  private void retype(Step<T> step, PublishedColumn column) {
    if (!ddl.has(step.found(), column.name()) || ddl.takes(step.found(), column)) {
      return;
    }
    switch (policies.retyped()) {
      case APPLY -> ddl.retype(step.found(), column);
      case IGNORE ->
          ignored(
              step, "has column " + column.name() + " as " + column.typeName() + ", unlike here");
      case HALT ->
          throw halted(
              step,
              "column " + column.name() + " is of type " + column.typeName() + " at the source",
              "retyped",
              ddl.retypeStatement(step.found(), column));
    }
  }

  /** Somebody knows which of the columns is which. */
  private void requireReplaced(Step<T> step, ColumnChange.Replaced replaced) {
    List<String> names = replaced.columns().stream().map(PublishedColumn::name).toList();
    boolean isDone =
        replaced.names().stream().noneMatch(name -> ddl.has(step.found(), name))
            && names.stream().allMatch(name -> ddl.has(step.found(), name));
    if (!isDone) {
      String statements =
          replaced.names().stream()
                  .map(name -> ddl.dropStatement(step.found(), name))
                  .collect(Collectors.joining(" "))
              + replaced.columns().stream()
                  .map(column -> " " + ddl.addStatement(step.found(), column))
                  .collect(Collectors.joining());
      throw new WalferryException(
          ErrorCode.DESTINATION_DDL_HALTED,
          step.table()
              + " in "
              + catalog.display()
              + ": the source has "
              + names
              + " in the place of "
              + replaced.names()
              + ", and the stream does not say whether these are other columns or the same under"
              + " other names. If they are the same, run: "
              + ddl.renameStatement(step.found(), replaced.names().getFirst(), names.getFirst())
              + " and so on; if they are others, run: "
              + statements);
    }
  }

  private WalferryException halted(Step<T> step, String what, String key, String statement) {
    return new WalferryException(
        ErrorCode.DESTINATION_DDL_HALTED,
        step.table()
            + " in "
            + catalog.display()
            + ": "
            + what
            + " ('ddl."
            + key
            + "' of the sink says whether that is done here)"
            + (statement.isEmpty() ? "" : "; run: " + statement));
  }

  private void ignored(Step<T> step, String what) {
    LOG.warn("Table {} in {}: the source {}", step.table(), catalog.display(), what);
  }
}
