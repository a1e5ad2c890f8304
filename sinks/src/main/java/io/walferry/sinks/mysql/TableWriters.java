package io.walferry.sinks.mysql;

import io.walferry.change.Column;
import io.walferry.change.OldRow;
import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.change.TableId;
import io.walferry.change.TransactionHeader;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sinks.run.PendingChanges;
import io.walferry.sinks.run.RunSender;
import io.walferry.sinks.run.TableChanges;
import io.walferry.sinks.sql.RowLocation;
import io.walferry.sinks.sql.SqlSession;
import io.walferry.sinks.table.DdlPolicy;
import io.walferry.sinks.table.ExistingRows;
import io.walferry.sinks.table.KeptColumns;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The writers of the relations that were met, each checked against the table when first met. */
final class TableWriters {
  private static final Logger LOG = LoggerFactory.getLogger(TableWriters.class);

  /** A bound for feeds that announce relations anew again and again. */
  private static final int WRITERS_MAX = 256;

  private final MysqlConnector connector;
  private final MysqlTables tables;
  private final SqlSession session;
  private final PendingChanges pending;
  private final MysqlSinkSettings settings;
  private final IdentityHashMap<Relation, TableWriter> writers = new IdentityHashMap<>();

  /**
   * Where the changes of one relation go.
   *
   * @param shape of the table as it was found
   * @param columns of the relation that go there
   */
  record TableWriter(TableShape shape, KeptColumns columns, TableChanges changes) {
    void insert(PendingChanges pending, TransactionHeader transaction, Row after) {
      pending.insert(changes, transaction, columns.of(after));
    }

    void update(PendingChanges pending, TransactionHeader transaction, OldRow before, Row after) {
      pending.update(changes, transaction, columns.of(before), columns.of(after));
    }

    void delete(PendingChanges pending, TransactionHeader transaction, OldRow before) {
      pending.delete(changes, transaction, columns.of(before));
    }
  }

  TableWriters(
      MysqlConnector connector,
      MysqlTables tables,
      SqlSession session,
      PendingChanges pending,
      MysqlSinkSettings settings) {
    this.connector = connector;
    this.tables = tables;
    this.session = session;
    this.pending = pending;
    this.settings = settings;
  }

  /** Looks at every table anew. Nothing waits. */
  void forget() {
    writers.clear();
  }

  TableWriter of(Relation relation) {
    if (writers.size() >= WRITERS_MAX && !writers.containsKey(relation)) {
      pending.flush();
      writers.clear();
    }
    return writers.computeIfAbsent(relation, this::open);
  }

  private TableWriter open(Relation relation) {
    TableId table = relation.table();
    TableShape shape =
        tables
            .find(table)
            .orElseThrow(
                () ->
                    new WalferryException(
                        ErrorCode.DESTINATION_SHAPE,
                        "Table " + table + " is missing in " + session.display()));
    KeptColumns kept =
        settings.ddl().added() == DdlPolicy.IGNORE
            ? KeptColumns.of(relation, column -> shape.column(column).isPresent())
            : KeptColumns.all(relation);
    Relation taken = kept.relation();
    requireColumns(taken, shape);
    List<String> names = taken.columns().stream().map(Column::name).toList();
    List<String> problems = new ArrayList<>(tables.claim(table, names));
    problems.addAll(ShapeCheck.problems(taken, shape));
    if (!problems.isEmpty()) {
      throw new WalferryException(
          ErrorCode.DESTINATION_SHAPE,
          "The table does not fit in " + session.display() + ": " + String.join("; ", problems));
    }
    return new TableWriter(shape, kept, changes(taken, shape, names));
  }

  /** A column is added at a start only, since that would end the transaction. */
  private void requireColumns(Relation relation, TableShape shape) {
    relation.columns().stream()
        .filter(column -> shape.column(column.name()).isEmpty())
        .findFirst()
        .ifPresent(
            column -> {
              throw new WalferryException(
                  ErrorCode.SOURCE_SCHEMA_MOVING,
                  "Column "
                      + column.name()
                      + " of table "
                      + relation.table()
                      + " is missing in "
                      + session.display()
                      + ", and was not there when the source's catalog was read");
            });
  }

  private TableChanges changes(Relation relation, TableShape shape, List<String> names) {
    Set<String> key =
        relation.columns().stream()
            .filter(Column::key)
            .map(column -> TableNames.fold(column.name()))
            .collect(Collectors.toSet());
    boolean merge = settings.existing() == ExistingRows.MERGE && shape.isMergeable(names);
    RowWriters values = new RowWriters(relation, shape, settings.policies());
    RunSender sender = new MysqlRunSender(session, connector.traits(), shape, values, merge);
    boolean orderFree = shape.onlyKeyIs(key) && shape.looseKey().isEmpty() && !shape.triggers();
    return new TableChanges(
        relation, orderFree, location -> lookForIndex(location, key, shape), sender);
  }

  /** To make one now would end the transaction. */
  private static void lookForIndex(RowLocation location, Set<String> key, TableShape shape) {
    if (location != RowLocation.OLD_ROW && !shape.isIndexed(key)) {
      LOG.warn(
          "Updates and deletes of table {} read all of it, for it lacks an index on {}; make one",
          shape.name(),
          key);
    }
  }
}
