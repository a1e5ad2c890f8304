package io.walferry.sinks.sqlserver;

import io.walferry.change.Column;
import io.walferry.change.OldRow;
import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.change.TableId;
import io.walferry.change.TransactionHeader;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.PublishedColumn;
import io.walferry.publication.PublishedTable;
import io.walferry.sinks.run.PendingChanges;
import io.walferry.sinks.run.RunSender;
import io.walferry.sinks.run.TableChanges;
import io.walferry.sinks.sql.SqlSession;
import io.walferry.sinks.table.DdlPolicy;
import io.walferry.sinks.table.ExistingRows;
import io.walferry.sinks.table.KeptColumns;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The writers of the relations that were met, each checked against the table when first met. */
final class TableWriters {
  /** A bound for feeds that announce relations anew again and again. */
  private static final int WRITERS_MAX = 256;

  private final SqlServerTables tables;
  private final SqlSession session;
  private final PendingChanges pending;
  private final SqlServerSinkSettings settings;
  private final Map<TableId, List<PublishedColumn>> columns = new HashMap<>();
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
      SqlServerTables tables,
      SqlSession session,
      PendingChanges pending,
      SqlServerSinkSettings settings) {
    this.tables = tables;
    this.session = session;
    this.pending = pending;
    this.settings = settings;
  }

  /** Takes what the catalog says of columns, and the stream does not. */
  void know(List<PublishedTable> published) {
    published.forEach(table -> columns.put(table.table(), table.columns()));
  }

  /** Looks at every table anew. Nothing waits. */
  void forget() {
    writers.clear();
  }

  /** Knows a table's columns under its other name. Nothing waits. */
  void rename(TableId table, TableId to) {
    writers.clear();
    Optional.ofNullable(columns.remove(table)).ifPresent(known -> columns.put(to, known));
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
    TableShape found = find(table);
    KeptColumns kept = kept(relation, found);
    Relation taken = kept.relation();
    TableShape shape = widen(taken, found) ? find(table) : found;
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

  private KeptColumns kept(Relation relation, TableShape found) {
    return settings.ddl().added() == DdlPolicy.IGNORE
        ? KeptColumns.of(relation, name -> found.column(name).isPresent())
        : KeptColumns.all(relation);
  }

  private TableShape find(TableId table) {
    return tables
        .find(table)
        .orElseThrow(
            () ->
                new WalferryException(
                    ErrorCode.DESTINATION_SHAPE,
                    "Table " + table + " is missing in " + session.display()));
  }

  /**
   * Adds the columns that the table lacks, as far as it is known what its rows have in them. Rows
   * of before that wait here are sent first.
   */
  private boolean widen(Relation relation, TableShape found) {
    List<String> names = relation.columns().stream().map(Column::name).toList();
    List<PublishedColumn> addable =
        relation.columns().stream()
            .filter(column -> found.column(column.name()).isEmpty())
            .map(column -> published(relation, column))
            .filter(column -> ShapeCheck.isAddable(column, found, names))
            .toList();
    if (addable.isEmpty() || settings.ddl().added() != DdlPolicy.APPLY) {
      return false;
    }
    pending.flush();
    addable.forEach(column -> tables.addColumn(found, column));
    return true;
  }

  /** The column as the catalog knows it; its type may not have changed either. */
  private PublishedColumn published(Relation relation, Column announced) {
    return columns.getOrDefault(relation.table(), List.of()).stream()
        .filter(column -> column.name().equals(announced.name()))
        .filter(column -> column.typeOid() == announced.typeOid())
        .filter(column -> column.typeModifier() == announced.typeModifier())
        .findFirst()
        .orElseThrow(
            () ->
                new WalferryException(
                    ErrorCode.SOURCE_SCHEMA_MOVING,
                    "Column "
                        + announced.name()
                        + " of table "
                        + relation.table()
                        + " is missing in "
                        + session.display()
                        + ", and was not there, or not with this type, when the source's catalog"
                        + " was read"));
  }

  private TableChanges changes(Relation relation, TableShape shape, List<String> names) {
    Set<String> key =
        relation.columns().stream()
            .filter(Column::key)
            .map(column -> TableNames.fold(column.name()))
            .collect(Collectors.toSet());
    boolean merge = settings.existing() == ExistingRows.MERGE && shape.isMergeable(names);
    RowWriters values = new RowWriters(relation, shape, settings.policies());
    RunSender sender = new SqlServerRunSender(session, shape, values, merge);
    boolean orderFree = shape.onlyKeyIs(key) && !shape.guards().triggers();
    IdentityIndex index = new IdentityIndex(session, relation, shape);
    return new TableChanges(relation, orderFree, index::ensure, sender);
  }
}
