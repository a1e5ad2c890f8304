/**
 * Types and typed values: what a column's bytes mean in Java. Knows the built-in types by their
 * oids, and those of users and extensions through a {@link io.walferry.type.TypeCatalog}. No I/O.
 *
 * <pre>{@code
 * TypeCatalog types = SourceTypes.learn(TypeCatalog.BUILT_IN, relation, connection);
 * RowType rowType = new RowType(relation, types); // once for each relation
 * TypedRow row = rowType.over(insert.after());
 *
 * long id = row.getLong("id");
 * Instant at = row.getInstant("created_at");
 * Optional<String> note = row.find("note", String.class); // empty if NULL
 * List<UUID> tags = row.getList("tags", UUID.class);
 * Range during = row.get("during", Range.class);
 * }</pre>
 */
@NullMarked
package io.walferry.type;

import org.jspecify.annotations.NullMarked;
