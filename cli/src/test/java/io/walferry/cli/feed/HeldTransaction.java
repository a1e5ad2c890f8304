package io.walferry.cli.feed;

import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.wait.Await;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A transaction at the source that ends when the server is seen in some state. */
final class HeldTransaction implements AutoCloseable {
  /** The end of this session's transaction is waited for, as a slot that is made does. */
  private static final String WAITED_FOR =
      """
      SELECT EXISTS (SELECT FROM pg_locks wanted JOIN pg_locks held USING (transactionid)
        WHERE NOT wanted.granted AND held.granted AND held.pid = %d)\
      """;

  /** A reader of existing rows waits for the lock of table t. */
  static final String READER_WAITS =
      """
      SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND locktype = 'relation'
        AND mode = 'AccessShareLock' AND relation = 't'::regclass)\
      """;

  /** A reader of existing rows has a snapshot; true again and again while it wants another one. */
  static final String READER_HAS_SNAPSHOT =
      """
      SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
        AND pid <> pg_backend_pid() AND query LIKE '%txid_current_snapshot()::text,%')\
      """;

  private static final Duration PATIENCE = Await.patience(Duration.ofSeconds(60));

  private final Database source;
  private final Connection connection;
  private final int pid;
  private CompletableFuture<Void> end = CompletableFuture.completedFuture(null);

  private HeldTransaction(Database source, Connection connection) throws SQLException {
    this.source = source;
    this.connection = connection;
    this.pid = pid(connection);
  }

  static HeldTransaction begin(Database source, String statements) throws SQLException {
    Connection connection = source.connect();
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET synchronous_commit = on");
      connection.setAutoCommit(false);
      statement.execute(statements);
    }
    return new HeldTransaction(source, connection);
  }

  private static int pid(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT pg_backend_pid()")) {
      row.next();
      return row.getInt(1);
    }
  }

  /** More of the transaction, or the next one. */
  void execute(String statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(statements);
    }
  }

  /** Commits in another thread as soon as the condition holds. */
  void commitWhen(String condition) {
    end =
        CompletableFuture.runAsync(
            () -> {
              await(source, condition);
              commit();
            },
            HeldTransaction::inAThreadOfItsOwn);
  }

  private static void inAThreadOfItsOwn(Runnable task) {
    Thread.ofVirtual().start(task);
  }

  void commitWhenWaitedFor() {
    commitWhen(WAITED_FOR.formatted(pid));
  }

  void awaitWaitedFor() {
    await(source, WAITED_FOR.formatted(pid));
  }

  void commit() {
    try {
      connection.commit();
    } catch (SQLException e) {
      throw new IllegalStateException("Cannot commit", e);
    }
  }

  /** Commits: it is in the log then, but no snapshot sees it until {@link #release}. */
  void commitUnseen() {
    end = CompletableFuture.runAsync(this::commit, HeldTransaction::inAThreadOfItsOwn);
    await(
        source,
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND pid = "
            + pid
            + ")");
  }

  /** Lets a commit that waits for a standby be seen. */
  void release() {
    cancel();
    awaitEnd();
  }

  private void cancel() {
    try {
      source.execute("SELECT pg_cancel_backend(" + pid + ")");
    } catch (SQLException e) {
      throw new IllegalStateException("Cannot cancel the wait for a standby", e);
    }
  }

  /** As {@link #release}, in another thread as soon as the condition holds. */
  void releaseWhen(String condition) {
    CompletableFuture<Void> commit = end;
    end =
        CompletableFuture.runAsync(
            () -> {
              await(source, condition);
              cancel();
              commit.join();
            },
            HeldTransaction::inAThreadOfItsOwn);
  }

  /** Returns when the transaction has ended as it was told to. */
  void awaitEnd() {
    end.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
  }

  /** Gives the transaction up if it has not ended. */
  @Override
  public void close() throws SQLException {
    if (!end.isDone()) {
      cancel();
    }
    connection.abort(Runnable::run);
  }

  /** The server tells nobody of its locks and sessions, so it is asked. */
  static void await(Database source, String condition) {
    try (Connection connection = source.connect();
        Statement statement = connection.createStatement()) {
      Await.until(condition, Duration.ofSeconds(60), () -> isTrue(statement, condition));
    } catch (SQLException e) {
      throw new IllegalStateException("Cannot ask the source", e);
    }
  }

  private static boolean isTrue(Statement statement, String condition) throws SQLException {
    try (ResultSet row = statement.executeQuery(condition)) {
      return row.next() && row.getBoolean(1);
    }
  }
}
