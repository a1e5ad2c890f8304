package io.walferry.sinks.postgres;

import io.walferry.change.Change;
import io.walferry.change.Position;
import io.walferry.change.Relation;
import io.walferry.change.TableId;
import io.walferry.change.TransactionHeader;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.PostgresConnector;
import io.walferry.publication.PublishedColumn;
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
import io.walferry.sinks.table.DdlPolicy;
import io.walferry.sinks.table.DestinationTables;
import io.walferry.sinks.table.ExistingRows;
import io.walferry.sinks.table.TableAlterations;
import io.walferry.sinks.table.TableIndexes;
import io.walferry.type.TypeCatalog;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

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
public final class PostgresSink implements LanedSink {
  private final PostgresSinkSettings settings;
  private final DestinationDatabase database;
  private final SqlSession session;
  private final FeedTransactions transactions;
  private final PostgresTables tables;
  private final PostgresColumns columns;
  private final DestinationTables<TableShape> destination;
  private final ExistingRows existing;
  private final SourceColumns source = new SourceColumns();
  private final PostgresChanges changes;
  private final TableAlterations<TableShape> alterations;
  private final TableIndexes<TableShape> indexes;
  private final RowAttempts attempts;

  /** Tables that are to be loaded again, and may get other columns first. */
  private final Set<TableId> emptied = new HashSet<>();

  /** A destination that is reached by this connector; nothing is opened before {@link #open}. */
  public PostgresSink(PostgresConnector connector, PostgresSinkSettings settings) {
    this.settings = settings;
    this.database = new DestinationDatabase(connector, settings);
    this.session = database.session();
    this.transactions = new FeedTransactions(session, PostgresPositionDialect.INSTANCE);
    this.tables = new PostgresTables(session, settings.ddl());
    this.columns = new PostgresColumns(session, tables);
    this.existing = settings.existing();
    this.destination = new DestinationTables<>(tables, existing);
    this.changes = new PostgresChanges(database, session, tables, source, settings);
    this.alterations = new TableAlterations<>(destination, tables, columns, settings.ddl());
    this.indexes =
        new TableIndexes<>(
            tables, new PostgresIndexes(session), transactions, settings.ddl().tables().indexes());
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
    return indexes.opened(transactions.isKnown() ? transactions.takeOver() : transactions.fresh());
  }

  @Override
  public void prepare(List<PublishedTable> loaded) {
    requireOtherDatabase();
    transactions.begin();
    destination.prepare(loaded);
    loaded.stream().filter(table -> emptied.remove(table.table())).forEach(this::release);
    indexes.prepared(loaded);
    source.know(loaded);
  }

  @Override
  public void resume(List<PublishedTable> followed) {
    requireOtherDatabase();
    destination.requireShapes(followed);
    source.know(followed);
  }

  @Override
  public void empty(PublishedTable table) {
    destination.requireOwnRows(table);
    transactions.begin();
    changes.flush();
    tables.empty(tables.find(table.table()).stream().toList());
    emptied.add(table.table());
    release(table);
  }

  /**
   * Lets columns be NULL that may be so at the source by now, before rows are read that are; of
   * changes the first NULL does it. A column may also have come in the place of one that was NOT
   * NULL.
   */
  private void release(PublishedTable table) {
    if (settings.ddl().retyped() != DdlPolicy.APPLY) {
      return;
    }
    tables
        .find(table.table())
        .filter(TableShape::owned)
        .ifPresent(
            found ->
                table.columns().stream()
                    .filter(column -> !column.notNull())
                    .map(PublishedColumn::name)
                    .filter(name -> !found.primaryKey().contains(name))
                    .forEach(name -> columns.release(found, name)));
  }

  /** {@inheritDoc} In a transaction with what the ledger says of it. */
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
    SqlSession own = database.session();
    return new PostgresChunkWriter(own, transactions.chunks(own), existing);
  }

  @Override
  public void learn(TypeCatalog types) {
    source.learn(types);
  }

  /**
   * {@inheritDoc}
   *
   * <p>It is where values go on as they came. Those of other types would be printed here, which
   * costs more than it saves.
   */
  @Override
  public boolean prefersBinary(List<PublishedTable> published) {
    return source.pass(published);
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
    return existing == ExistingRows.MERGE ? ChangeOrder.OVERALL : changes.order(relation);
  }

  @Override
  public Lane lane() {
    SqlSession own = database.session();
    PostgresTables seen = new PostgresTables(own, settings.ddl());
    return transactions.lane(own, new PostgresChanges(database, own, seen, source, settings));
  }

  /** {@inheritDoc} In the transaction of the changes around it. */
  @Override
  public boolean alter(TableAlteration alteration) {
    transactions.begin();
    changes.flush();
    boolean reload = alterations.apply(alteration);
    source.alter(alteration);
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
  public void takeBack(Relation made) {
    transactions.begin();
    alterations.takeBack(made);
    changes.forget();
  }

  /** {@inheritDoc} In the transaction of the changes around it. */
  @Override
  public void drop(TableId table) {
    transactions.begin();
    changes.flush();
    alterations.drop(table);
    changes.forget();
  }

  /** {@inheritDoc} In the transaction of the changes around it. */
  @Override
  public void rename(TableId table, TableId to) {
    transactions.begin();
    changes.flush();
    alterations.rename(table, to);
    source.rename(table, to);
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
    session.close();
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
      changes.flush();
    }

    @Override
    public void drop() {
      changes.drop();
    }
  }
}
