package io.walferry.sinks.sqlserver;

import io.walferry.sinks.sql.RowStatement.Parameter;
import java.util.List;

/**
 * The statement of one {@link io.walferry.sinks.run.ChangeShape}.
 *
 * @param parameters of the statement in their order; or the columns of the {@link Stage} that it
 *     reads
 */
record ChangeStatement(String sql, List<Parameter> parameters) {
  ChangeStatement {
    parameters = List.copyOf(parameters);
  }
}
