package io.walferry.sinks.sqlite;

import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.change.TableId;
import io.walferry.change.TransactionHeader;
import io.walferry.change.Xid;
import io.walferry.publication.PublishedTable;
import io.walferry.publication.SourceIndex;
import io.walferry.sink.ChunkTarget;
import io.walferry.sink.Claim;
import io.walferry.sink.DeadLetterSearch;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.RevocableChunkWriter;
import io.walferry.sink.RevocableSink;
import io.walferry.sink.RowAttempts;
import io.walferry.sink.RowKeys;
import io.walferry.sink.SinkCapabilities;
import io.walferry.sink.SinkState;
import io.walferry.sink.TableAlteration;
import io.walferry.sink.TextChunkWriter;
import io.walferry.sink.Turns;
import io.walferry.sink.TypeAlteration;
import io.walferry.sinks.position.ChunkTransactions;
import io.walferry.sinks.position.FeedTransactions;
import io.walferry.sinks.position.LetterSearch;
import io.walferry.sinks.position.SavepointAttempts;
import io.walferry.sinks.sql.SqlSession;
import io.walferry.sinks.table.DestinationTables;
import io.walferry.sinks.table.ExistingRows;
import io.walferry.sinks.table.SourceRows;
import io.walferry.sinks.table.TableAlterations;
import io.walferry.sinks.table.TableIndexes;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A SQLite database file as a destination.
 *
 * <p>A table of schema {@code public} keeps its name; any other is called {@code schema.table}, one
 * identifier that has to be quoted. Values are kept so that PostgreSQL's text output can be
 * recovered exactly: truth values as 0 and 1, whole numbers as INTEGER, floats as REAL (but {@code
 * NaN}, {@code Infinity}, {@code -Infinity} and {@code -0} as text), bytea as BLOB, everything else
 * as TEXT.
 *
 * <p>The position is the pipeline's row of table {@code walferry_position}, the ledger's lines are
 * in {@code walferry_ledger}. A commit survives the loss of power: the write-ahead file is synced
 * each time. An open transaction grows that file, not the heap. Not for several threads.
 */
public final class SqliteSink implements RevocableSink {
  /** Stands for a load of existing rows, which belongs to no source transaction. */
  private static final TransactionHeader NO_TRANSACTION =
      new TransactionHeader(Xid.NONE, Lsn.ZERO, Instant.EPOCH);

  private final SqliteDatabase database;
  private final ExistingRows existing;
  private final SqlSession session;
  private final FeedTransactions transactions;
  private final DestinationTables<TableShape> destination;
  private final ChangeBatch batch;
  private final TableWriters writers;
  private final TableAlterations<TableShape> alterations;
  private final TableIndexes<TableShape> indexes;
  private final Turns turns = new Turns();
  private final RowAttempts attempts;

  /** Only whose turn it is may use it. */
  private final Map<TableId, Relation> loaded = new HashMap<>();

  private TransactionHeader transaction = NO_TRANSACTION;

  /** A destination in this file; nothing is opened or created before {@link #open}. */
  public SqliteSink(Path file, SqliteSettings settings) {
    this(new SqliteDatabase(file, settings), settings);
  }

  /** With a database that a test can limit. */
  SqliteSink(SqliteDatabase database, SqliteSettings settings) {
    TableNames names = new TableNames();
    this.database = database;
    this.existing = settings.existing();
    this.session = database.session();
    this.transactions = new FeedTransactions(session, SqlitePositionDialect.INSTANCE);
    SqliteTables tables = new SqliteTables(session, names, settings.ddl());
    this.destination = new DestinationTables<>(tables, settings.existing());
    this.alterations =
        new TableAlterations<>(
            destination, tables, new SqliteColumns(session, names), settings.ddl());
    this.batch = new ChangeBatch(session);
    this.writers = new TableWriters(session, batch, names, settings);
    this.indexes =
        new TableIndexes<>(
            tables, new SqliteIndexes(session), transactions, settings.ddl().tables().indexes());
    this.attempts = transactions.attempts(new Unsent(this::beginTransaction), this::createLetters);
  }

  /** Looks at the letters in such a file. */
  public static DeadLetterSearch letters(Path file) {
    Path absolute = file.toAbsolutePath();
    String display = "SQLite database " + absolute;
    SqliteErrors errors = new SqliteErrors(absolute);
    return new LetterSearch(
        display,
        () -> new SqlSession(display, errors, () -> SqliteDatabase.openForReading(absolute)),
        SqlitePositionDialect.INSTANCE);
  }

  @Override
  public SinkCapabilities capabilities() {
    return new SinkCapabilities(true, existing.leavesOnlyOurs())
        .altering(alterations.alterations());
  }

  /**
   * {@inheritDoc}
   *
   * <p>A feed that was never begun here leaves no trace until {@link #prepare}, {@link #note} or
   * the first {@link #commit}; of two sinks that both found nothing, the first to write wins and
   * the other is fenced.
   */
  @Override
  public SinkState open(FeedIdentity feed, Claim claim) {
    transactions.start(feed, claim);
    database.requireWritablePath();
    if (!database.exists()) {
      return indexes.opened(transactions.fresh());
    }
    session.connect();
    if (!transactions.isKnown()) {
      return indexes.opened(transactions.fresh());
    }
    database.connectForWriting();
    return indexes.opened(transactions.takeOver());
  }

  @Override
  public void prepare(List<PublishedTable> tables) {
    if (!session.inTransaction()) {
      // Looked at twice: before the file is touched at all, and again under the write lock.
      destination.requireLoadable(tables);
      beginTransaction();
    }
    destination.prepare(tables);
    indexes.prepared(tables);
    writers.know(tables);
    loaded.clear();
  }

  @Override
  public void resume(List<PublishedTable> tables) {
    if (database.exists()) {
      session.connect();
    }
    destination.requireShapes(tables);
    writers.know(tables);
  }

  @Override
  public void empty(PublishedTable table) {
    destination.requireOwnRows(table);
    beginTransaction();
    empty(table.table());
  }

  /** {@inheritDoc} In a transaction with what the ledger says of it. */
  @Override
  public boolean index(PublishedTable table, Supplier<List<SourceIndex>> ofSource) {
    database.connectForWriting();
    // A statement that is prepared may hold the table.
    writers.close();
    return indexes.make(table, ofSource);
  }

  @Override
  public void note(List<LedgerEntry> entries) {
    beginTransaction();
    transactions.note(entries);
  }

  @Override
  public void forget(TableId table, Set<LedgerEntry.Kind> kinds) {
    beginTransaction();
    transactions.forget(table, kinds);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Writers share the sink's connection, for SQLite takes one at a time.
   */
  @Override
  public RevocableChunkWriter chunkWriter() {
    database.connectForWriting();
    transactions.startChunks();
    return new TextChunkWriter(new Chunks(transactions.chunks(session)), turns);
  }

  @Override
  public RowAttempts attempts() {
    return attempts;
  }

  /** {@inheritDoc} In the transaction of the changes around it. */
  @Override
  public boolean alter(TableAlteration alteration) {
    beginTransaction();
    batch.flush();
    // A statement that is prepared may hold the table.
    writers.close();
    boolean reload = alterations.apply(alteration);
    writers.alter(alteration);
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
    beginTransaction();
    writers.close();
    alterations.takeBack(made);
  }

  /** {@inheritDoc} In the transaction of the changes around it. */
  @Override
  public void drop(TableId table) {
    beginTransaction();
    batch.flush();
    writers.close();
    alterations.drop(table);
  }

  /** {@inheritDoc} In the transaction of the changes around it. */
  @Override
  public void rename(TableId table, TableId to) {
    beginTransaction();
    batch.flush();
    writers.close();
    alterations.rename(table, to);
    writers.rename(table, to);
  }

  @Override
  public void begin(TransactionHeader next) {
    beginTransaction();
    transaction = next;
  }

  /** {@inheritDoc} Behind the fence, also if a part of its transaction was committed. */
  @Override
  public void append(Change change) {
    beginTransaction();
    switch (change) {
      case Change.Insert(var relation, var after) ->
          writers.of(relation).insert(transaction, after);
      case Change.Update(var relation, var before, var after) ->
          writers.of(relation).update(transaction, before, after);
      case Change.Delete(var relation, var before) ->
          writers.of(relation).delete(transaction, before);
      case Change.Truncate truncate -> truncate.relations().forEach(this::truncate);
      case Change.Message message -> {}
    }
  }

  @Override
  public void commit(Position position) {
    beginTransaction();
    batch.flush();
    transactions.commit(position);
  }

  @Override
  public void close() {
    session.close();
  }

  private void truncate(Relation relation) {
    writers.of(relation);
    empty(relation.table());
  }

  private void empty(TableId table) {
    batch.flush();
    session.execute("empty table " + table, "DELETE FROM " + TableId.quote(TableNames.of(table)));
  }

  private void beginTransaction() {
    database.connectForWriting();
    transactions.begin();
  }

  private void createLetters() {
    SqlitePositionDialect.INSTANCE.createDeadLetters(session);
  }

  /** What waits in the batch, of changes or of a chunk. */
  private final class Unsent implements SavepointAttempts.Waiting {
    private final Runnable begin;

    Unsent(Runnable begin) {
      this.begin = begin;
    }

    @Override
    public void begin() {
      begin.run();
    }

    @Override
    public void flush() {
      batch.flush();
    }

    /** An index that was made since is gone. */
    @Override
    public void drop() {
      batch.drop();
      writers.close();
    }
  }

  /** Puts chunks in with the statements of inserts. */
  private final class Chunks implements ChunkTarget {
    private final ChunkTransactions own;
    private final RowAttempts ownAttempts;

    Chunks(ChunkTransactions own) {
      this.own = own;
      this.ownAttempts = own.attempts(new Unsent(() -> {}), SqliteSink.this::createLetters);
    }

    @Override
    public RowAttempts attempts() {
      return ownAttempts;
    }

    @Override
    public Consumer<Row> beginChunk(PublishedTable table) {
      own.begin();
      Relation relation = loaded.computeIfAbsent(table.table(), id -> SourceRows.relation(table));
      return row -> writers.of(relation).insert(NO_TRANSACTION, row);
    }

    @Override
    public void remove(PublishedTable table, RowKeys keys) {
      KeyedRows.remove(session, table, keys);
    }

    @Override
    public void commitChunk(LedgerEntry line) {
      batch.flush();
      own.commit(line);
    }

    @Override
    public void dropChunk() {
      if (session.inTransaction()) {
        batch.drop();
        session.rollback();
      }
    }
  }
}
