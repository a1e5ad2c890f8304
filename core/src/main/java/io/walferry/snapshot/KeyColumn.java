package io.walferry.snapshot;

import io.walferry.change.TableId;
import java.util.Optional;

/**
 * A column of the key by which a table is cut into chunks.
 *
 * @param type as SQL names it
 * @param typeSchema where the type, or the one below it, and so its operators are
 * @param collation as SQL names it; empty if the type has none
 */
record KeyColumn(String name, String type, String typeSchema, Optional<String> collation) {
  /** The column itself, as SQL names it. */
  String quoted() {
    return TableId.quote(name);
  }

  /** An expression that prints the column's values, as a value of its type and order. */
  String typed(String expression) {
    return expression + "::" + type + collation.map(it -> " COLLATE " + it).orElse("");
  }
}
