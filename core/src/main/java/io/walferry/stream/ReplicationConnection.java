package io.walferry.stream;

import io.walferry.change.Lsn;
import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.PostgresConnector;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection in replication mode: asks which server this is, makes slots, and becomes a {@link
 * ChangeStream}. Not for several threads, but {@link #close} may come from any and ends whatever is
 * under way.
 */
public final class ReplicationConnection implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReplicationConnection.class);

  /** The first version whose {@code pgoutput} sends transactions when they are prepared. */
  private static final int TWO_PHASE_SINCE = 15;

  /** The first version that keeps slots in step on standbys. */
  private static final int FAILOVER_SINCE = 17;

  /** The only one that has no history. */
  private static final int FIRST_TIMELINE = 1;

  private final PostgresConnector connector;
  private final Connection connection;

  /** What waits for the server to make a slot. */
  private final AtomicReference<Optional<Statement>> making =
      new AtomicReference<>(Optional.empty());

  private ReplicationConnection(PostgresConnector connector, Connection connection) {
    this.connector = connector;
    this.connection = connection;
  }

  public static ReplicationConnection open(PostgresConnector connector) {
    return new ReplicationConnection(connector, connector.connectForReplication());
  }

  public SourceIdentity identify() {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("IDENTIFY_SYSTEM")) {
      result.next();
      return new SourceIdentity(
          Long.parseUnsignedLong(result.getString("systemid")),
          result.getInt("timeline"),
          Lsn.parse(result.getString("xlogpos")),
          result.getString("dbname"));
    } catch (SQLException e) {
      throw StreamFailures.translate(e, "identify the server " + connector.settings().display());
    }
  }

  /**
   * How a server came to its timeline.
   *
   * @param timeline that the server is on
   */
  public TimelineHistory history(int timeline) {
    if (timeline == FIRST_TIMELINE) {
      return TimelineHistory.NONE;
    }
    String display = connector.settings().display();
    try (Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery("TIMELINE_HISTORY " + Integer.toUnsignedString(timeline))) {
      result.next();
      return TimelineHistory.parse(result.getString("content"));
    } catch (SQLException e) {
      throw StreamFailures.translate(
          e, "read the history of timeline " + timeline + " of " + display);
    } catch (IllegalArgumentException e) {
      throw new WalferryException(
          ErrorCode.PROTOCOL_VIOLATION,
          "the history of timeline " + timeline + " of " + display + " cannot be read",
          e);
    }
  }

  /**
   * Makes a slot for {@code pgoutput} and exports the snapshot at which its stream starts. Waits
   * until every transaction that runs now has ended.
   */
  public CreatedSlot createSlot(String name, SlotKind kind) {
    try (Statement statement = connection.createStatement()) {
      String command = "CREATE_REPLICATION_SLOT " + TableId.quote(name) + options(kind);
      making.set(Optional.of(statement));
      try (ResultSet result = statement.executeQuery(command)) {
        result.next();
        return new CreatedSlot(
            result.getString("slot_name"),
            Lsn.parse(result.getString("consistent_point")),
            result.getString("snapshot_name"));
      } finally {
        making.set(Optional.empty());
      }
    } catch (SQLException e) {
      throw StreamFailures.translate(
          e, "create the slot " + name + " on " + connector.settings().display());
    }
  }

  private String options(SlotKind kind) throws SQLException {
    return switch (kind) {
      case TEMPORARY -> " TEMPORARY LOGICAL pgoutput EXPORT_SNAPSHOT";
      case FAILOVER ->
          keepsFailoverSlots()
              ? " LOGICAL pgoutput (SNAPSHOT 'export', FAILOVER)"
              : options(SlotKind.PERSISTENT);
      case PERSISTENT -> " LOGICAL pgoutput EXPORT_SNAPSHOT";
    };
  }

  /** A standby refuses to make one. */
  private boolean keepsFailoverSlots() throws SQLException {
    if (connection.getMetaData().getDatabaseMajorVersion() < FAILOVER_SINCE) {
      return false;
    }
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SELECT pg_catalog.pg_is_in_recovery()")) {
      result.next();
      return !result.getBoolean(1);
    }
  }

  /**
   * Starts the stream of a slot. Transactions that committed before {@code from} do not come. This
   * connection belongs to the stream from now on. If the slot has {@code two_phase}, it stays
   * behind the oldest transaction that is prepared.
   */
  public ChangeStream stream(String slot, String publication, Lsn from, StreamSettings settings) {
    String where = "slot " + slot + " on " + connector.settings().display();
    try {
      int major = connection.getMetaData().getDatabaseMajorVersion();
      OutputOptions output = settings.output();
      boolean twoPhase = major >= TWO_PHASE_SINCE && isTwoPhase(slot);
      // What is prepared comes from where the slot was left, before what is durable since.
      Lsn start = twoPhase ? Lsn.ZERO : from;
      String command =
          "START_REPLICATION SLOT %s LOGICAL %s (\"publication_names\" %s, %s)"
              .formatted(
                  TableId.quote(slot),
                  start,
                  literal(TableId.quote(publication)),
                  output.command(major, twoPhase));
      setSenderTimeout(settings.timing().senderTimeout());
      StreamSettings timely = settings.with(settings.timing().within(senderTimeout()));
      return LiveStream.open(
          CopyBothSocket.start(connection, command),
          where,
          output.protocolOf(major, twoPhase),
          start,
          from,
          new SourceSubTransactions(connector, settings.silenceMax()),
          timely);
    } catch (SQLException e) {
      throw StreamFailures.translate(e, "start the stream of " + where);
    } catch (IOException e) {
      throw StreamFailures.lost(where, e);
    }
  }

  private boolean isTwoPhase(String slot) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT two_phase FROM pg_catalog.pg_replication_slots WHERE slot_name = "
                    + literal(slot))) {
      return result.next() && result.getBoolean(1);
    }
  }

  /**
   * With a tiny one the server cuts a healthy stream, and with none it keeps the slot for a process
   * that is gone. What somebody has set for just this role, database or session is meant.
   */
  private void setSenderTimeout(Duration timeout) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          """
          SELECT pg_catalog.set_config(name, '%dms', false) FROM pg_catalog.pg_settings
           WHERE name = 'wal_sender_timeout' AND context = 'user'
             AND source NOT IN ('database', 'user', 'database user', 'client')
          """
              .formatted(timeout.toMillis()));
    }
  }

  /** After this time without a word from us the server ends the connection; zero for never. */
  private Duration senderTimeout() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT setting FROM pg_catalog.pg_settings WHERE name = 'wal_sender_timeout'")) {
      result.next();
      return Duration.ofMillis(result.getLong(1));
    }
  }

  /** Replication commands know no escape strings, so doubling quotes is enough. */
  private static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  @Override
  public void close() {
    try {
      // A server that waits for other transactions does not notice that its client has gone: it
      // would go on and leave a slot that nobody wants.
      Optional<Statement> unfinished = making.get();
      if (unfinished.isPresent()) {
        unfinished.get().cancel();
      }
    } catch (SQLException e) {
      LOG.debug("the making of a slot could not be cancelled", e);
    }
    try {
      // Unlike close(), abort() does not wait for a command that is under way.
      connection.abort(Runnable::run);
    } catch (SQLException e) {
      throw new WalferryException(
          ErrorCode.INTERNAL, "the driver refused to close its connection", e);
    }
  }
}
