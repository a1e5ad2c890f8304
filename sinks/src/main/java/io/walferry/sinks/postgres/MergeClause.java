package io.walferry.sinks.postgres;

import io.walferry.change.TableId;
import io.walferry.sinks.postgres.TableShape.ShapeColumn;
import java.util.List;
import java.util.StringJoiner;

/**
 * The end of an INSERT whose rows take the place of those with the same primary key, and of no
 * others: a row that meets another unique key still fails.
 */
final class MergeClause {
  private MergeClause() {}

  /** Empty if the table has no such key, or the columns are not all of it. */
  static String of(TableShape shape, List<String> columns) {
    List<String> key = shape.mergeKey();
    if (key.isEmpty() || !columns.containsAll(key)) {
      return "";
    }
    StringJoiner names = new StringJoiner(", ", " ON CONFLICT (", ")");
    key.forEach(column -> names.add(TableId.quote(column)));
    StringJoiner assignments = new StringJoiner(", ", " DO UPDATE SET ", "");
    assignments.setEmptyValue(" DO UPDATE SET " + assignment(shape, key.getFirst()));
    columns.stream()
        .filter(column -> !key.contains(column) || isAssignable(shape, column))
        .forEach(column -> assignments.add(assignment(shape, column)));
    return names + assignments.toString();
  }

  private static boolean isAssignable(TableShape shape, String column) {
    return !shape.column(column).map(ShapeColumn::alwaysIdentity).orElse(false);
  }

  private static String assignment(TableShape shape, String column) {
    return shape.assigned(column) + " = excluded." + TableId.quote(column);
  }
}
