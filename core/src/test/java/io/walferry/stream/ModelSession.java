package io.walferry.stream;

import io.walferry.testkit.postgres.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * A session with a table of its own and rows of its own in a table of all, that knows what it has
 * done. Long values lie outside of the row, so that an update that leaves them alone leaves them
 * out.
 */
final class ModelSession implements AutoCloseable {
  /** How the content of every message begins, and the description of nothing else. */
  static final String MESSAGE = "m";

  private static final int LONG_VALUE = 5000;

  /** Rows of long values that are several times what a server keeps in memory here. */
  private static final int MUCH = 60;

  /** All that a savepoint brings back. */
  private record State(
      List<String> columns,
      Map<Integer, Integer> own,
      Map<Integer, Integer> shared,
      List<String> changes) {
    State copy() {
      return new State(
          new ArrayList<>(columns),
          new TreeMap<>(own),
          new TreeMap<>(shared),
          new ArrayList<>(changes));
    }
  }

  private final Connection connection;
  private final int number;
  private final Random random;
  private final boolean truncates;
  private final Consumer<List<String>> outside;
  private final Deque<State> savepoints = new ArrayDeque<>();
  private State state =
      new State(
          new ArrayList<>(List.of("id", "n", "v")),
          new TreeMap<>(),
          new TreeMap<>(),
          new ArrayList<>());
  private State before = state.copy();
  private int nextId;
  private int nextColumn;
  private int nextGid;
  private boolean prepared;
  private boolean unstreamable;

  /**
   * With a connection of its own.
   *
   * @param outside takes what stands outside any transaction, when it is written
   */
  ModelSession(
      Database database,
      int number,
      Random random,
      boolean truncates,
      Consumer<List<String>> outside)
      throws SQLException {
    this.outside = outside;
    this.truncates = truncates;
    this.number = number;
    this.random = random;
    this.connection = database.connect();
    this.nextId = 1_000_000 * number;
    connection.setAutoCommit(true);
    execute(
        "CREATE TABLE own_%d (id int PRIMARY KEY, n int, v text)".formatted(number)
            + "; ALTER TABLE own_%d ALTER v SET STORAGE EXTERNAL".formatted(number));
    connection.setAutoCommit(false);
  }

  static void createShared(Database database) throws SQLException {
    database.execute(
        "CREATE TABLE shared (id int PRIMARY KEY, n int, v text);"
            + " ALTER TABLE shared ALTER v SET STORAGE EXTERNAL");
  }

  private void execute(String sql) throws SQLException {
    InterleavedSessions.execute(connection, sql);
  }

  boolean isPrepared() {
    return prepared;
  }

  /** Whether to do what can make a stream go on without streaming: messages and TRUNCATE. */
  void unstreamable(boolean done) {
    unstreamable = done;
  }

  void step() throws SQLException {
    boolean shared = random.nextBoolean();
    int draw = random.nextInt(100);
    if (draw < 45) {
      insert(shared);
    } else if (draw < 65) {
      update(shared);
    } else if (draw < 73) {
      delete(shared);
    } else if (draw < 81) {
      execute("SAVEPOINT s" + savepoints.size());
      savepoints.push(state.copy());
    } else if (draw < 89) {
      rollBackToSavepoint();
    } else if (draw < 92) {
      releaseSavepoint();
    } else if (draw < 94) {
      addColumn();
    } else if (draw < 96) {
      if (truncates && unstreamable) {
        truncate();
      }
    } else if (unstreamable) {
      message();
    }
  }

  private void insert(boolean shared) throws SQLException {
    int rows = 1 + random.nextInt(6);
    for (int row = 0; row < rows; row++) {
      insert(shared, random.nextBoolean() ? LONG_VALUE : random.nextInt(50));
    }
  }

  void insertMuch() throws SQLException {
    for (int row = 0; row < MUCH; row++) {
      insert(false, LONG_VALUE);
    }
  }

  void insertOne() throws SQLException {
    insert(true, 1);
  }

  private void insert(boolean shared, int length) throws SQLException {
    nextId++;
    execute(
        "INSERT INTO %s (id, n, v) VALUES (%d, 0, repeat('x', %d))"
            .formatted(table(shared), nextId, length));
    rows(shared).put(nextId, length);
    change("+", shared, nextId + ",0," + length);
  }

  private void update(boolean shared) throws SQLException {
    Optional<Integer> id = anyRow(shared);
    if (id.isPresent()) {
      int length = rows(shared).getOrDefault(id.get(), 0);
      int n = random.nextInt(1000);
      execute("UPDATE %s SET n = %d WHERE id = %d".formatted(table(shared), n, id.get()));
      change("~", shared, id.get() + "," + n + "," + (length == LONG_VALUE ? "same" : "" + length));
    }
  }

  private void delete(boolean shared) throws SQLException {
    Optional<Integer> id = anyRow(shared);
    if (id.isPresent()) {
      execute("DELETE FROM %s WHERE id = %d".formatted(table(shared), id.get()));
      rows(shared).remove(id.get());
      change("-", shared, "" + id.get());
    }
  }

  private void rollBackToSavepoint() throws SQLException {
    if (!savepoints.isEmpty()) {
      state = savepoints.peek().copy();
      // The savepoint stays; a second rollback to it is possible.
      execute("ROLLBACK TO SAVEPOINT s" + (savepoints.size() - 1));
    }
  }

  private void releaseSavepoint() throws SQLException {
    if (!savepoints.isEmpty()) {
      savepoints.pop();
      execute("RELEASE SAVEPOINT s" + savepoints.size());
    }
  }

  private void addColumn() throws SQLException {
    nextColumn++;
    execute("ALTER TABLE own_%d ADD COLUMN c%d text".formatted(number, nextColumn));
    state.columns.add("c" + nextColumn);
  }

  private void truncate() throws SQLException {
    execute("TRUNCATE own_" + number);
    state.own.clear();
    change("0", false, "");
  }

  private void message() throws SQLException {
    boolean transactional = random.nextBoolean();
    String content = MESSAGE + random.nextInt(1000);
    execute("SELECT pg_logical_emit_message(%s, 'model', '%s')".formatted(transactional, content));
    if (transactional) {
      state.changes.add(content);
    } else {
      outside.accept(List.of(content + " outside"));
    }
  }

  private Optional<Integer> anyRow(boolean shared) {
    List<Integer> ids = List.copyOf(rows(shared).keySet());
    return ids.isEmpty() ? Optional.empty() : Optional.of(ids.get(random.nextInt(ids.size())));
  }

  private Map<Integer, Integer> rows(boolean shared) {
    return shared ? state.shared : state.own;
  }

  private String table(boolean shared) {
    return shared ? "shared" : "own_" + number;
  }

  private void change(String kind, boolean shared, String what) {
    List<String> columns = shared ? List.of("id", "n", "v") : state.columns;
    state.changes.add(kind + table(shared) + columns + what);
  }

  /** Ends the transaction; its changes if it has committed with any. */
  Optional<List<String>> finish(boolean commit) throws SQLException {
    execute(commit ? "COMMIT" : "ROLLBACK");
    return ended(commit);
  }

  void prepare() throws SQLException {
    nextGid++;
    execute("PREPARE TRANSACTION '%s'".formatted(gid()));
    execute("COMMIT");
    prepared = true;
  }

  Optional<List<String>> finishPrepared(boolean commit) throws SQLException {
    connection.setAutoCommit(true);
    execute("%s PREPARED '%s'".formatted(commit ? "COMMIT" : "ROLLBACK", gid()));
    connection.setAutoCommit(false);
    prepared = false;
    return ended(commit);
  }

  private String gid() throws SQLException {
    return connection.getCatalog() + "_" + number + "_" + nextGid;
  }

  private Optional<List<String>> ended(boolean commit) {
    List<String> changes = StreamModelTest.messagesLast(state.changes);
    state = commit ? state : before;
    state.changes.clear();
    savepoints.clear();
    before = state.copy();
    return commit && !changes.isEmpty() ? Optional.of(changes) : Optional.empty();
  }

  @Override
  public void close() throws SQLException {
    if (prepared) {
      finishPrepared(false);
    }
    connection.close();
  }
}
