/** Programs that the documents show; run by tests. */
@NullMarked
package io.walferry.sample;

import org.jspecify.annotations.NullMarked;
