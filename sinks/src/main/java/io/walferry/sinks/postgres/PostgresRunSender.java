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
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ObjIntConsumer;
import org.postgresql.core.BaseConnection;
import org.postgresql.jdbc.PgArray;

/**
 * Sends runs of one relation. Strict: every change changes exactly one row. Many new rows go by
 * COPY, everything else as executions of one prepared statement that share a round trip.
 */
final class PostgresRunSender implements RunSender {
  /** COPY takes a round trip more than a statement. */
  private static final int COPY_ROWS_MIN = 50;

  /** Texts of this length are not made strings of. */
  private static final int LARGE_BYTES = 1 << 20;

  /** Shapes differ in the columns that were not sent, so there can be very many of them. */
  private static final int STATEMENTS_MAX = 64;

  private final SqlSession session;
  private final Relation relation;
  private final RowText text;
  private final ChangeStatements builder;
  private final String note;
  private final Map<Key, ChangeStatement> statements = new HashMap<>();

  /** Tells changes apart that cannot share a statement. */
  private record Key(ChangeShape shape, BitSet texts) {}

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
            && builder.canCopy()
            && (run.rows() >= COPY_ROWS_MIN || isLargeForCopy(run));
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

  /** Tells whether COPY needs no copy of a large value, which a statement does. */
  private boolean isLargeForCopy(Run run) {
    return run.changeBytesMax() >= LARGE_BYTES
        && (format(run) == CopyFormat.BINARY || !hasLargeBinary(run));
  }

  private CopyFormat format(Run run) {
    boolean passes =
        builder.canPass()
            && run.groups().stream()
                .allMatch(group -> group.after().stream().allMatch(CopyWriter::passes));
    return passes ? CopyFormat.BINARY : CopyFormat.TEXT;
  }

  private void execute(Run run) throws SQLException {
    ChangeStatement statement = statement(new Key(run.shape(), largeTexts(run)));
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
      if (statement.manyRows() || parameter.passed().isPresent()) {
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

  private ChangeStatement statement(Key key) {
    if (statements.size() >= STATEMENTS_MAX && !statements.containsKey(key)) {
      statements.clear();
    }
    return statements.computeIfAbsent(key, it -> builder.build(it.shape(), it.texts()));
  }

  /** Returns the columns in which there is a text of which several copies would be too much. */
  private BitSet largeTexts(Run run) {
    BitSet texts = new BitSet();
    eachLarge(
        run,
        (row, column) -> {
          if (row.kind(column) == Row.Kind.TEXT && !text.isJudged(column)) {
            texts.set(column);
          }
        });
    return texts;
  }

  private static boolean hasLargeBinary(Run run) {
    BitSet binary = new BitSet();
    eachLarge(
        run,
        (row, column) -> {
          if (row.kind(column) == Row.Kind.BINARY) {
            binary.set(column);
          }
        });
    return !binary.isEmpty();
  }

  private static void eachLarge(Run run, ObjIntConsumer<Row> taker) {
    if (run.changeBytesMax() >= LARGE_BYTES) {
      for (Run.Group group : run.groups()) {
        group.before().forEach(row -> eachLarge(row, taker));
        group.after().forEach(row -> eachLarge(row, taker));
      }
    }
  }

  private static void eachLarge(Row row, ObjIntConsumer<Row> taker) {
    for (int column = 0; column < row.columnCount(); column++) {
      if (row.length(column) >= LARGE_BYTES) {
        taker.accept(row, column);
      }
    }
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
