@NullMarked
package io.walferry.sinks.type;

import org.jspecify.annotations.NullMarked;
