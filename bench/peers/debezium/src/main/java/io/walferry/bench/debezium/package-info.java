/** Debezium's engine as a client of the drain benchmark. */
@NullMarked
package io.walferry.bench.debezium;

import org.jspecify.annotations.NullMarked;
