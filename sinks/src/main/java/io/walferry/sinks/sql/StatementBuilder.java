package io.walferry.sinks.sql;

import io.walferry.change.Column;
import io.walferry.change.Relation;
import io.walferry.sinks.sql.RowStatement.Parameter;
import io.walferry.sinks.sql.RowStatement.Side;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.function.Supplier;

/** Builds the statements that apply one change of a relation. Immutable. */
public final class StatementBuilder {
  private static final int GROUP = 100;

  private final TableDialect dialect;
  private final Relation relation;

  public StatementBuilder(TableDialect dialect, Relation relation) {
    this.dialect = dialect;
    this.relation = relation;
  }

  /** Sets every column of the relation; others get the destination's default. */
  public RowStatement insert() {
    StringJoiner names = new StringJoiner(",");
    StringJoiner marks = new StringJoiner(",");
    List<Parameter> parameters = new ArrayList<>();
    Set<Integer> casts = new HashSet<>();
    for (int column = 0; column < relation.columns().size(); column++) {
      names.add(quoted(column));
      marks.add(value(column, parameters, casts));
    }
    String sql =
        dialect.insertInto()
            + " "
            + dialect.table()
            + " ("
            + names
            + ") VALUES ("
            + marks
            + ")"
            + dialect.insertEnd(relation.columns().stream().map(Column::name).toList());
    return new RowStatement(sql, parameters, casts);
  }

  /**
   * Sets the columns that were sent. A key that was left alone is not set, since engines would move
   * the row.
   *
   * @param unchanged columns that the source did not send
   */
  public RowStatement update(RowLocation location, BitSet unchanged) {
    List<Parameter> parameters = new ArrayList<>();
    Set<Integer> casts = new HashSet<>();
    StringJoiner assignments = new StringJoiner(",");
    for (int column = 0; column < relation.columns().size(); column++) {
      boolean sameKey = location == RowLocation.NEW_KEY && relation.columns().get(column).key();
      if (!sameKey && !unchanged.get(column)) {
        assignments.add(quoted(column) + "=" + value(column, parameters, casts));
      }
    }
    if (assignments.length() == 0) {
      // Nothing to set, but a row that is not there must still be noticed.
      assignments.add(quoted(0) + "=" + quoted(0));
    }
    String where = where(location, parameters);
    String sql =
        dialect.update() + " " + dialect.table() + " SET " + assignments + " WHERE " + where;
    return new RowStatement(sql, parameters, casts);
  }

  public RowStatement delete(RowLocation location) {
    List<Parameter> parameters = new ArrayList<>();
    String where = where(location, parameters);
    return new RowStatement(
        "DELETE FROM " + dialect.table() + " WHERE " + where, parameters, Set.of());
  }

  private String value(int column, List<Parameter> parameters, Set<Integer> casts) {
    boolean cast = dialect.castsText(relation.columns().get(column));
    if (cast) {
      casts.add(parameters.size());
    }
    parameters.add(new Parameter(Side.AFTER, column));
    return cast ? "CAST(? AS TEXT)" : "?";
  }

  private String where(RowLocation location, List<Parameter> parameters) {
    boolean wholeRow = location == RowLocation.OLD_ROW;
    Side side = location == RowLocation.NEW_KEY ? Side.AFTER : Side.BEFORE;
    List<String> conditions = new ArrayList<>();
    for (int column = 0; column < relation.columns().size(); column++) {
      if (wholeRow || relation.columns().get(column).key()) {
        Parameter parameter = new Parameter(side, column);
        Supplier<String> mark =
            () -> {
              parameters.add(parameter);
              return "?";
            };
        conditions.add(
            wholeRow
                ? dialect.sameValue(quoted(column), mark)
                : dialect.sameKey(quoted(column), mark));
      }
    }
    if (conditions.isEmpty()) {
      throw RowLocation.none(relation.table());
    }
    return wholeRow ? dialect.onlyOne(all(conditions)) : all(conditions);
  }

  /** In groups, for engines bound the depth of an expression and a table may have 1,600 columns. */
  private static String all(List<String> conditions) {
    if (conditions.size() <= GROUP) {
      return String.join(" AND ", conditions);
    }
    StringJoiner groups = new StringJoiner(") AND (", "(", ")");
    for (int from = 0; from < conditions.size(); from += GROUP) {
      int to = Math.min(from + GROUP, conditions.size());
      groups.add(String.join(" AND ", conditions.subList(from, to)));
    }
    return groups.toString();
  }

  private String quoted(int column) {
    Column named = relation.columns().get(column);
    return dialect.quote(named.name());
  }
}
