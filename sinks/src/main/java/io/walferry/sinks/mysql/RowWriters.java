package io.walferry.sinks.mysql;

import io.walferry.change.Column;
import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.sinks.mysql.TableShape.ShapeColumn;
import io.walferry.sinks.sql.RowStatement.Parameter;
import io.walferry.sinks.sql.RowStatement.Side;
import io.walferry.sinks.type.LossPolicies;
import io.walferry.sinks.type.SourceType;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** How the values of one relation's columns are written into its table. Immutable. */
final class RowWriters {
  private final Relation relation;
  private final List<ShapeColumn> columns;
  private final List<ValueWriter> writers = new ArrayList<>();

  /** For a relation whose columns the table has, each of a type that takes them. */
  RowWriters(Relation relation, TableShape shape, LossPolicies policies) {
    this.relation = relation;
    this.columns =
        relation.columns().stream().map(c -> shape.column(c.name()).orElseThrow()).toList();
    for (int i = 0; i < columns.size(); i++) {
      Column column = relation.columns().get(i);
      SourceType type = SourceType.of(column.typeOid(), column.typeModifier());
      writers.add(
          new ValueWriter(
              ValueForm.of(type, columns.get(i)).orElseThrow(),
              type,
              columns.get(i).textLimit(),
              policies.of(type.family()),
              "column " + column.name() + " of table " + relation.table()));
    }
  }

  Relation relation() {
    return relation;
  }

  ShapeColumn column(int column) {
    return columns.get(column);
  }

  /** A column of that name that is filled in bulk with the values of another. */
  BulkColumn bulk(String name, Side side, int column) {
    return new BulkColumn(name, writers.get(column), side, column);
  }

  /** All of them, under their own names. */
  List<BulkColumn> bulk() {
    List<BulkColumn> all = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      all.add(bulk(columns.get(i).name(), Side.AFTER, i));
    }
    return all;
  }

  void bind(PreparedStatement statement, List<Parameter> parameters, Row before, Row after)
      throws SQLException {
    for (int i = 0; i < parameters.size(); i++) {
      Parameter parameter = parameters.get(i);
      ValueWriter writer = writers.get(parameter.column());
      ParameterValue value = new ParameterValue(writer.form());
      Row row =
          switch (parameter.side()) {
            case BEFORE -> before;
            case AFTER -> after;
          };
      writer.write(row, parameter.column(), value);
      value.bind(statement, i + 1);
    }
  }
}
