package io.walferry.sinks.sqlite;

import io.walferry.change.Column;
import io.walferry.change.Relation;
import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.ColumnChange;
import io.walferry.sink.TableAlteration;
import io.walferry.sinks.sql.SqlSession;
import io.walferry.sinks.sql.StatementBuilder;
import io.walferry.sinks.table.DdlPolicies;
import io.walferry.sinks.table.DdlPolicy;
import io.walferry.sinks.table.ExistingRows;
import io.walferry.sinks.table.KeptColumns;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The writers of the relations that were met, each checked against the table when first met. */
final class TableWriters implements AutoCloseable {
  /** A bound for feeds that announce relations anew again and again. */
  private static final int WRITERS_MAX = 256;

  private final SqlSession session;
  private final ChangeBatch batch;
  private final TableNames names;
  private final boolean merge;
  private final DdlPolicies ddl;
  private final Map<TableId, List<String>> sourceKeys = new HashMap<>();
  private final IdentityHashMap<Relation, TableWriter> writers = new IdentityHashMap<>();

  TableWriters(SqlSession session, ChangeBatch batch, TableNames names, SqliteSettings settings) {
    this.session = session;
    this.batch = batch;
    this.names = names;
    this.merge = settings.existing() == ExistingRows.MERGE;
    this.ddl = settings.ddl();
  }

  /** Tables whose primary key is known from the catalog. */
  void know(List<PublishedTable> tables) {
    tables.forEach(table -> sourceKeys.put(table.table(), table.primaryKey()));
  }

  /** Takes the names that a key's columns have now. */
  void alter(TableAlteration alteration) {
    for (ColumnChange change : alteration.changes()) {
      if (change instanceof ColumnChange.Renamed(var name, var to)) {
        sourceKeys.computeIfPresent(
            alteration.table(),
            (table, key) -> key.stream().map(it -> it.equals(name) ? to : it).toList());
      }
    }
  }

  /** Knows a table's key under its other name. */
  void rename(TableId table, TableId to) {
    Optional.ofNullable(sourceKeys.remove(table)).ifPresent(key -> sourceKeys.put(to, key));
  }

  TableWriter of(Relation relation) {
    if (writers.size() >= WRITERS_MAX && !writers.containsKey(relation)) {
      batch.flush();
      close();
    }
    return writers.computeIfAbsent(relation, this::open);
  }

  private TableWriter open(Relation relation) {
    TableId table = relation.table();
    List<String> problems =
        new ArrayList<>(names.claim(table, relation.columns().stream().map(Column::name).toList()));
    String name = TableNames.of(table);
    TableShape shape =
        TableShape.read(session, name)
            .orElseThrow(
                () ->
                    new WalferryException(
                        ErrorCode.DESTINATION_SHAPE,
                        "Table " + table + " has no table " + name + " in " + session.display()));
    KeptColumns kept =
        ddl.added() == DdlPolicy.IGNORE
            ? KeptColumns.of(relation, column -> shape.column(column).isPresent())
            : KeptColumns.all(relation);
    Relation taken = kept.relation();
    problems.addAll(ShapeCheck.problems(taken, shape));
    if (!problems.isEmpty()) {
      throw new WalferryException(
          ErrorCode.DESTINATION_SHAPE,
          "The table does not fit in " + session.display() + ": " + String.join("; ", problems));
    }
    SqliteTableDialect dialect = new SqliteTableDialect(shape, merge);
    List<String> sourceKey = sourceKeys.getOrDefault(table, List.of());
    return new TableWriter(
        session,
        batch,
        kept,
        new StatementBuilder(dialect, taken),
        shape.collationNote(),
        new IdentityIndex(session, taken, shape, sourceKey));
  }

  /** Releases every statement; the batch must be empty. */
  @Override
  public void close() {
    writers.values().forEach(TableWriter::close);
    writers.clear();
  }
}
