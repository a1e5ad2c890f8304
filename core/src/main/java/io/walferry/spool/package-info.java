/**
 * Where transactions wait that are too early to be applied: in memory up to a budget, then in
 * files. Knows blocks of bytes, never what they say.
 */
@NullMarked
package io.walferry.spool;

import org.jspecify.annotations.NullMarked;
