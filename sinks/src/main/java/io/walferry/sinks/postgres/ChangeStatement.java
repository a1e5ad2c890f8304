package io.walferry.sinks.postgres;

import io.walferry.sinks.run.ChangeShape;
import io.walferry.sinks.sql.RowStatement.Parameter;
import java.util.List;
import java.util.Optional;

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
   * @param passed what a list of values as they came is, if they can be handed over so
   */
  record StatementParameter(Parameter source, char delimiter, Optional<ListType> passed) {}

  /**
   * A type of lists.
   *
   * @param ofBinary whether the binary form of a value is the one of an element
   * @param ofTexts whether its text is
   */
  record ListType(int oid, int elementOid, boolean ofBinary, boolean ofTexts) {
    /** Takes any value as text, which a cast makes one of its type as the type's input does. */
    static final ListType TEXT = new ListType(1009, 25, false, true);
  }
}
