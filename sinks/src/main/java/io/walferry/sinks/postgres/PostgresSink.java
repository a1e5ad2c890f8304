package io.walferry.sinks.postgres;

import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.Relation;
import io.walferry.change.TableId;
import io.walferry.change.TransactionHeader;
import io.walferry.change.Xid;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.PostgresConnector;
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
import io.walferry.sinks.table.ExistingRows;
import io.walferry.sinks.table.TableAlterations;
import io.walferry.type.TypeCatalog;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * Another PostgreSQL database as a destination. Tables keep schema, name and types; values are read
 * there by the input functions of their types, so that they print as at the source.
 *
 * <p>The position is the pipeline's row of table {@code walferry.position}, locked by every
 * transaction; the ledger's lines are in {@code walferry.ledger}. Commits are durable whatever the
 * server's {@code synchronous_commit} says. The session runs in the replica role where it may, so
 * that triggers and foreign keys rest.
 *
 * <p>Columns are altered in the transaction of the rows around it. A column that the stream
 * announces and the table lacks, without an alteration, is of a table that was not followed from
 * the beginning: it is added with what the source's catalog says, as it was told with {@link
 * #prepare} or {@link #resume}. Where the catalog does not say what older rows have in it, or the
 * table has a column that the source has not (any more), which may be the new one under its former
 * name, the feed stops with the statement to run.
 *
 * <p>A few megabytes of the open transaction wait here, the rest is at the server: transactions of
 * any size pass through. Not for several threads.
 */
public final class PostgresSink implements RevocableSink {
  /** Stands for none. */
  private static final TransactionHeader NO_TRANSACTION =
      new TransactionHeader(Xid.NONE, Lsn.ZERO, Instant.EPOCH);

  private final DestinationDatabase database;
  private final SqlSession session;
  private final FeedTransactions transactions;
  private final PostgresTables tables;
  private final DestinationTables<TableShape> destination;
  private final ExistingRows existing;
  private final PendingChanges pending;
  private final TableWriters writers;
  private final TableAlterations<TableShape> alterations;
  private final RowAttempts attempts;

  private TransactionHeader transaction = NO_TRANSACTION;

  /** A destination that is reached by this connector; nothing is opened before {@link #open}. */
  public PostgresSink(PostgresConnector connector, PostgresSinkSettings settings) {
    this.database = new DestinationDatabase(connector, settings);
    this.session = database.session();
    this.transactions = new FeedTransactions(session, PostgresPositionDialect.INSTANCE);
    this.tables = new PostgresTables(session, settings.ddl());
    this.existing = settings.existing();
    this.destination = new DestinationTables<>(tables, existing);
    this.pending = new PendingChanges(database::replicaRole, settings.pendingBytes());
    this.writers = new TableWriters(database, tables, session, pending, settings);
    this.alterations =
        new TableAlterations<>(
            destination, tables, new PostgresColumns(session, tables), settings.ddl());
    this.attempts =
        transactions.attempts(
            new Unsent(), () -> PostgresPositionDialect.INSTANCE.createDeadLetters(session));
  }

  /** Looks at the letters of such a destination. */
  public static DeadLetterSearch letters(PostgresConnector connector) {
    String display = connector.settings().display();
    DestinationErrors errors = new DestinationErrors(display);
    return new LetterSearch(
        display,
        () -> new SqlSession(display, errors, () -> DestinationDatabase.opened(connector, errors)),
        PostgresPositionDialect.INSTANCE);
  }

  @Override
  public SinkCapabilities capabilities() {
    return new SinkCapabilities(true, existing.leavesOnlyOurs(), true, true)
        .altering(alterations.alterations());
  }

  /**
   * {@inheritDoc}
   *
   * <p>A feed that was never begun here leaves no trace until the first {@link #commit}; of two
   * sinks that both found nothing, the first to write wins and the other is fenced. Commits of a
   * predecessor that are still under way are waited for, those of its chunks too.
   */
  @Override
  public SinkState open(FeedIdentity feed, Claim claim) {
    transactions.start(feed, claim);
    session.connect();
    return transactions.isKnown() ? transactions.takeOver() : transactions.fresh();
  }

  @Override
  public void prepare(List<PublishedTable> loaded) {
    requireOtherDatabase();
    transactions.begin();
    destination.prepare(loaded);
    writers.know(loaded);
  }

  @Override
  public void resume(List<PublishedTable> followed) {
    requireOtherDatabase();
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
    SqlSession own = database.session();
    return new PostgresChunkWriter(own, transactions.chunks(own), existing);
  }

  @Override
  public void learn(TypeCatalog types) {
    writers.learn(types);
  }

  /**
   * {@inheritDoc}
   *
   * <p>It is where values go on as they came. Those of other types would be printed here, which
   * costs more than it saves.
   */
  @Override
  public boolean prefersBinary(List<PublishedTable> published) {
    return writers.pass(published);
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
    writers.alter(alteration);
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
    session.close();
  }

  private void truncate(List<Relation> relations) {
    pending.flush();
    tables.empty(relations.stream().map(relation -> writers.of(relation).shape()).toList());
  }

  /** A feed into its own tables would never end. */
  private void requireOtherDatabase() {
    String sql =
        "SELECT 1 FROM pg_replication_slots, pg_control_system() WHERE slot_name = ?"
            + " AND database = current_database() AND system_identifier = ?";
    FeedIdentity feed = transactions.feed();
    if (session.exists("look for the slot", sql, feed.slot(), feed.systemId())) {
      throw new WalferryException(
          ErrorCode.CONFIGURATION_INVALID,
          "the destination " + session.display() + " is the source itself");
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
