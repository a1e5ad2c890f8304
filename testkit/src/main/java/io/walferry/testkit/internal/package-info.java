/** Needed by several packages of the testkit, promised to nobody. */
@NullMarked
package io.walferry.testkit.internal;

import org.jspecify.annotations.NullMarked;
