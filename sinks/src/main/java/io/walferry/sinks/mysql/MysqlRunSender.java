package io.walferry.sinks.mysql;

import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sinks.run.ChangeShape;
import io.walferry.sinks.run.Run;
import io.walferry.sinks.run.RunSender;
import io.walferry.sinks.sql.RowLocation;
import io.walferry.sinks.sql.SqlSession;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Sends runs of one relation. Strict: every change changes exactly one row. Many new rows are
 * loaded in bulk, many changes of rows are staged in bulk and applied by one statement; a few go as
 * executions of one statement that share a round trip.
 */
final class MysqlRunSender implements RunSender {
  /** A load takes two round trips and a look at its warnings. */
  private static final int LOAD_ROWS_MIN = 30;

  /** A stage takes four round trips. */
  private static final int STAGE_ROWS_MIN = 60;

  /** Of a statement, which quotes its values; a load has no such limit. */
  private static final int PACKET_PARTS = 8;

  /** Shapes differ in the columns that were not sent, so there can be very many of them. */
  private static final int STATEMENTS_MAX = 64;

  private final SqlSession session;
  private final ServerTraits traits;
  private final TableShape shape;
  private final RowWriters writers;
  private final ChangeStatements builder;
  private final boolean merge;
  private final Map<ChangeShape, ChangeStatement> statements = new HashMap<>();

  /** Merging sends every insert by way of a stage. */
  MysqlRunSender(
      SqlSession session,
      ServerTraits traits,
      TableShape shape,
      RowWriters writers,
      boolean merge) {
    this.session = session;
    this.traits = traits;
    this.shape = shape;
    this.writers = writers;
    this.builder = new ChangeStatements(writers.relation(), shape);
    this.merge = merge;
  }

  @Override
  public void send(Run run) {
    try {
      switch (run.shape()) {
        case ChangeShape.Insert insert when merge -> stage(run, builder.merge());
        case ChangeShape.Insert insert when run.rows() >= LOAD_ROWS_MIN || isLarge(run) ->
            load(run);
        case ChangeShape.Insert insert -> execute(run);
        case ChangeShape.Update(var location, var unchanged) -> sendLocated(run, location);
        case ChangeShape.Delete(var location) -> sendLocated(run, location);
      }
    } catch (SQLException e) {
      throw failed(run, e);
    }
  }

  private void sendLocated(Run run, RowLocation location) throws SQLException {
    boolean many = run.rows() >= STAGE_ROWS_MIN && !run.shape().needsOrder();
    if (location != RowLocation.OLD_ROW && (many || isLarge(run))) {
      stage(run, List.of(builder.ofStage(run.shape())));
    } else {
      execute(run);
    }
  }

  /** Whether a row may be more than one statement takes. */
  private boolean isLarge(Run run) {
    long bytesMax = traits.packetBytesMax() / PACKET_PARTS;
    return run.groups().stream()
        .flatMap(group -> group.after().stream())
        .anyMatch(row -> row.byteSize() > bytesMax);
  }

  private void load(Run run) throws SQLException {
    BulkLoad.Into into =
        new BulkLoad.Into(shape.quoted(), writers.bulk(), relation() + " (" + run.where() + ")");
    BulkLoad load = BulkLoad.open(session, traits, into);
    for (Run.Group group : run.groups()) {
      for (Row row : group.after()) {
        load.add(row, row);
      }
    }
    load.end();
  }

  private void stage(Run run, List<ChangeStatement> applied) throws SQLException {
    for (Run.Group group : run.groups()) {
      try (Stage stage = Stage.open(session, traits, writers, applied.getFirst().parameters())) {
        for (int i = 0; i < group.size(); i++) {
          stage.add(group.before().get(i), group.after().get(i));
        }
        int met = stage.apply(applied);
        if (met != group.size()) {
          ErrorCode code = run.shape().miscounted(group.size(), met);
          throw conflict(code, run.shape(), group.where(), group.size(), "met " + met);
        }
      }
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

  private Relation relation() {
    return writers.relation();
  }

  private WalferryException failed(Run run, SQLException failure) {
    if (MysqlErrors.isDuplicate(failure)) {
      return conflict(
          run.shape(), run.where(), run.rows(), "one of them met a row with the same key");
    }
    return session.failed(
        run.shape().verb() + " table " + relation().table() + " (" + run.where() + ")", failure);
  }

  private WalferryException conflict(ChangeShape change, String where, int expected, String got) {
    return conflict(ErrorCode.DESTINATION_CONFLICT, change, where, expected, got);
  }

  private WalferryException conflict(
      ErrorCode code, ChangeShape change, String where, int expected, String got) {
    String rows = expected == 1 ? "one row" : expected + " rows";
    return new WalferryException(
        code,
        change.verb()
            + " of table "
            + relation().table()
            + " ("
            + where
            + ") expected "
            + (change instanceof ChangeShape.Insert ? "to add " : "")
            + rows
            + " at the destination, but "
            + got
            + shape.collationNote());
  }
}
