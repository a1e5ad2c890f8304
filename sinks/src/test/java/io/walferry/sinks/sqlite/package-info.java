@NullMarked
package io.walferry.sinks.sqlite;

import org.jspecify.annotations.NullMarked;
