/** Chunks of a load for destinations that take one at a time and read rows themselves. */
@NullMarked
package io.walferry.sinks.chunk;

import org.jspecify.annotations.NullMarked;
