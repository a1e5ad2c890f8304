/** Who does the same work how fast: Walferry and its peers, in turns, on one load. */
@NullMarked
package io.walferry.bench.compare;

import org.jspecify.annotations.NullMarked;
