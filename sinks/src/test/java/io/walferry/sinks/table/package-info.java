@NullMarked
package io.walferry.sinks.table;

import org.jspecify.annotations.NullMarked;
