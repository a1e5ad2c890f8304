package io.walferry.sinks.table;

import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.PublishedTable;
import io.walferry.publication.SourceIndex;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.LedgerEntry.Kind;
import io.walferry.sink.SinkState;
import io.walferry.sinks.position.FeedTransactions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives tables the source's indexes that were empty when their load began, once it has caught up: a
 * load is faster without. A line of the ledger says of each that it still lacks them, so that a
 * kill in between puts them off only. Not for several threads.
 */
public final class TableIndexes<T> {
  private static final Logger LOG = LoggerFactory.getLogger(TableIndexes.class);

  private final TableCatalog<T> catalog;
  private final IndexDdl<T> ddl;
  private final FeedTransactions transactions;
  private final IndexPolicy policy;
  private final Set<TableId> lacking = new HashSet<>();

  public TableIndexes(
      TableCatalog<T> catalog, IndexDdl<T> ddl, FeedTransactions transactions, IndexPolicy policy) {
    this.catalog = catalog;
    this.ddl = ddl;
    this.transactions = transactions;
    this.policy = policy;
  }

  /** Takes from the ledger which tables lack theirs. */
  public SinkState opened(SinkState state) {
    lacking.clear();
    if (state instanceof SinkState.Following following) {
      following.ledger().stream()
          .filter(line -> line.kind() == Kind.INDEXES)
          .forEach(line -> lacking.add(line.table()));
    }
    return state;
  }

  /** Notes, in the open transaction, which of the tables that are ready for a load get theirs. */
  public void prepared(List<PublishedTable> tables) {
    if (policy == IndexPolicy.NONE) {
      return;
    }
    List<TableId> empty =
        tables.stream().map(PublishedTable::table).filter(this::isEmptyTable).toList();
    transactions.note(
        empty.stream().map(table -> new LedgerEntry(table, Kind.INDEXES, "", "")).toList());
    lacking.addAll(empty);
  }

  private boolean isEmptyTable(TableId table) {
    return catalog.find(table).filter(found -> !catalog.hasRows(found)).isPresent();
  }

  /**
   * Makes those that a table lacks, behind the fence.
   *
   * @return whether it lacked any
   */
  public boolean make(PublishedTable table, Supplier<List<SourceIndex>> indexes) {
    if (!lacking.contains(table.table())) {
      return false;
    }
    transactions.begin();
    if (policy == IndexPolicy.PLAIN) {
      make(table.table(), indexes.get());
    }
    transactions.forget(table.table(), EnumSet.of(Kind.INDEXES));
    lacking.remove(table.table());
    return true;
  }

  private void make(TableId table, List<SourceIndex> indexes) {
    List<String> leftOut = new ArrayList<>();
    for (SourceIndex index : indexes) {
      // Each finds those before it.
      catalog
          .find(table)
          .filter(found -> !ddl.has(found, index))
          .flatMap(found -> whyNotMade(found, index))
          .ifPresent(leftOut::add);
    }
    if (!leftOut.isEmpty()) {
      LOG.warn(
          "Table {} in {} goes without these indexes of the source: {}",
          table,
          catalog.display(),
          String.join("; ", leftOut));
    }
  }

  private Optional<String> whyNotMade(T found, SourceIndex index) {
    Optional<String> statement = ddl.statement(found, index);
    if (statement.isEmpty()) {
      return Optional.of(index + " (there is nothing like it)");
    }
    try {
      ddl.make(found, statement.get());
      return Optional.empty();
    } catch (WalferryException e) {
      // Rows are as they must be without it, and later attempts would be refused as well.
      if (e.code().retry() == ErrorCode.Retry.NEVER) {
        return Optional.of(index + " (" + e.getMessage() + ")");
      }
      throw e;
    }
  }
}
