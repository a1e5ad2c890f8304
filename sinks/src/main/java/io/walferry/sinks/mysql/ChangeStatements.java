package io.walferry.sinks.mysql;

import io.walferry.change.Relation;
import io.walferry.sinks.mysql.TableShape.ShapeColumn;
import io.walferry.sinks.run.ChangeShape;
import io.walferry.sinks.sql.RowLocation;
import io.walferry.sinks.sql.RowStatement.Parameter;
import io.walferry.sinks.sql.RowStatement.Side;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;

/**
 * Builds the statements that apply changes of one relation, from the parameters of one row or from
 * the rows of a {@link Stage}. Immutable.
 *
 * <p>Conditions on texts compare their bytes, too, unless the collation does: under another one, an
 * update could hit the row of another key.
 */
final class ChangeStatements {
  private final Relation relation;
  private final TableShape shape;
  private final List<ShapeColumn> columns;

  /** For a relation whose columns the table has. */
  ChangeStatements(Relation relation, TableShape shape) {
    this.relation = relation;
    this.shape = shape;
    this.columns =
        relation.columns().stream().map(c -> shape.column(c.name()).orElseThrow()).toList();
  }

  /** For the values of one row. */
  ChangeStatement ofOne(ChangeShape change) {
    Values values = new Values(false);
    String sql =
        switch (change) {
          case ChangeShape.Insert insert -> insert(values);
          case ChangeShape.Update(var location, var unchanged) ->
              "UPDATE "
                  + shape.quoted()
                  + " SET "
                  + assignments(location, unchanged, values)
                  + " WHERE "
                  + condition(location, values)
                  + limit(location);
          case ChangeShape.Delete(var location) ->
              "DELETE FROM "
                  + shape.quoted()
                  + " WHERE "
                  + condition(location, values)
                  + limit(location);
        };
    return new ChangeStatement(sql, values.parameters);
  }

  /** For all rows of a stage: of updates and deletes that find their rows by a key. */
  ChangeStatement ofStage(ChangeShape change) {
    Values values = new Values(true);
    String sql =
        switch (change) {
          case ChangeShape.Update(var location, var unchanged) -> {
            String assignments = assignments(location, unchanged, values);
            yield "UPDATE " + joined(condition(location, values)) + " SET " + assignments;
          }
          case ChangeShape.Delete(var location) ->
              "DELETE d FROM " + joined(condition(location, values));
          case ChangeShape.Insert insert ->
              throw new IllegalArgumentException("Rows of a stage are merged");
        };
    return new ChangeStatement(sql, values.parameters);
  }

  /** Every row of a stage that has all columns takes the place of the one with its primary key. */
  List<ChangeStatement> merge() {
    Set<String> key = TableNames.folded(shape.primaryKey());
    Values update = new Values(true);
    String condition = keyOf(key, update);
    StringJoiner assignments = new StringJoiner(", ");
    for (int column = 0; column < columns.size(); column++) {
      if (!key.contains(TableNames.fold(columns.get(column).name()))) {
        assignments.add(update.column(column) + " = " + update.value(Side.AFTER, column));
      }
    }
    Values insert = new Values(true);
    StringJoiner taken = new StringJoiner(", ");
    for (int column = 0; column < columns.size(); column++) {
      taken.add(insert.value(Side.AFTER, column));
    }
    String absent = "d." + TableNames.quote(shape.primaryKey().getFirst()) + " IS NULL";
    return List.of(
        new ChangeStatement(
            "UPDATE " + joined(condition) + " SET " + orNothing(assignments, update),
            update.parameters),
        new ChangeStatement(
            "INSERT INTO "
                + shape.quoted()
                + " ("
                + names()
                + ") SELECT "
                + taken
                + " FROM "
                + Stage.TABLE
                + " s LEFT JOIN "
                + shape.quoted()
                + " d ON "
                + condition
                + " WHERE "
                + absent,
            insert.parameters));
  }

  /** Rows of the stage first, each with the one of the table that its key leads to. */
  private String joined(String condition) {
    return Stage.TABLE + " s STRAIGHT_JOIN " + shape.quoted() + " d ON " + condition;
  }

  private String insert(Values values) {
    StringJoiner marks = new StringJoiner(",");
    for (int column = 0; column < columns.size(); column++) {
      marks.add(values.value(Side.AFTER, column));
    }
    return "INSERT INTO " + shape.quoted() + " (" + names() + ") VALUES (" + marks + ")";
  }

  private String names() {
    StringJoiner names = new StringJoiner(", ");
    columns.forEach(column -> names.add(TableNames.quote(column.name())));
    return names.toString();
  }

  private String assignments(RowLocation location, BitSet unchanged, Values values) {
    StringJoiner assignments = new StringJoiner(", ");
    for (int column = 0; column < columns.size(); column++) {
      boolean sameKey = location == RowLocation.NEW_KEY && isKey(column);
      if (!sameKey && !unchanged.get(column)) {
        assignments.add(values.column(column) + " = " + values.value(Side.AFTER, column));
      }
    }
    return orNothing(assignments, values);
  }

  /** With nothing to set, a row that is not there must still be noticed. */
  private static String orNothing(StringJoiner assignments, Values values) {
    assignments.setEmptyValue(values.column(0) + " = " + values.column(0));
    return assignments.toString();
  }

  private String condition(RowLocation location, Values values) {
    StringJoiner all = new StringJoiner(" AND ");
    Side side = location == RowLocation.NEW_KEY ? Side.AFTER : Side.BEFORE;
    boolean wholeRow = location == RowLocation.OLD_ROW;
    for (int column = 0; column < columns.size(); column++) {
      if (wholeRow || isKey(column)) {
        all.add(same(column, wholeRow ? "<=>" : "=", side, values));
      }
    }
    if (all.length() == 0) {
      throw RowLocation.none(relation.table());
    }
    return all.toString();
  }

  private String keyOf(Set<String> folded, Values values) {
    StringJoiner all = new StringJoiner(" AND ");
    for (int column = 0; column < columns.size(); column++) {
      if (folded.contains(TableNames.fold(columns.get(column).name()))) {
        all.add(same(column, "=", Side.AFTER, values));
      }
    }
    return all.toString();
  }

  private String same(int column, String equal, Side side, Values values) {
    String there = values.column(column);
    String condition = there + " " + equal + " " + values.value(side, column);
    return columns.get(column).comparesBytes()
        ? condition
        : condition
            + " AND "
            + bytes(there)
            + " "
            + equal
            + " "
            + bytes(values.value(side, column));
  }

  private static String bytes(String text) {
    return "CAST(CONVERT(" + text + " USING utf8mb4) AS BINARY)";
  }

  /** Several rows may be alike, and only one of them is meant. */
  private static String limit(RowLocation location) {
    return location == RowLocation.OLD_ROW ? " LIMIT 1" : "";
  }

  private boolean isKey(int column) {
    return relation.columns().get(column).key();
  }

  /** Where values come from, and which of them a statement takes. */
  private final class Values {
    private final boolean staged;
    private final List<Parameter> parameters = new ArrayList<>();

    Values(boolean staged) {
      this.staged = staged;
    }

    String column(int column) {
      return (staged ? "d." : "") + TableNames.quote(columns.get(column).name());
    }

    String value(Side side, int column) {
      Parameter parameter = new Parameter(side, column);
      if (!staged) {
        parameters.add(parameter);
        return "?";
      }
      if (!parameters.contains(parameter)) {
        parameters.add(parameter);
      }
      return "s." + Stage.column(parameter);
    }
  }
}
