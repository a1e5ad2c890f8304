package io.walferry.sinks.sqlite;

import io.walferry.change.Column;
import io.walferry.change.Relation;
import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.PublishedTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** The writers of the relations that were met, each checked against the table when first met. */
final class TableWriters implements AutoCloseable {
  /** A bound for feeds that announce relations anew again and again. */
  private static final int WRITERS_MAX = 256;

  private final SqliteDatabase database;
  private final ChangeBatch batch;
  private final TableNames names;
  private final Map<TableId, List<String>> sourceKeys = new HashMap<>();
  private final IdentityHashMap<Relation, TableWriter> writers = new IdentityHashMap<>();

  TableWriters(SqliteDatabase database, ChangeBatch batch, TableNames names) {
    this.database = database;
    this.batch = batch;
    this.names = names;
  }

  /** Tables whose primary key is known from the catalog. */
  void know(List<PublishedTable> tables) {
    tables.forEach(table -> sourceKeys.put(table.table(), table.primaryKey()));
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
        TableShape.read(database, name)
            .orElseThrow(
                () ->
                    new WalferryException(
                        ErrorCode.DESTINATION_SHAPE,
                        "Table " + table + " has no table " + name + " in " + database.file()));
    problems.addAll(ShapeCheck.problems(relation, shape));
    if (!problems.isEmpty()) {
      throw new WalferryException(
          ErrorCode.DESTINATION_SHAPE,
          "The table does not fit in " + database.file() + ": " + String.join("; ", problems));
    }
    return new TableWriter(
        database, batch, relation, shape, sourceKeys.getOrDefault(table, List.of()));
  }

  /** Releases every statement; the batch must be empty. */
  @Override
  public void close() {
    writers.values().forEach(TableWriter::close);
    writers.clear();
  }
}
