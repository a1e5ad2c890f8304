/** Where a consumer is that cannot keep a position in a transaction of its own. */
@NullMarked
package io.walferry.checkpoint;

import org.jspecify.annotations.NullMarked;
