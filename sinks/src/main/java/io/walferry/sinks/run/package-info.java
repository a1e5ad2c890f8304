/** Runs of equal work, made of changes whose order does not matter: one for many rows. */
@NullMarked
package io.walferry.sinks.run;

import org.jspecify.annotations.NullMarked;
