package io.walferry.sinks.type;

import java.util.Optional;
import java.util.function.Function;

/**
 * A cell of the type table: what one dialect makes of one family.
 *
 * @param description of the declared types, for people
 * @param loss what may not fit, whatever the modifier
 * @param column the declared type, which may depend on the modifier
 */
public record TypeCell(
    String description, Optional<Loss> loss, Function<SourceType, ColumnType> column) {
  static TypeCell exact(String declaration) {
    ColumnType column = ColumnType.exact(declaration);
    String description = declaration.isEmpty() ? "no declared type" : declaration;
    return new TypeCell(description, Optional.empty(), type -> column);
  }

  static TypeCell lossy(String declaration, Loss loss) {
    ColumnType column = ColumnType.lossy(declaration, loss);
    return new TypeCell(declaration, Optional.of(loss), type -> column);
  }
}
