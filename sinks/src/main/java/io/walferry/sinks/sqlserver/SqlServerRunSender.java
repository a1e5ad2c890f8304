package io.walferry.sinks.sqlserver;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sinks.run.ChangeShape;
import io.walferry.sinks.run.Run;
import io.walferry.sinks.run.RunSender;
import io.walferry.sinks.sql.SqlSession;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/**
 * Sends runs of one relation. Strict: every change changes exactly one row. Many changes are staged
 * in bulk and applied by one statement; a few go as executions of one statement that share a round
 * trip.
 */
final class SqlServerRunSender implements RunSender {
  /** A stage takes seven round trips. */
  private static final int STAGE_ROWS_MIN = 100;

  /** Shapes differ in the columns that were not sent, so there can be very many of them. */
  private static final int STATEMENTS_MAX = 64;

  private final SqlSession session;
  private final TableShape shape;
  private final RowWriters writers;
  private final ChangeStatements builder;
  private final boolean merge;
  private final Map<ChangeShape, ChangeStatement> statements = new HashMap<>();

  /** Merging sends every insert by way of a stage. */
  SqlServerRunSender(SqlSession session, TableShape shape, RowWriters writers, boolean merge) {
    this.session = session;
    this.shape = shape;
    this.writers = writers;
    this.builder = new ChangeStatements(shape, writers);
    this.merge = merge;
  }

  @Override
  public void send(Run run) {
    try {
      if (merge && run.shape() instanceof ChangeShape.Insert) {
        stage(run, builder.merge());
      } else if (run.rows() >= STAGE_ROWS_MIN && !run.shape().needsOrder()) {
        stage(run, builder.ofStage(run.shape()));
      } else {
        execute(run);
      }
    } catch (SQLException e) {
      throw failed(run, e);
    }
  }

  private void stage(Run run, ChangeStatement applied) throws SQLException {
    for (Run.Group group : run.groups()) {
      try (Stage stage = Stage.open(session, writers, applied.parameters())) {
        for (int i = 0; i < group.size(); i++) {
          stage.add(group.before().get(i), group.after().get(i));
        }
        requireEach(run.shape(), group.where(), group.size(), stage.apply(applied));
      }
    }
  }

  private void requireEach(ChangeShape change, String where, int expected, long met) {
    if (met != expected) {
      int counted = (int) Math.min(met, Integer.MAX_VALUE);
      throw conflict(
          change.miscounted(expected, counted), change, where, expected, "met " + counted);
    }
  }

  private void execute(Run run) throws SQLException {
    ChangeStatement statement = statement(run.shape());
    try (PreparedStatement prepared = session.prepare(statement.sql())) {
      for (Run.Group group : run.groups()) {
        for (int i = 0; i < group.size(); i++) {
          writers.bind(
              prepared, statement.parameters(), group.before().get(i), group.after().get(i));
          prepared.addBatch();
        }
      }
      for (int count : session.call(prepared::executeBatch)) {
        if (count != 1) {
          ErrorCode code = run.shape().miscounted(1, count);
          throw conflict(code, run.shape(), run.where(), run.rows(), "one of them met " + count);
        }
      }
    }
  }

  private ChangeStatement statement(ChangeShape change) {
    if (statements.size() >= STATEMENTS_MAX && !statements.containsKey(change)) {
      statements.clear();
    }
    return statements.computeIfAbsent(change, builder::ofOne);
  }

  private WalferryException failed(Run run, SQLException failure) {
    if (SqlServerErrors.isDuplicate(failure)) {
      return conflict(
          ErrorCode.DESTINATION_CONFLICT,
          run.shape(),
          run.where(),
          run.rows(),
          "one of them met a row with the same key");
    }
    return session.failed(
        run.shape().verb() + " table " + writers.relation().table() + " (" + run.where() + ")",
        failure);
  }

  private WalferryException conflict(
      ErrorCode code, ChangeShape change, String where, int expected, String got) {
    String rows = expected == 1 ? "one row" : expected + " rows";
    return new WalferryException(
        code,
        change.verb()
            + " of table "
            + writers.relation().table()
            + " ("
            + where
            + ") expected "
            + (change instanceof ChangeShape.Insert ? "to add " : "")
            + rows
            + " at the destination, but "
            + got
            + shape.note());
  }
}
