package io.walferry.stream;

import io.walferry.testkit.postgres.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Sessions whose statements one thread draws and interleaves, and what a stream has to deliver of
 * them: the surviving changes of each committed transaction, in the order of commits, and each
 * message outside of them, in its place.
 */
final class InterleavedSessions implements AutoCloseable {
  private static final int SESSIONS = 6;

  private final Random random;
  private final boolean prepares;
  private final List<ModelSession> sessions = new ArrayList<>();
  private final List<List<String>> committed = new ArrayList<>();

  InterleavedSessions(Database database, Random random, boolean prepares, boolean truncates)
      throws SQLException {
    this.random = random;
    this.prepares = prepares;
    for (int number = 0; number < SESSIONS; number++) {
      sessions.add(new ModelSession(database, number, random, truncates, committed::add));
    }
  }

  /** Whether to do from now on what can make a stream go on without streaming. */
  void unstreamable(boolean done) {
    sessions.forEach(session -> session.unstreamable(done));
  }

  /** Each step is one statement of one session; transactions stay open behind the last one. */
  void run(int steps) throws SQLException {
    for (int step = 0; step < steps; step++) {
      ModelSession session = sessions.get(random.nextInt(sessions.size()));
      boolean ends = random.nextInt(25) == 0;
      if (session.isPrepared()) {
        if (ends) {
          session.finishPrepared(random.nextInt(3) > 0).ifPresent(committed::add);
        }
      } else if (ends && prepares && random.nextInt(3) == 0) {
        session.prepare();
      } else if (ends) {
        session.finish(random.nextInt(4) > 0).ifPresent(committed::add);
      } else {
        session.step();
      }
    }
  }

  /**
   * Leaves two transactions open that are too large to wait at the server for their end; and a
   * large and a small one prepared. Whatever these sessions had under way is committed.
   */
  void leaveLarge() throws SQLException {
    begunAnew(0).insertMuch();
    begunAnew(1).insertMuch();
    if (prepares) {
      begunAnew(2).insertMuch();
      sessions.get(2).prepare();
      begunAnew(3).insertOne();
      sessions.get(3).prepare();
    }
  }

  /** Ends what was left so: of either kind one with a commit and one without. */
  void endLarge() throws SQLException {
    sessions.get(0).finish(false).ifPresent(committed::add);
    if (prepares) {
      sessions.get(2).finishPrepared(true).ifPresent(committed::add);
      sessions.get(3).finishPrepared(false).ifPresent(committed::add);
    }
    sessions.get(1).finish(true).ifPresent(committed::add);
  }

  private ModelSession begunAnew(int number) throws SQLException {
    ModelSession session = sessions.get(number);
    commit(session);
    return session;
  }

  private void commit(ModelSession session) throws SQLException {
    (session.isPrepared() ? session.finishPrepared(true) : session.finish(true))
        .ifPresent(committed::add);
  }

  /** What has committed since the last call. */
  List<List<String>> takeCommitted() {
    List<List<String>> taken = List.copyOf(committed);
    committed.clear();
    return taken;
  }

  /** Commits whatever is open. */
  void finish() throws SQLException {
    for (ModelSession session : sessions) {
      commit(session);
    }
  }

  static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() throws SQLException {
    for (ModelSession session : sessions) {
      session.close();
    }
  }
}
