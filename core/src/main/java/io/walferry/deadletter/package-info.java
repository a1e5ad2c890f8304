/** What becomes of rows that a destination refuses: one by one, so that the others arrive. */
@NullMarked
package io.walferry.deadletter;

import org.jspecify.annotations.NullMarked;
