package io.walferry.sinks.sqlite;

import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.sinks.sql.RowStatement;
import io.walferry.sinks.sql.RowStatement.Parameter;
import io.walferry.sinks.sql.SqlSession;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.BitSet;
import java.util.List;

/** A prepared statement that applies changes of one shape to one table, and how to fill it in. */
final class BoundStatement implements AutoCloseable {
  private final SqlSession session;
  private final Relation relation;
  private final String note;
  private final String verb;
  private final PreparedStatement statement;
  private final List<Parameter> parameters;
  private final BitSet casts = new BitSet();
  private final ValueBinder binder;

  /**
   * A statement of a relation.
   *
   * @param note of the table, for messages about its rows
   */
  BoundStatement(SqlSession session, Relation relation, RowStatement source, String note) {
    this.session = session;
    this.relation = relation;
    this.note = note;
    this.verb = source.sql().substring(0, source.sql().indexOf(' '));
    this.statement = prepare(source.sql());
    this.parameters = source.parameters();
    source.casts().forEach(casts::set);
    this.binder = new ValueBinder(relation);
  }

  private PreparedStatement prepare(String sql) {
    try {
      return session.prepare(sql);
    } catch (SQLException e) {
      throw session.failed("prepare an " + verb + " of table " + relation.table(), e);
    }
  }

  /** {@code INSERT}, {@code UPDATE} or {@code DELETE}. */
  String verb() {
    return verb;
  }

  Relation relation() {
    return relation;
  }

  String note() {
    return note;
  }

  /** Takes one change and returns about how many bytes it holds until {@link #execute}. */
  long add(Row before, Row after) {
    long byteCount = 0;
    try {
      for (int i = 0; i < parameters.size(); i++) {
        Parameter parameter = parameters.get(i);
        Row row =
            switch (parameter.side()) {
              case BEFORE -> before;
              case AFTER -> after;
            };
        binder.bind(statement, i + 1, row, parameter.column(), casts.get(i));
        byteCount += 16 + row.length(parameter.column());
      }
      statement.addBatch();
      return byteCount;
    } catch (SQLException e) {
      throw session.failed("fill in a row of table " + relation.table(), e);
    }
  }

  /** Runs what was added and returns how many rows each changed. */
  int[] execute() throws SQLException {
    return statement.executeBatch();
  }

  /** Forgets what was added and not run. */
  void drop() {
    try {
      statement.clearBatch();
    } catch (SQLException e) {
      throw session.failed("drop rows of table " + relation.table(), e);
    }
  }

  @Override
  public void close() {
    try {
      statement.close();
    } catch (SQLException e) {
      throw session.failed("release a statement", e);
    }
  }
}
