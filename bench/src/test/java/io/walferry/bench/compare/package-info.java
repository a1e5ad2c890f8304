@NullMarked
package io.walferry.bench.compare;

import org.jspecify.annotations.NullMarked;
