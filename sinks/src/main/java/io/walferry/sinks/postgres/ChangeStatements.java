package io.walferry.sinks.postgres;

import io.walferry.change.Column;
import io.walferry.change.Relation;
import io.walferry.change.TableId;
import io.walferry.sink.CopyFormat;
import io.walferry.sinks.postgres.ChangeStatement.ListType;
import io.walferry.sinks.postgres.ChangeStatement.StatementParameter;
import io.walferry.sinks.postgres.TableShape.ShapeColumn;
import io.walferry.sinks.run.ChangeShape;
import io.walferry.sinks.sql.RowLocation;
import io.walferry.sinks.sql.RowStatement.Parameter;
import io.walferry.sinks.sql.RowStatement.Side;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.stream.Collectors;

/**
 * Builds the statements that apply changes of one relation. Immutable.
 *
 * <p>Not {@link io.walferry.sinks.sql.StatementBuilder}, whose statements take one row: here a list
 * of values goes in for each column, of the column's own type where it has lists, so that each
 * value is read by the type's input function, the inverse of what the source printed. Whole rows
 * are compared byte by byte ({@code *=}), since many types have no equality, or one under which
 * {@code 1.0} is {@code 1.00}; floats by their texts, since a NaN that was handed over as it was
 * may have other bytes than one that is read from text.
 */
final class ChangeStatements {
  private final Relation relation;
  private final TableShape shape;
  private final List<ShapeColumn> columns;
  private final BitSet passing;
  private final RowLookup lookup;
  private final String mergeClause;

  /**
   * For a relation whose columns the table has.
   *
   * @param passing the columns whose binary values are handed over as they are
   * @param lookup how an index finds whole rows
   * @param merge whether a new row takes the place of one with the same key
   */
  ChangeStatements(
      Relation relation, TableShape shape, BitSet passing, RowLookup lookup, boolean merge) {
    this.relation = relation;
    this.passing = passing;
    this.shape = shape;
    this.columns =
        relation.columns().stream().map(c -> shape.column(c.name()).orElseThrow()).toList();
    this.lookup = lookup;
    this.mergeClause =
        merge ? MergeClause.of(shape, relation.columns().stream().map(Column::name).toList()) : "";
  }

  /** Whether COPY, which only adds rows, can insert them. */
  boolean canCopy() {
    return mergeClause.isEmpty();
  }

  /** Whether whole rows can be handed over as they were sent. */
  boolean canPass() {
    return passing.cardinality() == columns.size();
  }

  /** Starts a COPY of whole rows. */
  String copy(CopyFormat format) {
    String copy = "COPY " + relation.table().quoted() + " (" + names() + ") FROM STDIN";
    return switch (format) {
      case TEXT -> copy;
      case BINARY -> copy + " (FORMAT binary)";
    };
  }

  /**
   * Builds the statement of a shape.
   *
   * @param texts columns whose values come as text that is not copied into a string
   */
  ChangeStatement build(ChangeShape change, BitSet texts) {
    return switch (change) {
      case ChangeShape.Insert insert -> insert(texts);
      case ChangeShape.Update(var location, var unchanged) ->
          location == RowLocation.OLD_ROW
              ? updateRow(unchanged, texts)
              : updateKey(location, unchanged, texts);
      case ChangeShape.Delete(var location) ->
          location == RowLocation.OLD_ROW ? deleteRow(texts) : deleteKey(texts);
    };
  }

  /** Tells whether values of the column go into lists as they came, also if that was as text. */
  private boolean passesText(int column) {
    return passing.get(column)
        && columns.get(column).arrayType().isPresent()
        && isText(columns.get(column));
  }

  private static boolean isText(ShapeColumn there) {
    return there.labelled() || BinaryTypes.isText(there.baseOid());
  }

  private ChangeStatement insert(BitSet texts) {
    ValueLists lists = new ValueLists(texts);
    StringJoiner values = new StringJoiner(", ");
    for (int column = 0; column < columns.size(); column++) {
      values.add(lists.add(Side.AFTER, column));
    }
    return lists.statement(
        "INSERT INTO "
            + relation.table().quoted()
            + " ("
            + names()
            + ") OVERRIDING SYSTEM VALUE SELECT "
            + values
            + " FROM "
            + lists.from()
            + mergeClause);
  }

  private ChangeStatement updateKey(RowLocation location, BitSet unchanged, BitSet texts) {
    ValueLists lists = new ValueLists(texts);
    StringJoiner assignments = new StringJoiner(", ");
    for (int column = 0; column < columns.size(); column++) {
      boolean sameKey = location == RowLocation.NEW_KEY && relation.columns().get(column).key();
      if (!sameKey && !unchanged.get(column)) {
        assignments.add(assigned(column) + " = " + lists.add(Side.AFTER, column));
      }
    }
    String condition = key(location == RowLocation.NEW_KEY ? Side.AFTER : Side.BEFORE, lists);
    return lists.statement(
        "UPDATE "
            + shape.only()
            + " AS d SET "
            + orNothing(assignments)
            + " FROM "
            + lists.from()
            + " WHERE "
            + condition);
  }

  private ChangeStatement deleteKey(BitSet texts) {
    ValueLists lists = new ValueLists(texts);
    String condition = key(Side.BEFORE, lists);
    return lists.statement(
        "DELETE FROM " + shape.only() + " AS d USING " + lists.from() + " WHERE " + condition);
  }

  private ChangeStatement updateRow(BitSet unchanged, BitSet texts) {
    SingleValues single = new SingleValues(texts);
    StringJoiner assignments = new StringJoiner(", ");
    for (int column = 0; column < columns.size(); column++) {
      if (!unchanged.get(column)) {
        assignments.add(assigned(column) + " = " + single.add(Side.AFTER, column));
      }
    }
    String sql = "UPDATE " + shape.only() + " AS d SET " + orNothing(assignments) + " WHERE ";
    return single.statement(sql + oneRow(single));
  }

  private ChangeStatement deleteRow(BitSet texts) {
    SingleValues single = new SingleValues(texts);
    return single.statement("DELETE FROM " + shape.only() + " AS d WHERE " + oneRow(single));
  }

  /** True for exactly one of the rows that are equal to the old one. */
  private String oneRow(SingleValues single) {
    StringJoiner values = new StringJoiner(", ");
    StringJoiner there = new StringJoiner(", ");
    StringJoiner wanted = new StringJoiner(", ");
    for (int column = 0; column < columns.size(); column++) {
      String name = quoted(column);
      values.add(single.add(Side.BEFORE, column) + " AS " + name);
      String form =
          BinaryTypes.holdsFloats(columns.get(column).baseOid()) ? "::pg_catalog.text" : "";
      there.add("s." + name + form);
      wanted.add("v." + name + form);
    }
    // Casts to record, or the parser would look for the operator column by column.
    return "(d.tableoid, d.ctid) = (SELECT s.tableoid, s.ctid FROM "
        + shape.only()
        + " AS s, (SELECT "
        + values
        + ") AS v WHERE "
        + lookedUp()
        + "ROW("
        + there
        + ")::record OPERATOR(pg_catalog.*=) ROW("
        + wanted
        + ")::record LIMIT 1)";
  }

  private String lookedUp() {
    return switch (lookup) {
      case RowLookup.Key(var key) ->
          key.stream()
              .map(
                  column -> {
                    String name = TableId.quote(column.name());
                    return "s." + name + " " + column.equality() + " v." + name + " AND ";
                  })
              .collect(Collectors.joining());
      case RowLookup.Hash hash ->
          hash.expression(name -> "s." + TableId.quote(name))
              + " = "
              + hash.expression(name -> "v." + TableId.quote(name))
              + " AND ";
      case RowLookup.Scan scan -> "";
    };
  }

  private String key(Side side, ValueLists lists) {
    StringJoiner conditions = new StringJoiner(" AND ");
    for (int column = 0; column < columns.size(); column++) {
      Column announced = relation.columns().get(column);
      if (announced.key()) {
        String value = lists.add(side, column);
        conditions.add(columns.get(column).same("d." + quoted(column), value));
      }
    }
    if (conditions.length() == 0) {
      throw RowLocation.none(relation.table());
    }
    return conditions.toString();
  }

  /** With nothing to set, a row that is not there must still be noticed. */
  private String orNothing(StringJoiner assignments) {
    if (assignments.length() > 0) {
      return assignments.toString();
    }
    String name =
        columns.stream()
            .filter(column -> !column.alwaysIdentity())
            .findFirst()
            .map(column -> TableId.quote(column.name()))
            .orElseGet(() -> assigned(0));
    return name + " = d." + name;
  }

  private String assigned(int column) {
    return shape.assigned(columns.get(column).name());
  }

  private String names() {
    StringJoiner names = new StringJoiner(", ");
    for (int column = 0; column < columns.size(); column++) {
      names.add(quoted(column));
    }
    return names.toString();
  }

  private String quoted(int column) {
    return TableId.quote(columns.get(column).name());
  }

  /** Collects values of one row. */
  private final class SingleValues {
    private final BitSet texts;
    private final List<StatementParameter> parameters = new ArrayList<>();

    SingleValues(BitSet texts) {
      this.texts = texts;
    }

    /** Adds one and returns the expression for it. */
    String add(Side side, int column) {
      Optional<ListType> list = texts.get(column) ? Optional.of(ListType.TEXT) : Optional.empty();
      parameters.add(new StatementParameter(new Parameter(side, column), ',', list));
      String mark = list.isPresent() ? "(?::text[])[1]" : "?";
      return mark + "::" + columns.get(column).castType();
    }

    ChangeStatement statement(String sql) {
      return new ChangeStatement(sql, parameters, false);
    }
  }

  /** Lists of values, side by side as the columns of {@code v}. */
  private final class ValueLists {
    private final BitSet texts;
    private final List<StatementParameter> parameters = new ArrayList<>();
    private final StringJoiner lists = new StringJoiner(", ", "unnest(", ")");
    private final StringJoiner names = new StringJoiner(", ", " AS v(", ")");

    ValueLists(BitSet texts) {
      this.texts = new BitSet();
      texts.stream().filter(column -> !passesText(column)).forEach(this.texts::set);
    }

    /** Adds one and returns the expression for a value of it. */
    String add(Side side, int column) {
      Optional<String> arrayType =
          texts.get(column) ? Optional.empty() : columns.get(column).arrayType();
      char delimiter = arrayType.isPresent() ? columns.get(column).delimiter() : ',';
      String name = "c" + parameters.size();
      parameters.add(
          new StatementParameter(new Parameter(side, column), delimiter, passed(column)));
      lists.add("?::" + arrayType.orElse("text[]"));
      names.add(name);
      return arrayType.isPresent()
          ? "v." + name
          : "v." + name + "::" + columns.get(column).castType();
    }

    private Optional<ListType> passed(int column) {
      if (texts.get(column)) {
        return Optional.of(ListType.TEXT);
      }
      ShapeColumn there = columns.get(column);
      return passing.get(column) && there.arrayType().isPresent()
          ? Optional.of(new ListType(there.arrayOid(), there.typeOid(), true, isText(there)))
          : Optional.empty();
    }

    String from() {
      return lists.toString() + names;
    }

    ChangeStatement statement(String sql) {
      return new ChangeStatement(sql, parameters, true);
    }
  }
}
