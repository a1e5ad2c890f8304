/** Who drains the same slot how fast: Walferry and its peers, in turns, on one load. */
@NullMarked
package io.walferry.bench.drain;

import org.jspecify.annotations.NullMarked;
