package io.walferry.sinks.postgres;

import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.Relation;
import io.walferry.change.TransactionHeader;
import io.walferry.change.Xid;
import io.walferry.sink.ChangeOrder;
import io.walferry.sinks.position.SessionChanges;
import io.walferry.sinks.run.PendingChanges;
import io.walferry.sinks.sql.SqlSession;
import java.time.Instant;
import java.util.List;

/** Changes on their way into the tables of one session. */
final class PostgresChanges implements SessionChanges {
  /** Stands for none. */
  private static final TransactionHeader NO_TRANSACTION =
      new TransactionHeader(Xid.NONE, Lsn.ZERO, Instant.EPOCH);

  private final DestinationDatabase database;
  private final PostgresTables tables;
  private final PendingChanges pending;
  private final TableWriters writers;

  private TransactionHeader transaction = NO_TRANSACTION;

  PostgresChanges(
      DestinationDatabase database,
      SqlSession session,
      PostgresTables tables,
      SourceColumns source,
      PostgresSinkSettings settings) {
    this.database = database;
    this.tables = tables;
    this.pending = new PendingChanges(database::replicaRole, settings.pendingBytes());
    this.writers = new TableWriters(database, tables, session, pending, source, settings);
  }

  @Override
  public void begin(TransactionHeader next) {
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

  private void truncate(List<Relation> relations) {
    pending.flush();
    tables.empty(relations.stream().map(relation -> writers.of(relation).shape()).toList());
  }

  @Override
  public void flush() {
    pending.flush();
  }

  /** {@inheritDoc} A column or index that was made since is gone. */
  @Override
  public void drop() {
    pending.drop();
    writers.forget();
  }

  /** Looks at every table anew. Nothing waits. */
  void forget() {
    writers.forget();
  }

  /** Which changes of a relation have to keep their order. Nothing waits. */
  ChangeOrder order(Relation relation) {
    TableWriter writer = writers.of(relation);
    return writer.shape().firesTriggers(database.replicaRole())
        ? ChangeOrder.OVERALL
        : writer.changes().order();
  }
}
