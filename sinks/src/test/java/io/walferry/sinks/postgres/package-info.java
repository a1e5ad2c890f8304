@NullMarked
package io.walferry.sinks.postgres;

import org.jspecify.annotations.NullMarked;
