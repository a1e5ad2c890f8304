/**
 * Publications and the tables, columns and keys that they carry, and the types of those columns, as
 * the catalog knows them.
 */
@NullMarked
package io.walferry.publication;

import org.jspecify.annotations.NullMarked;
