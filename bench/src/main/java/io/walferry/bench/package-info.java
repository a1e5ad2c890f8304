/** What Walferry costs, measured. */
@NullMarked
package io.walferry.bench;

import org.jspecify.annotations.NullMarked;
