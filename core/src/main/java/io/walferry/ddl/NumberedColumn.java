package io.walferry.ddl;

/**
 * A column as the catalog counts it.
 *
 * @param number {@code attnum}: it keeps that under any name, and no later column gets it
 */
public record NumberedColumn(int number, String name, int typeOid, int typeModifier) {}
