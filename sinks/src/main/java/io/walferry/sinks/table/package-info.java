/** What becomes of destination tables before rows come, the same for every SQL destination. */
@NullMarked
package io.walferry.sinks.table;

import org.jspecify.annotations.NullMarked;
