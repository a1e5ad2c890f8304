/**
 * Bytes of the {@code pgoutput} plug-in in, messages out. Pure: no connection, no clock, no I/O.
 */
@NullMarked
package io.walferry.pgoutput;

import org.jspecify.annotations.NullMarked;
