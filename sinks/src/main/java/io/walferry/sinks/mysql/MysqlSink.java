package io.walferry.sinks.mysql;

import io.walferry.change.Change;
import io.walferry.change.Position;
import io.walferry.change.Relation;
import io.walferry.change.TableId;
import io.walferry.change.TransactionHeader;
import io.walferry.publication.PublishedTable;
import io.walferry.publication.SourceIndex;
import io.walferry.sink.ChangeOrder;
import io.walferry.sink.Claim;
import io.walferry.sink.DeadLetterSearch;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.Lane;
import io.walferry.sink.LanedSink;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.RevocableChunkWriter;
import io.walferry.sink.RowAttempts;
import io.walferry.sink.SinkCapabilities;
import io.walferry.sink.SinkState;
import io.walferry.sink.TableAlteration;
import io.walferry.sink.TypeAlteration;
import io.walferry.sinks.position.FeedTransactions;
import io.walferry.sinks.position.LetterSearch;
import io.walferry.sinks.position.SavepointAttempts;
import io.walferry.sinks.sql.SqlSession;
import io.walferry.sinks.table.DestinationTables;
import io.walferry.sinks.table.ExistingRows;
import io.walferry.sinks.table.TableAlterations;
import io.walferry.sinks.table.TableIndexes;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A database of MySQL or MariaDB as a destination.
 *
 * <p>A table of schema {@code public} keeps its name; any other is called {@code schema.table}, one
 * identifier that has to be quoted. Columns are created as the type table says; {@code
 * docs/types.md} shows it. Foreign keys rest; triggers cannot.
 *
 * <p>The position is the pipeline's row of table {@code walferry_position}, locked by every
 * transaction; the ledger's lines are in {@code walferry_ledger}.
 *
 * <p>DDL ends a transaction, so it happens in a session of its own, before anything of the table is
 * in the open transaction: what is missing is made at a start or before a load, and columns are
 * altered right after a commit, behind the fence. A kill in between leaves an empty table, which
 * the next start takes back or takes as it is, or a column. TRUNCATE is a DELETE.
 *
 * <p>A few megabytes of the open transaction wait here, the rest is at the server: transactions of
 * any size pass through. Not for several threads.
 */
public final class MysqlSink implements LanedSink {
  private final MysqlConnector connector;
  private final MysqlSinkSettings settings;
  private final SqlSession session;
  private final SqlSession aside;
  private final FeedTransactions transactions;
  private final MysqlTables tables;
  private final DestinationTables<TableShape> destination;
  private final MysqlChanges changes;
  private final TableAlterations<TableShape> alterations;
  private final TableIndexes<TableShape> indexes;
  private final RowAttempts attempts;

  /** A destination in that database; nothing is opened before {@link #open}. */
  public MysqlSink(MysqlConnector connector, MysqlSinkSettings settings) {
    this.connector = connector;
    this.settings = settings;
    this.session = connector.session();
    this.aside = connector.session();
    this.transactions = new FeedTransactions(session, MysqlPositionDialect.INSTANCE);
    this.tables = new MysqlTables(connector, session, aside, settings);
    this.destination = new DestinationTables<>(tables, settings.existing());
    this.alterations =
        new TableAlterations<>(
            destination, tables, new MysqlColumns(aside, tables), settings.ddl());
    this.changes = new MysqlChanges(connector, session, tables, settings);
    this.indexes =
        new TableIndexes<>(
            tables, new MysqlIndexes(aside), transactions, settings.ddl().tables().indexes());
    this.attempts = transactions.attempts(new Unsent(), connector::createDeadLetters);
  }

  /** Looks at the letters of such a destination. */
  public static DeadLetterSearch letters(MysqlConnector connector) {
    return new LetterSearch(
        connector.settings().display(), connector::session, MysqlPositionDialect.INSTANCE);
  }

  @Override
  public SinkCapabilities capabilities() {
    return new SinkCapabilities(true, settings.existing().leavesOnlyOurs())
        .altering(SinkCapabilities.Alterations.ON_THEIR_OWN);
  }

  /**
   * {@inheritDoc}
   *
   * <p>A feed that was never begun here leaves no trace until the first {@link #commit}, but for
   * empty tables; of two sinks that both found nothing, the first to write wins and the other is
   * fenced. Commits of a predecessor that are still under way are waited for, those of its chunks
   * too.
   */
  @Override
  public SinkState open(FeedIdentity feed, Claim claim) {
    transactions.start(feed, claim);
    session.connect();
    return indexes.opened(transactions.isKnown() ? transactions.takeOver() : transactions.fresh());
  }

  @Override
  public void prepare(List<PublishedTable> loaded) {
    if (!session.inTransaction()) {
      destination.requireLoadable(loaded);
      transactions.begin();
    }
    destination.requireFitting(loaded);
    loaded.forEach(tables::complete);
    destination.prepare(loaded);
    indexes.prepared(loaded);
  }

  @Override
  public void resume(List<PublishedTable> followed) {
    destination.requireShapes(followed);
    followed.forEach(tables::widen);
  }

  /**
   * {@inheritDoc}
   *
   * <p>What the table lacks is made first: once its rows are deleted, nobody else may alter it.
   */
  @Override
  public void empty(PublishedTable table) {
    destination.requireOwnRows(table);
    changes.flush();
    destination.requireFitting(List.of(table));
    tables.complete(table);
    emptyToAlter(table);
  }

  @Override
  public void emptyToAlter(PublishedTable table) {
    destination.requireOwnRows(table);
    transactions.begin();
    changes.flush();
    tables.empty(tables.find(table.table()).stream().toList());
  }

  /** {@inheritDoc} No table is in the open transaction, so nobody waits for whom. */
  @Override
  public boolean index(PublishedTable table, Supplier<List<SourceIndex>> ofSource) {
    boolean made = indexes.make(table, ofSource);
    changes.forget();
    return made;
  }

  @Override
  public void note(List<LedgerEntry> entries) {
    transactions.note(entries);
  }

  @Override
  public void forget(TableId table, Set<LedgerEntry.Kind> kinds) {
    transactions.forget(table, kinds);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Each writer has a connection of its own.
   */
  @Override
  public RevocableChunkWriter chunkWriter() {
    transactions.startChunks();
    SqlSession own = connector.session();
    return new MysqlChunkWriter(connector, own, transactions.chunks(own), settings);
  }

  @Override
  public RowAttempts attempts() {
    return attempts;
  }

  /**
   * {@inheritDoc}
   *
   * <p>Where rows may be there that are not the feed's, changes that find none of theirs are taken
   * as well: a lane would not notice what it has overtaken.
   */
  @Override
  public ChangeOrder order(Relation relation) {
    return settings.existing() == ExistingRows.MERGE
        ? ChangeOrder.OVERALL
        : changes.order(relation);
  }

  @Override
  public Lane lane() {
    SqlSession own = connector.session();
    MysqlTables seen = new MysqlTables(connector, own, own, settings);
    return transactions.lane(own, new MysqlChanges(connector, own, seen, settings));
  }

  /** {@inheritDoc} Nothing but the position is locked, so nobody waits for whom. */
  @Override
  public boolean alter(TableAlteration alteration) {
    transactions.begin();
    boolean reload = alterations.apply(alteration);
    changes.forget();
    return reload;
  }

  @Override
  public boolean alter(TypeAlteration alteration) {
    return alterations.decide(alteration);
  }

  @Override
  public boolean admits(PublishedTable table) {
    return alterations.admits(table);
  }

  @Override
  public boolean creates(PublishedTable table) {
    return alterations.creates(table);
  }

  @Override
  public boolean completesApart(PublishedTable table) {
    return tables.isIncomplete(table);
  }

  @Override
  public void takeBack(Relation made) {
    transactions.begin();
    alterations.takeBack(made);
    changes.forget();
  }

  /** {@inheritDoc} Nothing but the position is locked, so nobody waits for whom. */
  @Override
  public void drop(TableId table) {
    transactions.begin();
    alterations.drop(table);
    changes.forget();
  }

  /** {@inheritDoc} Nothing is open, so nobody waits for whom. */
  @Override
  public void rename(TableId table, TableId to) {
    transactions.begin();
    alterations.rename(table, to);
    changes.forget();
  }

  @Override
  public void begin(TransactionHeader next) {
    transactions.begin();
    changes.begin(next);
  }

  /** {@inheritDoc} Behind the fence, also if a part of its transaction was committed. */
  @Override
  public void append(Change change) {
    transactions.begin();
    changes.append(change);
  }

  @Override
  public void commit(Position position) {
    transactions.begin();
    changes.flush();
    transactions.commit(position);
  }

  @Override
  public void close() {
    try {
      aside.close();
    } finally {
      session.close();
    }
  }

  /** What waits here. */
  private final class Unsent implements SavepointAttempts.Waiting {
    @Override
    public void begin() {
      transactions.begin();
    }

    @Override
    public void flush() {
      changes.flush();
    }

    @Override
    public void drop() {
      changes.drop();
    }
  }
}
