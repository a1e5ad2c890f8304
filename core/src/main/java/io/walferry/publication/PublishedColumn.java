package io.walferry.publication;

/**
 * A published column as the catalog knows it.
 *
 * @param typeName {@code format_type}, as in {@code numeric(10,2)}
 * @param typeModifier {@code atttypmod}, -1 if the type has none
 * @param formerValue of rows that were there before the column was
 */
public record PublishedColumn(
    String name,
    int typeOid,
    String typeName,
    int typeModifier,
    boolean notNull,
    FormerValue formerValue) {}
