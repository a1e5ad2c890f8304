package io.walferry.publication;

import io.walferry.change.ReplicaIdentity;
import io.walferry.change.TableId;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A table that a publication carries, as the catalog knows it: only published columns, in the
 * catalog's order. What the stream announces goes before it where the two differ.
 *
 * @param primaryKey column names in the key's order; empty if there is none or if the publication
 *     leaves one of its columns out
 * @param identityColumns names of the columns that the replica identity tells of old rows; empty if
 *     it tells nothing, so that rows can only be inserted
 * @param rowFilter the publication's {@code WHERE} expression for this table
 * @param estimatedRows the planner's estimate; 0 if the table was never analysed
 * @param byteSize of the heap with its partitions, without indexes and TOAST
 * @param routes the entries of the catalog by which the publication carries the table: as long as
 *     one of them stays, all its changes are in the stream, of the same rows and columns
 */
public record PublishedTable(
    int oid,
    TableId table,
    ReplicaIdentity replicaIdentity,
    List<PublishedColumn> columns,
    List<String> primaryKey,
    List<String> identityColumns,
    Optional<String> rowFilter,
    long estimatedRows,
    long byteSize,
    Set<String> routes) {
  public PublishedTable {
    columns = List.copyOf(columns);
    primaryKey = List.copyOf(primaryKey);
    identityColumns = List.copyOf(identityColumns);
    routes = Set.copyOf(routes);
  }

  /** The same table under a name that it had, or will have. */
  public PublishedTable named(TableId name) {
    return new PublishedTable(
        oid,
        name,
        replicaIdentity,
        columns,
        primaryKey,
        identityColumns,
        rowFilter,
        estimatedRows,
        byteSize,
        routes);
  }

  public List<String> columnNames() {
    return columns.stream().map(PublishedColumn::name).toList();
  }

  @Override
  public String toString() {
    return table.toString();
  }
}
