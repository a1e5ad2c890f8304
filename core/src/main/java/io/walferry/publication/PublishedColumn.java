package io.walferry.publication;

import java.util.Optional;

/**
 * A published column as the catalog knows it.
 *
 * @param typeName {@code format_type}, as in {@code numeric(10,2)}
 * @param typeModifier {@code atttypmod}, -1 if the type has none
 * @param formerValue of rows that were there before the column was
 * @param loose what its collation is made of, if values that differ may be equal under it; see
 *     {@link io.walferry.postgres.CollationSql#nondeterministic}
 */
public record PublishedColumn(
    String name,
    int typeOid,
    String typeName,
    int typeModifier,
    boolean notNull,
    FormerValue formerValue,
    Optional<String> loose) {
  /** A column whose values are equal only if their bytes are. */
  public PublishedColumn(
      String name,
      int typeOid,
      String typeName,
      int typeModifier,
      boolean notNull,
      FormerValue formerValue) {
    this(name, typeOid, typeName, typeModifier, notNull, formerValue, Optional.empty());
  }

  /** The same under another name. */
  public PublishedColumn renamed(String other) {
    return new PublishedColumn(other, typeOid, typeName, typeModifier, notNull, formerValue, loose);
  }
}
