package io.walferry.snapshot;

import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.PostgresConnector;
import io.walferry.postgres.PostgresErrors;
import io.walferry.publication.PublishedTable;
import io.walferry.slot.SlotCatalog;
import io.walferry.stream.CreatedSlot;
import io.walferry.stream.ReplicationConnection;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A new slot, the snapshot at which its stream starts, and locks that keep the tables from being
 * rewritten or truncated until they are read: neither is MVCC-safe, so that an older snapshot would
 * find an empty table. Reading and writing go on; DDL on the tables waits until {@link #close}.
 */
public final class SlotSnapshot implements AutoCloseable {
  private final SlotRequest request;
  private final CreatedSlot slot;
  private final Connection sql;
  private final Connection locks;

  private SlotSnapshot(SlotRequest request, CreatedSlot slot, Connection sql, Connection locks) {
    this.request = request;
    this.slot = slot;
    this.sql = sql;
    this.locks = locks;
  }

  /**
   * Makes the slot and locks the tables.
   *
   * @param replication must not be used until the tables are read
   * @param sql a connection in autocommit mode
   * @throws WalferryException {@code SOURCE_SCHEMA_MOVING} if a table was altered meanwhile, so
   *     that everything must be begun again; the slot is dropped
   */
  public static SlotSnapshot take(
      ReplicationConnection replication,
      PostgresConnector connector,
      Connection sql,
      SlotRequest request) {
    List<PublishedTable> tables = request.tables();
    CatalogFingerprint before = CatalogFingerprint.read(sql, tables);
    CreatedSlot slot = replication.createSlot(request.name(), request.temporary());
    SlotSnapshot snapshot = new SlotSnapshot(request, slot, sql, connector.connect());
    try {
      snapshot.lock();
      if (!CatalogFingerprint.read(sql, tables).equals(before)) {
        throw new WalferryException(
            ErrorCode.SOURCE_SCHEMA_MOVING,
            "a published table was altered or truncated while the slot "
                + slot.name()
                + " was made, so its stream cannot be trusted");
      }
      return snapshot;
    } catch (WalferryException e) {
      snapshot.discard(e);
      snapshot.close();
      throw e;
    }
  }

  /**
   * What to make.
   *
   * @param temporary whether the slot goes with its connection
   */
  public record SlotRequest(String name, boolean temporary, List<PublishedTable> tables) {
    public SlotRequest {
      tables = List.copyOf(tables);
    }
  }

  public CreatedSlot slot() {
    return slot;
  }

  /**
   * Drops the slot as far as the server can be reached, since its snapshot is of no more use.
   *
   * @param cause of this; takes what goes wrong here as suppressed
   */
  public void discard(WalferryException cause) {
    if (request.temporary()) {
      return;
    }
    try {
      new SlotCatalog(sql).drop(slot.name());
    } catch (WalferryException e) {
      cause.addSuppressed(e);
    }
  }

  private void lock() {
    if (request.tables().isEmpty()) {
      return;
    }
    String names =
        request.tables().stream()
            .map(PublishedTable::table)
            .map(TableId::quoted)
            .collect(Collectors.joining(", "));
    try (Statement statement = locks.createStatement()) {
      locks.setAutoCommit(false);
      statement.execute("LOCK TABLE " + names + " IN ACCESS SHARE MODE");
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "lock the published tables for reading");
    }
  }

  @Override
  public void close() {
    try {
      locks.close();
    } catch (SQLException ignored) {
      // The server lets go of the locks when the connection ends, however it ends.
    }
  }
}
