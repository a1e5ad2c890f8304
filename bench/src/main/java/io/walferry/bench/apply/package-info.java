/**
 * Programs that apply what a log on disc holds to a destination: Walferry's sinks, and the best
 * that one would write by hand. Each runs in a process of its own.
 */
@NullMarked
package io.walferry.bench.apply;

import org.jspecify.annotations.NullMarked;
