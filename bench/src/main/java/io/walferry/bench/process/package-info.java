/** How programs that are measured talk to the benchmark that has started them. */
@NullMarked
package io.walferry.bench.process;

import org.jspecify.annotations.NullMarked;
