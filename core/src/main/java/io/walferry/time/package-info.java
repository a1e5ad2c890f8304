/** The clock that waits and measurements go by. */
@NullMarked
package io.walferry.time;

import org.jspecify.annotations.NullMarked;
