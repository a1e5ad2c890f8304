/** What a destination must promise. */
@NullMarked
package io.walferry.sink;

import org.jspecify.annotations.NullMarked;
