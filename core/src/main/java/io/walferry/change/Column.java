package io.walferry.change;

/**
 * A column of a {@link Relation}, as the stream announces it.
 *
 * @param typeModifier {@code atttypmod}, -1 if the type has none
 * @param key whether it belongs to the replica identity; with {@link ReplicaIdentity#FULL} every
 *     column does
 */
public record Column(String name, int typeOid, int typeModifier, boolean key) {}
