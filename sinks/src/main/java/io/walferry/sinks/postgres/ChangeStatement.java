package io.walferry.sinks.postgres;

import io.walferry.sinks.run.ChangeShape;
import io.walferry.sinks.sql.RowStatement.Parameter;
import java.util.List;

/**
 * The statement of one {@link ChangeShape}.
 *
 * @param sql takes a list of values for each parameter, and so any number of rows; or, if not
 *     {@code manyRows}, the values of one row
 * @param parameters where they come from, in their order
 */
record ChangeStatement(String sql, List<StatementParameter> parameters, boolean manyRows) {
  ChangeStatement {
    parameters = List.copyOf(parameters);
  }

  /**
   * A parameter.
   *
   * @param delimiter between the values of a list
   */
  record StatementParameter(Parameter source, char delimiter) {}
}
