package io.walferry.sinks.table;

import io.walferry.change.Relation;
import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.FormerValue;
import io.walferry.publication.PublishedColumn;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.ColumnChange;
import io.walferry.sink.SinkCapabilities;
import io.walferry.sink.TableAlteration;
import io.walferry.sink.TypeAlteration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
  private final TableDdl<T> ddl;
  private final DdlPolicies policies;

  /** New tables that are left out, and were told of. */
  private final Set<TableId> ignored = new HashSet<>();

  /** Of the tables that are got ready so. */
  public TableAlterations(
      DestinationTables<T> tables, TableCatalog<T> catalog, TableDdl<T> ddl, DdlPolicies policies) {
    this.tables = tables;
    this.catalog = catalog;
    this.ddl = ddl;
    this.policies = policies;
  }

  /**
   * Whether a table is followed that was not met here.
   *
   * @throws WalferryException {@code DESTINATION_DDL_HALTED} if somebody has to make it
   */
  public boolean admits(PublishedTable table) {
    return switch (policies.tables().added()) {
      case APPLY -> true;
      case IGNORE -> {
        if (ignored.add(table.table())) {
          LOG.warn("Table {} is new at the source, and left out of {}", table, catalog.display());
        }
        yield false;
      }
      case HALT -> {
        if (catalog.find(table.table()).isEmpty()) {
          throw halted(
              table.table(),
              "the table is new at the source",
              "tables.added",
              catalog.createStatement(table) + ";");
        }
        yield true;
      }
    };
  }

  /** Whether a table that is to be loaded has to be created. */
  public boolean creates(PublishedTable table) {
    return catalog.find(table.table()).isEmpty();
  }

  /**
   * Has a table go that was created for a load which did not begin. One that cannot go stays, to be
   * taken as it is if it fits.
   */
  public void takeBack(Relation made) {
    Optional<T> found = catalog.find(made.table()).filter(it -> isOurs(it, made));
    if (found.isEmpty()) {
      return;
    }
    try {
      ddl.dropTable(found.get());
    } catch (WalferryException e) {
      if (e.code() != ErrorCode.DESTINATION_UNWRITABLE) {
        throw e;
      }
      LOG.warn(
          "The empty table {} in {}, which was just made, stays: {}",
          made.table(),
          catalog.display(),
          e.getMessage());
    }
  }

  private boolean isOurs(T found, Relation made) {
    return tables.hasOwnRowsOnly()
        && ddl.columnCount(found) == made.columns().size()
        && made.columns().stream().allMatch(column -> ddl.has(found, column.name()))
        && !catalog.hasCommittedRows(found);
  }

  /**
   * Has a table go that the source has dropped, or lets it stay.
   *
   * @throws WalferryException {@code DESTINATION_DDL_HALTED} if somebody has to drop it
   */
  public void drop(TableId table) {
    Optional<T> found = catalog.find(table);
    if (found.isEmpty()) {
      return;
    }
    switch (policies.tables().dropped()) {
      case APPLY -> {
        if (tables.hasOwnRowsOnly()) {
          ddl.dropTable(found.get());
        } else {
          stays(table, "was dropped at the source, but may have rows here that are not the feed's");
        }
      }
      case IGNORE -> stays(table, "was dropped at the source");
      case HALT ->
          throw halted(
              table,
              "the table was dropped at the source",
              "tables.dropped",
              ddl.dropTableStatement(found.get()));
    }
  }

  /**
   * Has a table be called as the source calls it.
   *
   * @throws WalferryException {@code DESTINATION_DDL_HALTED} if somebody has to rename it, or to
   *     move another one away; {@code DESTINATION_SHAPE} if it cannot be called so
   */
  public void rename(TableId table, TableId to) {
    List<String> problems = ddl.nameProblems(table, to);
    if (!problems.isEmpty()) {
      throw new WalferryException(
          ErrorCode.DESTINATION_SHAPE,
          "Table "
              + table
              + " is called "
              + to
              + " at the source, and cannot be so in "
              + catalog.display()
              + ": "
              + String.join("; ", problems));
    }
    Optional<T> found = catalog.find(table);
    if (found.isEmpty() || ddl.isSameTable(table, to)) {
      // Somebody has done it, or its next row will tell.
      return;
    }
    if (catalog.find(to).isPresent()) {
      throw halted(
          table,
          "the table is called "
              + to
              + " at the source, and here another one is: drop that one, or give it another name,"
              + " and start again",
          "tables.renamed",
          "");
    }
    if (policies.tables().renamed() == DdlPolicy.HALT) {
      throw halted(
          table,
          "the table is called " + to + " at the source",
          "tables.renamed",
          ddl.renameTableStatement(found.get(), to));
    }
    ddl.renameTable(found.get(), to);
  }

  private void stays(TableId table, String what) {
    LOG.warn(
        "Table {} in {} {}: it stays, and is followed no more", table, catalog.display(), what);
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

  /**
   * Decides what becomes of rows that print otherwise since a type was altered. A type of the
   * destination's own belongs to its owner, who has to alter it. Its rows print as they must then;
   * they are read again all the same, since changes that were made before may still come, and it
   * does not take them.
   *
   * @return whether the table has to be loaded again
   * @throws WalferryException {@code DESTINATION_DDL_HALTED} if somebody has to do something first
   */
  public boolean decide(TypeAlteration alteration) {
    Optional<T> found = catalog.find(alteration.table().table());
    if (found.isEmpty()) {
      return true;
    }
    Step<T> step = new Step<>(alteration.table().table(), found.get(), false);
    TypeCopy copy = ddl.typeCopy(found.get(), alteration);
    String what = "type " + alteration.now().name() + " was altered";
    if (policies.retyped() == DdlPolicy.IGNORE) {
      ignored(step, "prints rows otherwise since " + what + ": those that are here stay");
      return false;
    }
    if (copy == TypeCopy.UNALTERED) {
      throw halted(
          step,
          what + " at the source, and columns here have a type of that name",
          "retyped",
          String.join(" ", alteration.before().statementsTo(alteration.now())));
    }
    if (policies.retyped() == DdlPolicy.APPLY && tables.hasOwnRowsOnly()) {
      return true;
    }
    if (copy == TypeCopy.ALTERED) {
      return false;
    }
    throw halted(
        step,
        what
            + " at the source, so that its rows print otherwise there: with 'apply' the table is"
            + " loaded again"
            + (tables.hasOwnRowsOnly() ? "" : " (not where rows may be that are not the feed's)")
            + ", with 'ignore' rows stay as they are",
        "retyped",
        "");
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
    return halted(step.table(), what, key, statement);
  }

  private WalferryException halted(TableId table, String what, String key, String statement) {
    return new WalferryException(
        ErrorCode.DESTINATION_DDL_HALTED,
        table
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
