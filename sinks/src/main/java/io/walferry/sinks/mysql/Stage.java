package io.walferry.sinks.mysql;

import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.sinks.mysql.TableShape.ShapeColumn;
import io.walferry.sinks.sql.RowStatement.Parameter;
import io.walferry.sinks.sql.RowStatement.Side;
import io.walferry.sinks.sql.SqlSession;
import java.sql.SQLException;
import java.util.List;
import java.util.StringJoiner;

/**
 * A temporary table with the values of many changes, which one statement then applies. Making one
 * and dropping it ends no transaction.
 */
final class Stage implements AutoCloseable {
  static final String TABLE = "walferry_stage";

  private final SqlSession session;
  private final String attempt;
  private final BulkLoad load;

  private Stage(SqlSession session, String attempt, BulkLoad load) {
    this.session = session;
    this.attempt = attempt;
    this.load = load;
  }

  /** The name of the column with these values. */
  static String column(Parameter parameter) {
    return (parameter.side() == Side.BEFORE ? "b" : "a") + parameter.column();
  }

  /** An empty one with these columns. */
  static Stage open(
      SqlSession session, ServerTraits traits, RowWriters writers, List<Parameter> parameters) {
    Relation relation = writers.relation();
    String attempt = "stage rows of table " + relation.table();
    StringJoiner columns = new StringJoiner(", ", " (", ")");
    for (Parameter parameter : parameters) {
      ShapeColumn there = writers.column(parameter.column());
      columns.add(column(parameter) + " " + there.definition() + " NULL");
    }
    session.execute(attempt, "DROP TEMPORARY TABLE IF EXISTS " + TABLE);
    session.execute(attempt, "CREATE TEMPORARY TABLE " + TABLE + columns + " ENGINE = InnoDB");
    List<BulkColumn> filled =
        parameters.stream().map(p -> writers.bulk(column(p), p.side(), p.column())).toList();
    BulkLoad.Into into = new BulkLoad.Into(TABLE, filled, relation.table().toString());
    return new Stage(session, attempt, BulkLoad.open(session, traits, into));
  }

  void add(Row before, Row after) throws SQLException {
    load.add(before, after);
  }

  /** Applies the staged rows by these statements and returns how many rows they met or added. */
  int apply(List<ChangeStatement> statements) throws SQLException {
    load.end();
    int met = 0;
    for (ChangeStatement statement : statements) {
      try (var prepared = session.prepare(statement.sql())) {
        met += session.call(prepared::executeUpdate);
      }
    }
    return met;
  }

  @Override
  public void close() {
    session.execute(attempt, "DROP TEMPORARY TABLE IF EXISTS " + TABLE);
  }
}
