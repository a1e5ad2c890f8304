/** Waits of tests, with bounds that follow the machine. */
@NullMarked
package io.walferry.testkit.wait;

import org.jspecify.annotations.NullMarked;
