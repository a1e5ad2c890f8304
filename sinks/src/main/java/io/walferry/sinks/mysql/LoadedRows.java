package io.walferry.sinks.mysql;

import io.walferry.change.Column;
import io.walferry.change.Relation;
import io.walferry.publication.PublishedTable;
import java.util.List;

/** Rows of existing tables as rows of a relation. */
final class LoadedRows {
  private LoadedRows() {}

  static Relation relation(PublishedTable table) {
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
