package io.walferry.sinks.sqlserver;

import io.walferry.change.Column;
import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.sinks.sql.RowStatement.Parameter;
import io.walferry.sinks.sqlserver.TableShape.ShapeColumn;
import io.walferry.sinks.type.LossPolicies;
import io.walferry.sinks.type.SourceType;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How the values of one relation's columns are written into its table. Immutable. */
final class RowWriters {
  private final Relation relation;
  private final List<ValueWriter> writers = new ArrayList<>();

  /** For a relation whose columns the table has, each of a type that takes them. */
  RowWriters(Relation relation, TableShape shape, LossPolicies policies) {
    this.relation = relation;
    for (Column column : relation.columns()) {
      ShapeColumn there = shape.column(column.name()).orElseThrow();
      SourceType type = SourceType.of(column.typeOid(), column.typeModifier());
      writers.add(
          new ValueWriter(
              there,
              ValueForm.of(type, there).orElseThrow(),
              type,
              policies.of(type.family()),
              "column " + column.name() + " of table " + relation.table()));
    }
  }

  Relation relation() {
    return relation;
  }

  /** How many columns there are. */
  int size() {
    return writers.size();
  }

  ShapeColumn column(int column) {
    return writers.get(column).column();
  }

  ValueForm form(int column) {
    return writers.get(column).form();
  }

  /** The value of a parameter, as it travels; empty for NULL. */
  Optional<Object> value(Parameter parameter, Row before, Row after) {
    Row row =
        switch (parameter.side()) {
          case BEFORE -> before;
          case AFTER -> after;
        };
    return writers.get(parameter.column()).value(row, parameter.column());
  }

  void bind(PreparedStatement statement, List<Parameter> parameters, Row before, Row after)
      throws SQLException {
    for (int i = 0; i < parameters.size(); i++) {
      Parameter parameter = parameters.get(i);
      Optional<Object> value = value(parameter, before, after);
      if (value.isPresent()) {
        statement.setObject(i + 1, value.get());
      } else {
        statement.setNull(i + 1, form(parameter.column()).jdbcType());
      }
    }
  }
}
