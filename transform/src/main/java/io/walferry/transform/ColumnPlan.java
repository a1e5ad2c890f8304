package io.walferry.transform;

import io.walferry.change.Row;
import io.walferry.change.Value;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.transform.expression.RowExpression;
import io.walferry.transform.value.ValueTransform;

/** Where one column of the destination comes from. */
sealed interface ColumnPlan {
  /** As it is at the source; never decoded. */
  record Copied(int source) implements ColumnPlan {}

  /** One of the source's with another text. */
  record Changed(int source, ValueTransform transform) implements ColumnPlan {
    Value of(Row row) {
      return switch (row.kind(source)) {
        case NULL -> Value.Null.NULL;
        case UNCHANGED -> Value.Unchanged.UNCHANGED;
        case TEXT -> new Value.Text(transform.apply(row.text(source)));
        case BINARY ->
            throw new WalferryException(
                ErrorCode.PROTOCOL_VIOLATION, "Column " + source + ": expected text, got binary");
      };
    }
  }

  /** The same in every row. */
  record Constant(Value.Text value) implements ColumnPlan {}

  /**
   * The result of an expression. If a column that it looks at was not sent, and it looks at no
   * other, the result has not changed either.
   */
  record Computed(RowExpression expression) implements ColumnPlan {
    Value of(Row row) {
      if (expression.inputs().size() == 1 && row.isUnchanged(expression.inputs().getFirst())) {
        return Value.Unchanged.UNCHANGED;
      }
      return expression.text(row).<Value>map(Value.Text::new).orElse(Value.Null.NULL);
    }
  }
}
