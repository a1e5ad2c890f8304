package io.walferry.sinks.sqlserver;

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
import io.walferry.sink.TypeAlteration;
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
 * A database of SQL Server as a destination.
 *
 * <p>Tables keep schema and name, but for the source's schema {@code public}, which is called
 * {@code dbo} there, or as the user says. Columns are created as the type table says; {@code
 * docs/types.md} shows it. Foreign keys have to rest, and triggers cannot.
 *
 * <p>The position is the pipeline's row of table {@code walferry.position}, locked by every
 * transaction; the ledger's lines are in {@code walferry.ledger}.
 *
 * <p>DDL is part of the transaction that it stands in, so columns are altered in that of the rows
 * around it. A column that the stream announces and the table lacks, without an alteration, is of a
 * table that was not followed from the beginning: it is added with what the source's catalog says,
 * as {@link #prepare} or {@link #resume} was told. A column that is newer than that ends this sink
 * as {@code SOURCE_SCHEMA_MOVING}; the next one knows it. TRUNCATE is a DELETE.
 *
 * <p>A few megabytes of the open transaction wait here, the rest is at the server: transactions of
 * any size pass through. Not for several threads.
 */
public final class SqlServerSink implements RevocableSink {
  /** Stands for none. */
  private static final TransactionHeader NO_TRANSACTION =
      new TransactionHeader(Xid.NONE, Lsn.ZERO, Instant.EPOCH);

  private final SqlServerConnector connector;
  private final SqlServerSinkSettings settings;
  private final SqlSession session;
  private final FeedTransactions transactions;
  private final SqlServerTables tables;
  private final DestinationTables<TableShape> destination;
  private final PendingChanges pending;
  private final TableWriters writers;
  private final TableAlterations<TableShape> alterations;
  private final RowAttempts attempts;

  private TransactionHeader transaction = NO_TRANSACTION;

  /** A destination in that database; nothing is opened before {@link #open}. */
  public SqlServerSink(SqlServerConnector connector, SqlServerSinkSettings settings) {
    this.connector = connector;
    this.settings = settings;
    this.session = connector.session();
    this.transactions = new FeedTransactions(session, SqlServerPositionDialect.INSTANCE);
    this.tables =
        new SqlServerTables(session, new TableNames(connector.settings().schema()), settings);
    this.destination = new DestinationTables<>(tables, settings.existing());
    this.alterations =
        new TableAlterations<>(
            destination, tables, new SqlServerColumns(session, tables), settings.ddl());
    // Where a table has triggers, its own changes keep their order.
    this.pending = new PendingChanges(() -> true, settings.pendingBytes());
    this.writers = new TableWriters(tables, session, pending, settings);
    this.attempts = transactions.attempts(new Unsent(), connector::createDeadLetters);
  }

  /** Looks at the letters of such a destination. */
  public static DeadLetterSearch letters(SqlServerConnector connector) {
    return new LetterSearch(
        connector.settings().display(), connector::session, SqlServerPositionDialect.INSTANCE);
  }

  @Override
  public SinkCapabilities capabilities() {
    return new SinkCapabilities(true, settings.existing().leavesOnlyOurs())
        .altering(alterations.alterations());
  }

  /**
   * {@inheritDoc}
   *
   * <p>A feed that was never begun here leaves no trace until the first {@link #commit}, but for
   * empty tables of ours; of two sinks that both found nothing, the first to write wins and the
   * other is fenced. Commits of a predecessor that are still under way are waited for, those of its
   * chunks too.
   */
  @Override
  public SinkState open(FeedIdentity feed, Claim claim) {
    transactions.start(feed, claim);
    session.connect();
    return transactions.isKnown() ? transactions.takeOver() : transactions.fresh();
  }

  @Override
  public void prepare(List<PublishedTable> loaded) {
    transactions.begin();
    destination.prepare(loaded);
    writers.know(loaded);
  }

  @Override
  public void resume(List<PublishedTable> followed) {
    destination.requireShapes(followed);
    writers.know(followed);
  }

  @Override
  public void empty(PublishedTable table) {
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
    return new SqlServerChunkWriter(connector, own, transactions.chunks(own), settings);
  }

  @Override
  public RowAttempts attempts() {
    return attempts;
  }

  /** {@inheritDoc} In the transaction of the changes around it. */
  @Override
  public boolean alter(TableAlteration alteration) {
    transactions.begin();
    pending.flush();
    boolean reload = alterations.apply(alteration);
    writers.forget();
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
  public void takeBack(Relation made) {
    transactions.begin();
    alterations.takeBack(made);
    writers.forget();
  }

  /** {@inheritDoc} In the transaction of the changes around it. */
  @Override
  public void drop(TableId table) {
    transactions.begin();
    pending.flush();
    alterations.drop(table);
    writers.forget();
  }

  /** {@inheritDoc} In the transaction of the changes around it. */
  @Override
  public void rename(TableId table, TableId to) {
    transactions.begin();
    pending.flush();
    alterations.rename(table, to);
    writers.rename(table, to);
  }

  @Override
  public void begin(TransactionHeader next) {
    transactions.begin();
    transaction = next;
  }

  /** {@inheritDoc} Behind the fence, also if a part of its transaction was committed. */
  @Override
  public void append(Change change) {
    transactions.begin();
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
    session.close();
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

    /** A column or index that was made since is gone. */
    @Override
    public void drop() {
      pending.drop();
      writers.forget();
    }
  }
}
