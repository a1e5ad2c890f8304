/**
 * Batches side by side in several sessions of a destination, committed in their order.
 *
 * <p>Knows what a sink promises, and nothing of how it keeps it.
 */
@NullMarked
package io.walferry.apply;

import org.jspecify.annotations.NullMarked;
