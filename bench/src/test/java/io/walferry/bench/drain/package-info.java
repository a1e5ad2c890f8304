@NullMarked
package io.walferry.bench.drain;

import org.jspecify.annotations.NullMarked;
