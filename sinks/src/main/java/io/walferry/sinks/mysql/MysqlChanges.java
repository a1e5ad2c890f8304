package io.walferry.sinks.mysql;

import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.Relation;
import io.walferry.change.TransactionHeader;
import io.walferry.change.Xid;
import io.walferry.sink.ChangeOrder;
import io.walferry.sinks.mysql.TableWriters.TableWriter;
import io.walferry.sinks.position.SessionChanges;
import io.walferry.sinks.run.PendingChanges;
import io.walferry.sinks.sql.SqlSession;
import java.time.Instant;
import java.util.List;

/** Changes on their way into the tables of one session. */
final class MysqlChanges implements SessionChanges {
  /** Stands for none. */
  private static final TransactionHeader NO_TRANSACTION =
      new TransactionHeader(Xid.NONE, Lsn.ZERO, Instant.EPOCH);

  private final MysqlTables tables;
  private final PendingChanges pending;
  private final TableWriters writers;

  private TransactionHeader transaction = NO_TRANSACTION;

  MysqlChanges(
      MysqlConnector connector,
      SqlSession session,
      MysqlTables tables,
      MysqlSinkSettings settings) {
    this.tables = tables;
    // Where a table has triggers, its own changes keep their order.
    this.pending = new PendingChanges(() -> true, settings.pendingBytes());
    this.writers = new TableWriters(connector, tables, session, pending, settings);
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

  @Override
  public void drop() {
    pending.drop();
  }

  /** Looks at every table anew. Nothing waits. */
  void forget() {
    writers.forget();
  }

  /** Which changes of a relation have to keep their order. Nothing waits. */
  ChangeOrder order(Relation relation) {
    TableWriter writer = writers.of(relation);
    return writer.shape().triggers() ? ChangeOrder.OVERALL : writer.changes().order();
  }
}
