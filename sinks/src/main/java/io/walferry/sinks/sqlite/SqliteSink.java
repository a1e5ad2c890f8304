package io.walferry.sinks.sqlite;

import io.walferry.change.Change;
import io.walferry.change.Column;
import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.change.TableId;
import io.walferry.change.TransactionHeader;
import io.walferry.change.Xid;
import io.walferry.error.WalferryException;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.Sink;
import io.walferry.sink.SinkCapabilities;
import io.walferry.sink.SinkState;
import io.walferry.sinks.position.PositionRow;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A SQLite database file as a destination.
 *
 * <p>A table of schema {@code public} keeps its name; any other is called {@code schema.table}, one
 * identifier that has to be quoted. Values are kept so that PostgreSQL's text output can be
 * recovered exactly: truth values as 0 and 1, whole numbers as INTEGER, floats as REAL (but {@code
 * NaN}, {@code Infinity}, {@code -Infinity} and {@code -0} as text), bytea as BLOB, everything else
 * as TEXT.
 *
 * <p>The position is the pipeline's row of table {@code walferry_position}. A commit survives the
 * loss of power: the write-ahead file is synced each time. An open transaction grows that file, not
 * the heap. Not for several threads.
 */
public final class SqliteSink implements Sink {
  /** Stands for a first load, which belongs to no source transaction. */
  private static final TransactionHeader NO_TRANSACTION =
      new TransactionHeader(Xid.NONE, Lsn.ZERO, Instant.EPOCH);

  private final SqliteDatabase database;
  private final SqliteSettings settings;
  private final PositionTable positions;
  private final TableNames names = new TableNames();
  private final ChangeBatch batch;
  private final TableWriters writers;
  private final Map<TableId, Relation> loading = new HashMap<>();

  /** What the position table said when this sink last read or wrote it. */
  private PositionRow expected = PositionRow.fresh(new FeedIdentity("", 0, 0, ""));

  private TransactionHeader transaction = NO_TRANSACTION;
  private long loadedBytes;

  /** A destination in this file; nothing is opened or created before {@link #open}. */
  public SqliteSink(Path file, SqliteSettings settings) {
    this(new SqliteDatabase(file, settings), settings);
  }

  /** With a database that a test can limit. */
  SqliteSink(SqliteDatabase database, SqliteSettings settings) {
    this.settings = settings;
    this.database = database;
    this.positions = new PositionTable(database);
    this.batch = new ChangeBatch(database);
    this.writers = new TableWriters(database, batch, names);
  }

  @Override
  public SinkCapabilities capabilities() {
    return new SinkCapabilities(true);
  }

  /**
   * {@inheritDoc}
   *
   * <p>A feed that was never begun here leaves no trace until {@link #startLoad} or the first
   * {@link #commit}; of two sinks that both found nothing, the first to write wins and the other is
   * fenced.
   */
  @Override
  public SinkState open(FeedIdentity feed) {
    expected = PositionRow.fresh(feed);
    database.requireWritablePath();
    if (!database.exists()) {
      return expected.state();
    }
    database.connect();
    if (positions.read(feed).epoch() == 0) {
      return expected.state();
    }
    database.useWriteAheadLog();
    database.begin();
    PositionRow found = positions.read(feed);
    found.requireSource(feed, where());
    expected = found.takenOver();
    positions.save(expected);
    database.commit();
    return expected.state();
  }

  @Override
  public void startLoad(List<PublishedTable> tables) {
    FirstLoad load = new FirstLoad(database, tables);
    // Looked at twice: before the file is touched at all, and again under the write lock.
    if (database.isConnected()) {
      load.requireLoadable(names, Set.copyOf(positions.loadingTables(expected.feed())));
    } else {
      load.requireLoadable(names, Set.of());
    }
    startTransaction();
    List<String> unfinished = positions.loadingTables(expected.feed());
    for (String name : unfinished) {
      if (TableShape.read(database, name).isPresent()) {
        database.execute("DELETE FROM " + TableId.quote(name));
      }
    }
    load.requireLoadable(names, Set.of());
    load.createTables();
    expected = expected.at(SinkState.Loading.LOADING);
    positions.save(expected);
    positions.saveLoadingTables(expected.feed(), load.destinationNames());
    database.commit();
    writers.know(tables);
  }

  @Override
  public void load(PublishedTable table, List<Row> rows) {
    if (!database.inTransaction()) {
      startTransaction();
    }
    TableWriter writer = writers.of(loading.computeIfAbsent(table.table(), id -> relation(table)));
    for (Row row : rows) {
      writer.insert(NO_TRANSACTION, row);
      loadedBytes += row.byteSize();
    }
    if (loadedBytes >= settings.loadBytesPerCommit()) {
      batch.flush();
      database.commit();
      loadedBytes = 0;
    }
  }

  @Override
  public void finishLoad(Position position) {
    commit(position);
  }

  @Override
  public void resume(List<PublishedTable> tables) {
    if (database.exists()) {
      database.connect();
    }
    new FirstLoad(database, tables).requireShapes(names);
    writers.know(tables);
  }

  @Override
  public void begin(TransactionHeader next) {
    if (!database.inTransaction()) {
      startTransaction();
    }
    transaction = next;
  }

  @Override
  public void append(Change change) {
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
    if (!database.inTransaction()) {
      startTransaction();
    }
    batch.flush();
    boolean endsLoad = expected.state() instanceof SinkState.Loading;
    PositionRow next = expected.at(new SinkState.Following(position));
    positions.save(next);
    if (endsLoad) {
      positions.saveLoadingTables(next.feed(), List.of());
    }
    database.commit();
    expected = next;
  }

  @Override
  public void close() {
    database.close();
  }

  private void truncate(Relation relation) {
    batch.flush();
    writers.of(relation);
    database.execute("DELETE FROM " + TableId.quote(TableNames.of(relation.table())));
  }

  /** Takes the write lock and sees that nobody has written the position since this sink did. */
  private void startTransaction() {
    if (!database.isConnected() || expected.epoch() == 0) {
      database.connect();
      database.useWriteAheadLog();
    }
    database.begin();
    try {
      expected.requireSame(positions.read(expected.feed()), where());
    } catch (WalferryException e) {
      // The write lock must not stay with a sink that has lost the feed.
      database.close();
      throw e;
    }
  }

  private String where() {
    return "SQLite database " + database.file();
  }

  private static Relation relation(PublishedTable table) {
    List<String> key = ShapeCheck.requiredKey(table);
    List<Column> columns =
        table.columns().stream()
            .map(
                column ->
                    new Column(
                        column.name(),
                        column.typeOid(),
                        column.typeModifier(),
                        key.contains(column.name())))
            .toList();
    return new Relation(table.oid(), table.table(), table.replicaIdentity(), columns);
  }
}
