/** What stands between two threads, bounded in bytes. */
@NullMarked
package io.walferry.buffer;

import org.jspecify.annotations.NullMarked;
