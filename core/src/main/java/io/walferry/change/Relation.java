package io.walferry.change;

import java.util.List;

/**
 * A table as of one point of the write-ahead log: the columns that follow in rows, in their order.
 * It stays the same object until the stream announces the table anew, so a sink may keep what it
 * derived from it keyed by identity.
 *
 * @param oid the table's object id at the source
 */
public record Relation(
    int oid, TableId table, ReplicaIdentity replicaIdentity, List<Column> columns) {
  public Relation {
    columns = List.copyOf(columns);
  }

  @Override
  public String toString() {
    return table.toString();
  }
}
