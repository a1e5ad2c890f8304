/** One unchecked root for every failure, with a code that decides retry, advice and exit code. */
@NullMarked
package io.walferry.error;

import org.jspecify.annotations.NullMarked;
