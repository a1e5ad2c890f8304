/**
 * What happened at the source: positions, relations, rows, changes and transactions. Depends on
 * nothing.
 */
@NullMarked
package io.walferry.change;

import org.jspecify.annotations.NullMarked;
