package io.walferry.sinks.postgres;

import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.change.TransactionHeader;
import io.walferry.change.Xid;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.PostgresConnector;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.Sink;
import io.walferry.sink.SinkCapabilities;
import io.walferry.sink.SinkState;
import io.walferry.sinks.position.PositionRow;
import java.time.Instant;
import java.util.List;

/**
 * Another PostgreSQL database as a destination. Tables keep schema, name and types; values are read
 * there by the input functions of their types, so that they print as at the source.
 *
 * <p>The position is the pipeline's row of table {@code walferry.position}, locked by every
 * transaction. Commits are durable whatever the server's {@code synchronous_commit} says. The
 * session runs in the replica role where it may, so that triggers and foreign keys rest.
 *
 * <p>A column that the stream announces and the table lacks stops the feed with the statement that
 * adds it: whether the rows that are there have NULL in it, or the source's default of that time,
 * is not in the stream.
 *
 * <p>A few megabytes of the open transaction wait here, the rest is at the server: transactions of
 * any size pass through. Not for several threads.
 */
public final class PostgresSink implements Sink {
  /** Stands for a first load, which belongs to no source transaction. */
  private static final TransactionHeader NO_TRANSACTION =
      new TransactionHeader(Xid.NONE, Lsn.ZERO, Instant.EPOCH);

  private final DestinationDatabase database;
  private final PositionTable positions;
  private final PendingChanges pending;
  private final TableWriters writers;
  private final TableLoad load;

  /** What the position table said when this sink last read or wrote it. */
  private PositionRow expected = PositionRow.fresh(new FeedIdentity("", 0, 0, ""));

  private TransactionHeader transaction = NO_TRANSACTION;

  /** A destination that is reached by this connector; nothing is opened before {@link #open}. */
  public PostgresSink(PostgresConnector destination, PostgresSinkSettings settings) {
    this.database = new DestinationDatabase(destination, settings);
    this.positions = new PositionTable(database);
    this.pending = new PendingChanges(database, settings.pendingBytes());
    this.writers = new TableWriters(database, pending);
    this.load = new TableLoad(database, settings.loadBytesPerCommit());
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
   * fenced. A predecessor's commit that is still under way is waited for.
   */
  @Override
  public SinkState open(FeedIdentity feed) {
    expected = PositionRow.fresh(feed);
    database.connect();
    if (positions.read(feed).epoch() == 0) {
      return expected.state();
    }
    database.begin();
    PositionRow found = positions.lock(PositionRow.fresh(feed).takenOver());
    found.requireSource(feed, database.display());
    expected = found.takenOver();
    positions.save(expected);
    database.commit();
    return expected.state();
  }

  @Override
  public void startLoad(List<PublishedTable> tables) {
    requireOtherDatabase();
    DestinationTables destination = new DestinationTables(database, tables);
    startTransaction();
    DestinationTables.empty(
        database,
        positions.loadingTables(expected.feed()).stream()
            .flatMap(table -> TableShape.read(database, table).stream())
            .toList());
    destination.requireLoadable();
    destination.create();
    expected = expected.at(SinkState.Loading.LOADING);
    positions.save(expected);
    positions.saveLoadingTables(expected.feed(), destination.names());
    database.commit();
    writers.know(tables);
  }

  @Override
  public void load(PublishedTable table, List<Row> rows) {
    if (!database.inTransaction()) {
      startTransaction();
    }
    load.add(table, rows);
    if (load.isDue()) {
      load.finishTable();
      database.commit();
    }
  }

  @Override
  public void finishLoad(Position position) {
    load.finishTable();
    commit(position);
  }

  @Override
  public void resume(List<PublishedTable> tables) {
    requireOtherDatabase();
    new DestinationTables(database, tables).requireShapes();
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
      case Change.Insert(var relation, var after) -> {
        TableWriter writer = writers.of(relation);
        pending.add(writer, writer.insert(transaction, after));
      }
      case Change.Update(var relation, var before, var after) -> {
        TableWriter writer = writers.of(relation);
        pending.add(writer, writer.update(transaction, before, after));
      }
      case Change.Delete(var relation, var before) -> {
        TableWriter writer = writers.of(relation);
        pending.add(writer, writer.delete(transaction, before));
      }
      case Change.Truncate truncate -> truncate(truncate.relations());
      case Change.Message message -> {}
    }
  }

  @Override
  public void commit(Position position) {
    if (!database.inTransaction()) {
      startTransaction();
    }
    pending.flush();
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

  private void truncate(List<Relation> relations) {
    pending.flush();
    DestinationTables.empty(
        database, relations.stream().map(relation -> writers.of(relation).shape()).toList());
  }

  /** Locks the position and sees that nobody has written it since this sink did. */
  private void startTransaction() {
    database.begin();
    try {
      expected.requireSame(positions.lock(expected), database.display());
    } catch (WalferryException e) {
      // The lock must not stay with a sink that has lost the feed.
      database.close();
      throw e;
    }
  }

  /** A feed into its own tables would never end. */
  private void requireOtherDatabase() {
    String sql =
        "SELECT 1 FROM pg_replication_slots, pg_control_system() WHERE slot_name = ?"
            + " AND database = current_database() AND system_identifier = ?";
    FeedIdentity feed = expected.feed();
    boolean same =
        !database.query("look for the slot", sql, row -> 1, feed.slot(), feed.systemId()).isEmpty();
    if (same) {
      throw new WalferryException(
          ErrorCode.CONFIGURATION_INVALID,
          "the destination " + database.display() + " is the source itself");
    }
  }
}
