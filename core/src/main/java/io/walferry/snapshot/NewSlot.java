package io.walferry.snapshot;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.PostgresConnector;
import io.walferry.postgres.PostgresErrors;
import io.walferry.publication.PublishedTable;
import io.walferry.slot.SlotCatalog;
import io.walferry.stream.CreatedSlot;
import io.walferry.stream.ReplicationConnection;
import io.walferry.stream.SlotKind;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * A slot that was just made, and what every read of existing rows has to see so that nothing is
 * missing between them and the slot's stream.
 */
public record NewSlot(CreatedSlot slot, SourceSnapshot base) {
  /**
   * Makes the slot.
   *
   * @param sql a connection in autocommit mode
   * @throws WalferryException {@code SOURCE_SCHEMA_MOVING} if one of the tables was altered
   *     meanwhile, so that the slot's stream cannot be trusted; then the slot is gone again
   */
  public static NewSlot make(
      ReplicationConnection replication,
      PostgresConnector connector,
      Connection sql,
      SlotRequest request) {
    CatalogFingerprint before = CatalogFingerprint.read(sql, request.tables());
    CreatedSlot slot = replication.createSlot(request.name(), request.kind());
    try {
      NewSlot made = new NewSlot(slot, exported(connector, slot));
      if (!CatalogFingerprint.read(sql, request.tables()).equals(before)) {
        throw new WalferryException(
            ErrorCode.SOURCE_SCHEMA_MOVING,
            "one of the published tables was altered or truncated while the slot was made, so the"
                + " stream of slot "
                + slot.name()
                + " cannot be trusted");
      }
      return made;
    } catch (WalferryException e) {
      discard(sql, request, e);
      throw e;
    }
  }

  /**
   * What to make.
   *
   * @param tables whose changes it has to bring
   */
  public record SlotRequest(String name, SlotKind kind, List<PublishedTable> tables) {
    public SlotRequest {
      tables = List.copyOf(tables);
    }
  }

  private static SourceSnapshot exported(PostgresConnector connector, CreatedSlot slot) {
    try (Connection session = connector.connect();
        Statement statement = session.createStatement()) {
      session.setAutoCommit(false);
      statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
      statement.execute(
          "SET TRANSACTION SNAPSHOT '" + slot.snapshotName().replace("'", "''") + "'");
      return SourceSnapshot.read(session);
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "read the snapshot of slot " + slot.name());
    }
  }

  private static void discard(Connection sql, SlotRequest request, WalferryException cause) {
    if (request.kind() == SlotKind.TEMPORARY) {
      return;
    }
    try {
      new SlotCatalog(sql).drop(request.name());
    } catch (WalferryException e) {
      cause.addSuppressed(e);
    }
  }
}
