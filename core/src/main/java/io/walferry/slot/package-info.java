/** Replication slots of a server: what they hold back, whether they still work, dropping them. */
@NullMarked
package io.walferry.slot;

import org.jspecify.annotations.NullMarked;
