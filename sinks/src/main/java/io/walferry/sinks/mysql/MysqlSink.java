package io.walferry.sinks.mysql;

import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.Relation;
import io.walferry.change.TableId;
import io.walferry.change.TransactionHeader;
import io.walferry.change.Xid;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.Claim;
import io.walferry.sink.DeadLetterSearch;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.RevocableChunkWriter;
import io.walferry.sink.RevocableSink;
import io.walferry.sink.RowAttempts;
import io.walferry.sink.SinkCapabilities;
import io.walferry.sink.SinkState;
import io.walferry.sink.TableAlteration;
import io.walferry.sinks.position.FeedTransactions;
import io.walferry.sinks.position.LetterSearch;
import io.walferry.sinks.position.SavepointAttempts;
import io.walferry.sinks.run.PendingChanges;
import io.walferry.sinks.sql.SqlSession;
import io.walferry.sinks.table.DestinationTables;
import io.walferry.sinks.table.TableAlterations;
import java.time.Instant;
import java.util.List;
import java.util.Set;

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
 * altered right after a commit. A kill in between leaves an empty table or a column, which the next
 * start takes as it is. TRUNCATE is a DELETE.
 *
 * <p>A few megabytes of the open transaction wait here, the rest is at the server: transactions of
 * any size pass through. Not for several threads.
 */
public final class MysqlSink implements RevocableSink {
  /** Stands for none. */
  private static final TransactionHeader NO_TRANSACTION =
      new TransactionHeader(Xid.NONE, Lsn.ZERO, Instant.EPOCH);

  private final MysqlConnector connector;
  private final MysqlSinkSettings settings;
  private final SqlSession session;
  private final SqlSession aside;
  private final FeedTransactions transactions;
  private final MysqlTables tables;
  private final DestinationTables<TableShape> destination;
  private final PendingChanges pending;
  private final TableWriters writers;
  private final TableAlterations<TableShape> alterations;
  private final RowAttempts attempts;

  private TransactionHeader transaction = NO_TRANSACTION;

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
    // Where a table has triggers, its own changes keep their order.
    this.pending = new PendingChanges(() -> true, settings.pendingBytes());
    this.writers = new TableWriters(connector, tables, session, pending, settings);
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
    return transactions.isKnown() ? transactions.takeOver() : transactions.fresh();
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
    pending.flush();
    destination.requireFitting(List.of(table));
    tables.complete(table);
    emptyToAlter(table);
  }

  @Override
  public void emptyToAlter(PublishedTable table) {
    destination.requireOwnRows(table);
    transactions.begin();
    pending.flush();
    tables.empty(tables.find(table.table()).stream().toList());
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

  /** {@inheritDoc} Nothing is open, so nobody waits for whom. */
  @Override
  public boolean alter(TableAlteration alteration) {
    boolean reload = alterations.apply(alteration);
    writers.forget();
    return reload;
  }

  @Override
  public void begin(TransactionHeader next) {
    transactions.begin();
    transaction = next;
  }

  @Override
  public void append(Change change) {
    switch (change) {
      case Change.Insert(var relation, var after) ->
          writers.of(relation).insert(pending, transaction, after);
      case Change.Update(var relation, var before, var after) ->
          writers.of(relation).update(pending, transaction, before, after);
      case Change.Delete(var relation, var before) ->
          writers.of(relation).delete(pending, transaction, before);
      case Change.Truncate truncate -> truncate(truncate.relations());
      case Change.Message message -> {}
    }
  }

  @Override
  public void commit(Position position) {
    transactions.begin();
    pending.flush();
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

  private void truncate(List<Relation> relations) {
    pending.flush();
    tables.empty(relations.stream().map(relation -> writers.of(relation).shape()).toList());
  }

  /** What waits here. */
  private final class Unsent implements SavepointAttempts.Waiting {
    @Override
    public void begin() {
      transactions.begin();
    }

    @Override
    public void flush() {
      pending.flush();
    }

    @Override
    public void drop() {
      pending.drop();
    }
  }
}
