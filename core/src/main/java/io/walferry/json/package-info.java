/** Writing JSON from rows without a string in between, and reading back what we wrote. */
@NullMarked
package io.walferry.json;

import org.jspecify.annotations.NullMarked;
