/** A TCP proxy whose faults are switched at run time. */
@NullMarked
package io.walferry.testkit.proxy;

import org.jspecify.annotations.NullMarked;
