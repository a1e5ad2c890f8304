package io.walferry.publication;

import io.walferry.change.ReplicaIdentity;
import io.walferry.change.TableId;
import java.util.OptionalInt;

/**
 * A table of a source database, published or not.
 *
 * @param partitioned whether its rows are in partitions and not in itself
 * @param permanent false if it is unlogged, so that its changes are not in the WAL
 * @param parentOid of the partitioned table that it is a partition of
 * @param identity as declared; {@link ReplicaIdentity#INDEX} stays if its index has been dropped
 * @param identityUsable whether the declared identity finds a row: its index is there, the primary
 *     key is there and not deferrable, or it is FULL
 */
public record SourceTable(
    int oid,
    TableId table,
    boolean partitioned,
    boolean permanent,
    OptionalInt parentOid,
    ReplicaIdentity identity,
    boolean identityUsable) {
  /**
   * Whether the server refuses the application's own UPDATE and DELETE as soon as a publication
   * carries them. {@link ReplicaIdentity#NOTHING} counts as its owner's choice, though it refuses
   * them too.
   */
  public boolean lacksIdentity() {
    return !identityUsable && identity != ReplicaIdentity.NOTHING;
  }

  /** The statement that gives it an identity, if nobody wants to add a primary key. */
  public String identityStatement() {
    return "ALTER TABLE " + table.quoted() + " REPLICA IDENTITY FULL;";
  }
}
