/** Publications and the tables, columns and keys that they carry, as the catalog knows them. */
@NullMarked
package io.walferry.publication;

import org.jspecify.annotations.NullMarked;
