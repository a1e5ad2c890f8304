/** Compares the contents of two databases, by rules that no product code shares. */
@NullMarked
package io.walferry.testkit.compare;

import org.jspecify.annotations.NullMarked;
