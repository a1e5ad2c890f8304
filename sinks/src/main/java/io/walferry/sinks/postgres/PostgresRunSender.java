package io.walferry.sinks.postgres;

import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sink.CopyFormat;
import io.walferry.sinks.postgres.ChangeStatement.ListType;
import io.walferry.sinks.postgres.ChangeStatement.StatementParameter;
import io.walferry.sinks.run.ChangeShape;
import io.walferry.sinks.run.Run;
import io.walferry.sinks.run.RunSender;
import io.walferry.sinks.sql.SqlSession;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.postgresql.core.BaseConnection;
import org.postgresql.jdbc.PgArray;

/**
 * Sends runs of one relation. Strict: every change changes exactly one row. Many new rows go by
 * COPY, everything else as executions of one prepared statement that share a round trip.
 */
final class PostgresRunSender implements RunSender {
  /** COPY takes a round trip more than a statement. */
  private static final int COPY_ROWS_MIN = 50;

  /** Shapes differ in the columns that were not sent, so there can be very many of them. */
  private static final int STATEMENTS_MAX = 64;

  private final SqlSession session;
  private final Relation relation;
  private final RowText text;
  private final ChangeStatements builder;
  private final String note;
  private final Map<ChangeShape, ChangeStatement> statements = new HashMap<>();

  /**
   * For a relation.
   *
   * @param note of its table, for messages about its rows
   */
  PostgresRunSender(
      SqlSession session, Relation relation, RowText text, ChangeStatements builder, String note) {
    this.session = session;
    this.relation = relation;
    this.text = text;
    this.builder = builder;
    this.note = note;
  }

  @Override
  public void send(Run run) {
    boolean copied =
        run.shape() instanceof ChangeShape.Insert
            && run.rows() >= COPY_ROWS_MIN
            && builder.canCopy();
    try {
      if (copied) {
        copy(run);
      } else {
        execute(run);
      }
    } catch (SQLException e) {
      throw failed(run, e);
    }
  }

  private void copy(Run run) throws SQLException {
    CopyFormat format = format(run);
    CopyWriter writer =
        new CopyWriter(text, CopyStream.open(session, builder.copy(format)), format);
    for (Run.Group group : run.groups()) {
      for (Row row : group.after()) {
        writer.write(row);
      }
    }
    if (!writer.finish()) {
      throw conflict(run.shape(), run.where(), run.rows(), "something took fewer");
    }
  }

  private CopyFormat format(Run run) {
    boolean passes =
        builder.canPass()
            && run.groups().stream()
                .allMatch(group -> group.after().stream().allMatch(CopyWriter::passes));
    return passes ? CopyFormat.BINARY : CopyFormat.TEXT;
  }

  private void execute(Run run) throws SQLException {
    ChangeStatement statement = statement(run.shape());
    try (PreparedStatement prepared = session.prepare(statement.sql())) {
      for (Run.Group group : run.groups()) {
        bind(prepared, statement, group);
        prepared.addBatch();
      }
      int[] counts = session.call(prepared::executeBatch);
      for (int i = 0; i < counts.length; i++) {
        Run.Group group = run.groups().get(i);
        if (counts[i] != group.size()) {
          ErrorCode code = run.shape().miscounted(group.size(), counts[i]);
          throw conflict(code, run.shape(), group.where(), group.size(), "met " + counts[i]);
        }
      }
    }
  }

  private void bind(PreparedStatement prepared, ChangeStatement statement, Run.Group group)
      throws SQLException {
    List<StatementParameter> parameters = statement.parameters();
    for (int i = 0; i < parameters.size(); i++) {
      StatementParameter parameter = parameters.get(i);
      int column = parameter.source().column();
      List<Row> rows =
          switch (parameter.source().side()) {
            case BEFORE -> group.before();
            case AFTER -> group.after();
          };
      if (statement.manyRows()) {
        bindList(prepared, i + 1, parameter, rows);
      } else if (rows.getFirst().isNull(column)) {
        prepared.setNull(i + 1, Types.OTHER);
      } else {
        prepared.setObject(i + 1, text.value(rows.getFirst(), column), Types.OTHER);
      }
    }
  }

  private void bindList(
      PreparedStatement prepared, int index, StatementParameter parameter, List<Row> rows)
      throws SQLException {
    int column = parameter.source().column();
    Optional<ListType> type = parameter.passed();
    Optional<byte[]> passed = type.flatMap(it -> BinaryList.of(it, rows, column));
    if (type.isPresent() && passed.isPresent()) {
      BaseConnection connection = session.unwrap(BaseConnection.class);
      prepared.setArray(index, new PgArray(connection, type.get().oid(), passed.get()));
    } else {
      String list = text.array(rows, column, parameter.delimiter());
      prepared.setObject(index, list, Types.OTHER);
    }
  }

  private ChangeStatement statement(ChangeShape shape) {
    if (statements.size() >= STATEMENTS_MAX && !statements.containsKey(shape)) {
      statements.clear();
    }
    return statements.computeIfAbsent(shape, builder::build);
  }

  private WalferryException failed(Run run, SQLException failure) {
    if (DestinationErrors.isDuplicate(failure)) {
      return conflict(
          run.shape(), run.where(), run.rows(), "one of them met a row with the same key");
    }
    return session.failed(
        run.shape().verb() + " table " + relation.table() + " (" + run.where() + ")", failure);
  }

  private WalferryException conflict(ChangeShape shape, String where, int expected, String got) {
    return conflict(ErrorCode.DESTINATION_CONFLICT, shape, where, expected, got);
  }

  private WalferryException conflict(
      ErrorCode code, ChangeShape shape, String where, int expected, String got) {
    String rows = expected == 1 ? "one row" : expected + " rows";
    return new WalferryException(
        code,
        shape.verb()
            + " of table "
            + relation.table()
            + " ("
            + where
            + ") expected "
            + (shape instanceof ChangeShape.Insert ? "to add " : "")
            + rows
            + " at the destination, but "
            + got
            + note);
  }
}
