package io.walferry.checkpoint;

import io.walferry.checkpoint.CheckpointText.Read;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.PostgresConnector;
import io.walferry.postgres.PostgresErrors;
import io.walferry.sink.Claim;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

/**
 * Keeps checkpoints in the table {@code walferry.checkpoint} of a PostgreSQL database, a row for
 * each pipeline; schema and table are made with the first checkpoint. Every save sees that nobody
 * has taken the pipeline over since, so that of two processes only the later one goes on.
 *
 * <p>Best in another database than the source: there, saving a checkpoint makes log of its own.
 */
public final class PostgresCheckpointStore implements CheckpointStore {
  private static final String TABLE = "walferry.checkpoint";

  private static final String CREATE =
      """
      CREATE SCHEMA IF NOT EXISTS walferry;
      CREATE TABLE IF NOT EXISTS walferry.checkpoint (
        pipeline pg_catalog.text PRIMARY KEY,
        epoch pg_catalog.int8 NOT NULL,
        content pg_catalog.text NOT NULL,
        saved_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now())\
      """;

  private static final String INSERT =
      "INSERT INTO walferry.checkpoint (epoch, content, pipeline) VALUES (?, ?, ?)"
          + " ON CONFLICT (pipeline) DO NOTHING";

  private static final String UPDATE =
      "UPDATE walferry.checkpoint SET epoch = ?, content = ?, saved_at = pg_catalog.now()"
          + " WHERE pipeline = ? AND epoch = ?";

  private static final int SILENCE_MAX_MILLIS = 300_000;

  private final PostgresConnector connector;
  private Optional<Connection> session = Optional.empty();
  private boolean created;

  public PostgresCheckpointStore(PostgresConnector connector) {
    this.connector = connector;
  }

  @Override
  public String display() {
    return TABLE + " of " + connector.settings().display();
  }

  @Override
  public Optional<Checkpoint> open(String pipeline) {
    Connection connection = connector.connect();
    session = Optional.of(connection);
    try {
      connection.setNetworkTimeout(Runnable::run, SILENCE_MAX_MILLIS);
      created = exists(connection);
      return created ? read(connection, pipeline) : Optional.empty();
    } catch (SQLException e) {
      throw translate(e, "read");
    }
  }

  private static boolean exists(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT pg_catalog.to_regclass('" + TABLE + "') IS NOT NULL")) {
      row.next();
      return row.getBoolean(1);
    }
  }

  private Optional<Checkpoint> read(Connection connection, String pipeline) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT content FROM walferry.checkpoint WHERE pipeline = ?")) {
      statement.setString(1, pipeline);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? Optional.of(decoded(row.getString(1), pipeline)) : Optional.empty();
      }
    }
  }

  private Checkpoint decoded(String content, String pipeline) {
    String where = "the checkpoint of " + pipeline + " in " + display();
    return switch (CheckpointText.decode(content)) {
      case Read.Sound(Checkpoint checkpoint) -> checkpoint;
      case Read.Newer(String format) ->
          throw new WalferryException(
              ErrorCode.DESTINATION_FORMAT,
              "%s has format %s; this version of Walferry knows %d"
                  .formatted(where, format, CheckpointText.FORMAT));
      case Read.Damaged(String how) ->
          throw new WalferryException(ErrorCode.CHECKPOINT_DAMAGED, where + " is damaged: " + how);
      case Read.Foreign foreign ->
          throw new WalferryException(
              ErrorCode.CHECKPOINT_DAMAGED, where + " is not a checkpoint of Walferry");
    };
  }

  @Override
  public void save(Checkpoint checkpoint, long replaced) {
    Connection connection =
        session.orElseThrow(() -> new IllegalStateException("The checkpoint is not open"));
    try {
      if (!created) {
        create(connection);
      }
      boolean first = replaced == Claim.NEVER_BEGUN;
      try (PreparedStatement statement = connection.prepareStatement(first ? INSERT : UPDATE)) {
        statement.setLong(1, checkpoint.epoch());
        statement.setString(2, CheckpointText.encode(checkpoint));
        statement.setString(3, checkpoint.feed().pipeline());
        if (!first) {
          statement.setLong(4, replaced);
        }
        if (statement.executeUpdate() == 0) {
          throw new WalferryException(
              ErrorCode.DESTINATION_FENCED,
              "the checkpoint of "
                  + checkpoint.feed().pipeline()
                  + " in "
                  + display()
                  + " was taken over or removed");
        }
      }
    } catch (SQLException e) {
      throw translate(e, "save");
    }
  }

  private void create(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(CREATE);
    }
    created = true;
  }

  private WalferryException translate(SQLException cause, String what) {
    return PostgresErrors.translate(cause, what + " the checkpoint in " + display());
  }

  @Override
  public void close() {
    if (session.isPresent()) {
      try {
        session.get().close();
      } catch (SQLException e) {
        throw translate(e, "close");
      } finally {
        session = Optional.empty();
      }
    }
  }
}
