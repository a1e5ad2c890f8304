package io.walferry.sinks.type;

import java.util.Optional;

/**
 * The type of a column that is created.
 *
 * @param declaration in the destination's SQL; empty for none
 * @param loss what the column cannot hold
 */
public record ColumnType(String declaration, Optional<Loss> loss) {
  static ColumnType exact(String declaration) {
    return new ColumnType(declaration, Optional.empty());
  }

  static ColumnType lossy(String declaration, Loss loss) {
    return new ColumnType(declaration, Optional.of(loss));
  }
}
