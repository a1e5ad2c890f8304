/** Decides order, batches, retries and where to start: one slot into one destination. */
@NullMarked
package io.walferry.pipeline;

import org.jspecify.annotations.NullMarked;
