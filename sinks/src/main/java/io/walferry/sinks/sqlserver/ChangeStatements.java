package io.walferry.sinks.sqlserver;

import io.walferry.change.Relation;
import io.walferry.sinks.run.ChangeShape;
import io.walferry.sinks.sql.RowLocation;
import io.walferry.sinks.sql.RowStatement.Parameter;
import io.walferry.sinks.sql.RowStatement.Side;
import io.walferry.sinks.sqlserver.TableShape.ShapeColumn;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Builds the statements that apply changes of one relation to {@code d}, its table, from {@code s}:
 * a table of one row that is made of the parameters, or the rows of a {@link Stage}. So each value
 * is a parameter once, however often it is needed, and no statement has more than twice as many as
 * a table may have columns, which is below the 2,100 that the server takes. Immutable.
 *
 * <p>Conditions on texts compare their bytes, too, since blanks at the end count in no collation:
 * an update could hit the row of another key. An IDENTITY column cannot be set by an UPDATE, so it
 * is a condition there: a row in which it would change is not met, and that is noticed.
 */
final class ChangeStatements {
  /** For an update that has nothing to set. */
  private static final String DECLARE_MET = "DECLARE @met int; ";

  private static final String SET_MET = "@met = 1";

  private final Relation relation;
  private final TableShape shape;
  private final RowWriters writers;

  /** For a relation whose columns the table has. */
  ChangeStatements(TableShape shape, RowWriters writers) {
    this.relation = writers.relation();
    this.shape = shape;
    this.writers = writers;
  }

  /** For the values of one row. */
  ChangeStatement ofOne(ChangeShape change) {
    Values values = new Values();
    return new Body(values, ofRow(change, values)).over(values.row());
  }

  /** For all rows of a stage: of new ones, and of changes that find their rows by a key. */
  ChangeStatement ofStage(ChangeShape change) {
    Values values = new Values();
    return new Body(values, ofRow(change, values)).over(Stage.TABLE);
  }

  /**
   * Every row of a stage that has all columns takes the place of the one with its primary key.
   * Nobody can add such a row between the look and the insert. A key that the table's collation
   * takes for the same, and that has other bytes, is not matched and so refused as a duplicate.
   */
  ChangeStatement merge() {
    Values values = new Values();
    StringJoiner names = new StringJoiner(", ", " THEN INSERT (", ")");
    StringJoiner taken = new StringJoiner(", ", " VALUES (", ")");
    for (int column = 0; column < writers.size(); column++) {
      names.add(TableName.quote(writers.column(column).name()));
      taken.add(values.value(Side.AFTER, column));
    }
    Set<String> key = TableNames.folded(shape.primaryKey());
    BitSet left = new BitSet();
    StringJoiner condition = new StringJoiner(" AND ");
    for (int column = 0; column < writers.size(); column++) {
      if (key.contains(TableNames.fold(writers.column(column).name()))) {
        left.set(column);
        condition.add(same(column, Side.AFTER, values));
      }
    }
    String assignments = assignments(left, values);
    String merge =
        (assignments.isEmpty() ? DECLARE_MET : "")
            + "MERGE "
            + shape.quoted()
            + " WITH (HOLDLOCK) AS d USING "
            + Body.SOURCE
            + " ON "
            + condition
            + " WHEN MATCHED"
            + fixed(left, values)
            + " THEN UPDATE SET "
            + (assignments.isEmpty() ? SET_MET : assignments)
            + " WHEN NOT MATCHED BY TARGET"
            + names
            + taken;
    return new Body(values, numbered(merge) + ";").over(Stage.TABLE);
  }

  /** A statement that lacks the table {@code s}. */
  private record Body(Values values, String sql) {
    /** No identifier has it. */
    private static final String SOURCE = "\0";

    ChangeStatement over(String source) {
      return new ChangeStatement(sql.replace(SOURCE, source + " AS s"), values.parameters);
    }
  }

  private String ofRow(ChangeShape change, Values values) {
    return switch (change) {
      case ChangeShape.Insert insert -> numbered(insert(values));
      case ChangeShape.Update(var location, var unchanged) -> {
        BitSet left = (BitSet) unchanged.clone();
        if (location == RowLocation.NEW_KEY) {
          keyColumns().forEach(left::set);
        }
        String assignments = assignments(left, values);
        String condition = condition(location, values) + fixed(left, values);
        yield update(one(location), assignments, condition);
      }
      case ChangeShape.Delete(var location) ->
          "DELETE " + one(location) + "d FROM " + joined(condition(location, values));
    };
  }

  private String insert(Values values) {
    StringJoiner names = new StringJoiner(", ");
    StringJoiner taken = new StringJoiner(", ");
    for (int column = 0; column < writers.size(); column++) {
      names.add(TableName.quote(writers.column(column).name()));
      taken.add(values.value(Side.AFTER, column));
    }
    return "INSERT INTO "
        + shape.quoted()
        + " ("
        + names
        + ") SELECT "
        + taken
        + " FROM "
        + Body.SOURCE;
  }

  /**
   * With leave to number the rows as the source does, where the server would do it. That ends with
   * the batch that it stands in, so it stands in each.
   */
  private String numbered(String insert) {
    boolean identity =
        IntStream.range(0, writers.size()).anyMatch(column -> writers.column(column).identity());
    String set = "SET IDENTITY_INSERT " + shape.quoted();
    return identity ? set + " ON; " + insert + "; " + set + " OFF" : insert;
  }

  /** With nothing to set, a row that is not there must still be noticed. */
  private String update(String one, String assignments, String condition) {
    return assignments.isEmpty()
        ? DECLARE_MET + "UPDATE " + one + "d SET " + SET_MET + " FROM " + joined(condition)
        : "UPDATE " + one + "d SET " + assignments + " FROM " + joined(condition);
  }

  private String joined(String condition) {
    return Body.SOURCE + " INNER JOIN " + shape.quoted() + " AS d ON " + condition;
  }

  /**
   * Sets all columns but these; empty if none can be set.
   *
   * @param left columns that stay as they are
   */
  private String assignments(BitSet left, Values values) {
    StringJoiner assignments = new StringJoiner(", ");
    StringJoiner same = new StringJoiner(", ");
    for (int column = 0; column < writers.size(); column++) {
      ShapeColumn there = writers.column(column);
      String name = TableName.quote(there.name());
      if (!left.get(column) && !there.identity()) {
        assignments.add(name + " = " + values.value(Side.AFTER, column));
      } else if (!there.identity() && same.length() == 0) {
        same.add(name + " = d." + name);
      }
    }
    return assignments.length() == 0 ? same.toString() : assignments.toString();
  }

  /** The condition that IDENTITY columns which are told, and cannot be set, are what they are. */
  private String fixed(BitSet left, Values values) {
    StringBuilder conditions = new StringBuilder();
    for (int column = 0; column < writers.size(); column++) {
      if (!left.get(column) && writers.column(column).identity()) {
        conditions.append(" AND ").append(same(column, Side.AFTER, values));
      }
    }
    return conditions.toString();
  }

  private String condition(RowLocation location, Values values) {
    if (location == RowLocation.OLD_ROW) {
      return wholeRow(values);
    }
    Side side = location == RowLocation.NEW_KEY ? Side.AFTER : Side.BEFORE;
    List<Integer> key = keyColumns();
    if (key.isEmpty()) {
      throw RowLocation.none(relation.table());
    }
    return key.stream()
        .map(column -> same(column, side, values))
        .collect(Collectors.joining(" AND "));
  }

  /** INTERSECT takes two NULLs for the same. The primary key, which has none, leads to the row. */
  private String wholeRow(Values values) {
    Set<String> key = TableNames.folded(shape.primaryKey());
    StringJoiner there = new StringJoiner(", ");
    StringJoiner wanted = new StringJoiner(", ");
    StringBuilder byKey = new StringBuilder();
    for (int column = 0; column < writers.size(); column++) {
      boolean text = writers.column(column).isText();
      String value = values.value(Side.BEFORE, column);
      there.add(text ? bytes(name(column)) : name(column));
      wanted.add(text ? bytes(value) : value);
      if (key.contains(TableNames.fold(writers.column(column).name()))) {
        byKey.append(same(column, Side.BEFORE, values)).append(" AND ");
      }
    }
    return byKey + "EXISTS (SELECT " + there + " INTERSECT SELECT " + wanted + ")";
  }

  private String same(int column, Side side, Values values) {
    String value = values.value(side, column);
    String condition = name(column) + " = " + value;
    return writers.column(column).isText()
        ? condition + " AND " + bytes(name(column)) + " = " + bytes(value)
        : condition;
  }

  /** Those of UTF-16, whatever the column keeps. */
  private static String bytes(String text) {
    return "CAST(CAST(" + text + " AS nvarchar(max)) AS varbinary(max))";
  }

  private String name(int column) {
    return "d." + TableName.quote(writers.column(column).name());
  }

  private List<Integer> keyColumns() {
    List<Integer> key = new ArrayList<>();
    for (int column = 0; column < writers.size(); column++) {
      if (relation.columns().get(column).key()) {
        key.add(column);
      }
    }
    return key;
  }

  /** Several rows may be alike, and only one of them is meant. */
  private static String one(RowLocation location) {
    return location == RowLocation.OLD_ROW ? "TOP (1) " : "";
  }

  /** Which values a statement takes from {@code s}. */
  private final class Values {
    private final List<Parameter> parameters = new ArrayList<>();

    String value(Side side, int column) {
      Parameter parameter = new Parameter(side, column);
      if (!parameters.contains(parameter)) {
        parameters.add(parameter);
      }
      String staged = "s." + Stage.column(parameter);
      return writers.form(column).cast(staged, writers.column(column));
    }

    /** A table of one row, of the parameters; texts with the collation that they are for. */
    String row() {
      StringJoiner row = new StringJoiner(", ", "(SELECT ", ")");
      for (Parameter parameter : parameters) {
        ShapeColumn there = writers.column(parameter.column());
        String collation = there.isText() ? " COLLATE " + there.collation() : "";
        row.add("?" + collation + " AS " + Stage.column(parameter));
      }
      return row.toString();
    }
  }
}
