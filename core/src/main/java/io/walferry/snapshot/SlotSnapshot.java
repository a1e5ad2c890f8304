package io.walferry.snapshot;

import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.PostgresConnector;
import io.walferry.postgres.PostgresErrors;
import io.walferry.publication.PublishedTable;
import io.walferry.slot.Slot;
import io.walferry.slot.SlotCatalog;
import io.walferry.stream.CreatedSlot;
import io.walferry.stream.ReplicationConnection;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A new slot, and sessions that see the source as of the moment at which the slot's stream starts.
 *
 * <p>Every session locks every table in ACCESS SHARE before anything is read. TRUNCATE and rewrites
 * are not MVCC-safe: an older snapshot would find an empty table. Reading and writing go on; DDL on
 * the tables waits until {@link #close}. A session that already holds its locks cannot come to wait
 * behind such DDL, which in turn would wait for another of the sessions: a deadlock that the server
 * does not see. So the sessions get all their locks, or let go of them and try again.
 */
public final class SlotSnapshot implements AutoCloseable {
  private static final int LOCK_ATTEMPTS_MAX = 50;
  private static final String LOCK_TIMEOUT = "200ms";
  private static final String LOCK_NOT_AVAILABLE = "55P03";

  private final SlotRequest request;
  private final CreatedSlot slot;
  private final Connection sql;
  private final List<Connection> sessions = new ArrayList<>();

  private SlotSnapshot(SlotRequest request, CreatedSlot slot, Connection sql) {
    this.request = request;
    this.slot = slot;
    this.sql = sql;
  }

  /**
   * What to make.
   *
   * @param temporary whether the slot goes with its connection
   * @param readers how many sessions
   * @param silenceMax after which a server that does not answer a session counts as lost
   */
  public record SlotRequest(
      String name,
      boolean temporary,
      List<PublishedTable> tables,
      int readers,
      Duration silenceMax) {
    public SlotRequest {
      tables = List.copyOf(tables);
    }
  }

  /**
   * Makes the slot and opens the sessions.
   *
   * @param replication must not be used until this is closed
   * @param sql a connection in autocommit mode
   * @throws WalferryException {@code SOURCE_SCHEMA_MOVING} if a table was altered meanwhile, so
   *     that everything must be begun again; the slot is dropped
   */
  public static SlotSnapshot take(
      ReplicationConnection replication,
      PostgresConnector connector,
      Connection sql,
      SlotRequest request) {
    CatalogFingerprint before = CatalogFingerprint.read(sql, request.tables());
    CreatedSlot slot = replication.createSlot(request.name(), request.temporary());
    SlotSnapshot snapshot = new SlotSnapshot(request, slot, sql);
    try {
      snapshot.connect(connector);
      snapshot.lock();
      if (!CatalogFingerprint.read(sql, request.tables()).equals(before)) {
        throw snapshot.moved("was altered or truncated while the slot was made");
      }
      return snapshot;
    } catch (WalferryException e) {
      snapshot.discard(e);
      snapshot.close();
      throw e;
    }
  }

  public CreatedSlot slot() {
    return slot;
  }

  /** Cuts the tables into chunks; by a session that holds its locks, since sizes are read. */
  public List<TableChunk> plan(long chunkBlocks) {
    return ChunkPlan.of(sessions.getFirst(), request.tables(), chunkBlocks);
  }

  /**
   * Starts to read the chunks.
   *
   * @param bufferBytesMax read ahead of whoever takes the rows
   */
  public SnapshotLoad read(List<TableChunk> chunks, long bufferBytesMax) {
    return SnapshotLoad.start(sessions, chunks, bufferBytesMax);
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
      SlotCatalog slots = new SlotCatalog(sql);
      if (slots.find(slot.name()).filter(this::isOurs).isPresent()) {
        slots.drop(slot.name());
      }
    } catch (WalferryException e) {
      cause.addSuppressed(e);
    }
  }

  /** A successor may have dropped our slot and made its own; nobody has moved ours. */
  private boolean isOurs(Slot found) {
    return found.wal().confirmedFlushLsn().equals(Optional.of(slot.consistentPoint()));
  }

  private void connect(PostgresConnector connector) {
    try {
      for (int i = 0; i < request.readers(); i++) {
        Connection session = connector.connect();
        sessions.add(session);
        session.setAutoCommit(false);
        session.setNetworkTimeout(Runnable::run, (int) request.silenceMax().toMillis());
      }
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "open a session of the first load");
    }
  }

  private void lock() {
    for (int attempt = 0; !lockAll(); attempt++) {
      if (attempt == LOCK_ATTEMPTS_MAX) {
        throw moved("is being altered all the time");
      }
    }
  }

  /** False, with no lock held, if somebody else waits for a table or has it. */
  private boolean lockAll() {
    try {
      for (Connection session : sessions) {
        lock(session);
      }
      return true;
    } catch (SQLException e) {
      if (!LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
        throw PostgresErrors.translate(e, "lock the published tables for reading");
      }
      letGo();
      return false;
    }
  }

  private void lock(Connection session) throws SQLException {
    try (Statement statement = session.createStatement()) {
      statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
      statement.execute(
          "SET TRANSACTION SNAPSHOT '" + slot.snapshotName().replace("'", "''") + "'");
      statement.execute("SET LOCAL lock_timeout = '" + LOCK_TIMEOUT + "'");
      statement.execute("LOCK TABLE " + tableNames() + " IN ACCESS SHARE MODE");
      statement.execute("SET LOCAL lock_timeout = 0");
    }
  }

  private String tableNames() {
    return request.tables().stream()
        .map(PublishedTable::table)
        .map(TableId::quoted)
        .collect(Collectors.joining(", "));
  }

  private void letGo() {
    try {
      for (Connection session : sessions) {
        session.rollback();
      }
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "unlock the published tables");
    }
  }

  private WalferryException moved(String how) {
    return new WalferryException(
        ErrorCode.SOURCE_SCHEMA_MOVING,
        "one of the published tables "
            + how
            + ", so the stream of slot "
            + slot.name()
            + " cannot be trusted");
  }

  /** Ends the sessions and their locks. */
  @Override
  public void close() {
    for (Connection session : sessions) {
      try {
        // Unlike close(), abort() does not wait for a reader that is under way.
        session.abort(Runnable::run);
      } catch (SQLException e) {
        throw new WalferryException(
            ErrorCode.INTERNAL, "the driver refused to close its connection", e);
      }
    }
  }
}
